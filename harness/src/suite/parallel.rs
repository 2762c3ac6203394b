//! Work on many things side by side, with results in the order of the things.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// Whether more is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proceed {
    GoOn,
    Stop,
}

/// Runs `work` on each of `items`, `jobs` at a time; results stand in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], jobs: NonZeroUsize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let order: Vec<usize> = (0..items.len()).collect();
    in_parallel(items, &order, jobs, |item| (work(item), Proceed::GoOn))
}

/// As [`map`]; items are begun in `order`, which holds their places. Once `work` says so by its second value, nothing
/// further is begun.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    order: &[usize],
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
                    let place = order.get(next.fetch_add(1, Ordering::Relaxed)).copied();
                    let Some((place, item)) = place.and_then(|place| Some((place, items.get(place)?))) else { return };
                    let (result, proceed) = work(item);
                    if proceed == Proceed::Stop {
                        stopped.store(true, Ordering::Relaxed);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items_whoever_is_begun_first() {
        for jobs in [1, 2, 7].map(|jobs| NonZeroUsize::new(jobs).expect("not zero")) {
            let items: Vec<usize> = (0..20).collect();
            let backwards: Vec<usize> = (0..20).rev().collect();
            assert_eq!(
                in_parallel(&items, &backwards, jobs, |item| (item * 2, Proceed::GoOn)),
                map(&items, jobs, |item| item * 2)
            );
        }
    }

    #[test]
    fn nothing_is_begun_once_somebody_says_stop() {
        let stop_at = |at| move |item: &usize| (*item, if *item == at { Proceed::Stop } else { Proceed::GoOn });
        assert_eq!(in_parallel(&[0, 1, 2, 3], &[3, 1, 0, 2], NonZeroUsize::MIN, stop_at(1)), [1, 3]);
    }
}
