//! Work on many things side by side, with results in the order of the things.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Whether more is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proceed {
    GoOn,
    Stop,
}

/// From where in the order a job takes what it begins next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Every job from the front.
    Front,
    /// Every second job from the back.
    Both,
}

/// Runs `work` on each of `items`, `jobs` at a time; results stand in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], jobs: NonZeroUsize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let order: Vec<usize> = (0..items.len()).collect();
    in_parallel(items, (&order, Ends::Front), jobs, |item| (work(item), Proceed::GoOn))
}

/// As [`map`]; items are begun in `order`, which holds their places, from these ends of it. Once `work` says so by its
/// second value, nothing further is begun.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    (order, ends): (&[usize], Ends),
    jobs: NonZeroUsize,
    work: impl Fn(&T) -> (R, Proceed) + Sync,
) -> Vec<R> {
    let left = Mutex::new(order.iter());
    let next = |job: usize| {
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        if ends == Ends::Both && job % 2 == 1 { left.next_back() } else { left.next() }.copied()
    };
    let next = &next;
    let stopped = AtomicBool::new(false);
    let results: Mutex<Vec<(usize, R)>> = Mutex::default();
    std::thread::scope(|scope| {
        for job in 0..jobs.get().min(items.len()) {
            let (work, stopped, results) = (&work, &stopped, &results);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let place = next(job);
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
            for ends in [Ends::Front, Ends::Both] {
                assert_eq!(
                    in_parallel(&items, (&backwards, ends), jobs, |item| (item * 2, Proceed::GoOn)),
                    map(&items, jobs, |item| item * 2)
                );
            }
        }
    }

    #[test]
    fn nothing_is_begun_once_somebody_says_stop() {
        let stop_at = |at| move |item: &usize| (*item, if *item == at { Proceed::Stop } else { Proceed::GoOn });
        let order = (&[3, 1, 0, 2][..], Ends::Front);
        assert_eq!(in_parallel(&[0, 1, 2, 3], order, NonZeroUsize::MIN, stop_at(1)), [1, 3]);
    }
}
