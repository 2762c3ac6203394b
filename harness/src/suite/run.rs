//! Runs cases on an MTA, side by side, and judges what it did. The same cases give the same results in the same
//! order, whatever the number of jobs.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// Runs `work` on each of `items`, `jobs` at a time; results stand in the order of the items. Once `work` says so by
/// its second value, nothing further is begun.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    jobs: NonZeroUsize,
    work: impl Fn(&T) -> (R, Proceed) + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let results: Mutex<Vec<(usize, R)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let (result, proceed) = work(item);
                    if proceed == Proceed::Stop {
                        stopped.store(true, Ordering::Relaxed);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Whether more cases are begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proceed {
    GoOn,
    Stop,
}
