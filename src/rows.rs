//! Several MTAs side by side, in two rows: of one the worlds mostly wait, of the other they are long at work before they
//! do. In each row one MTA comes after the other.

use std::{num::NonZeroUsize, thread};

use crate::{attached::Attached, mtas::MANY};

/// How much of the machine a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// All of it.
    Whole,
    /// The other row is at work as well.
    Half,
}

impl Share {
    /// How many cases run at the same time of so many.
    pub(crate) fn of(self, jobs: NonZeroUsize) -> NonZeroUsize {
        match self {
            Self::Whole => jobs,
            Self::Half => NonZeroUsize::new(jobs.get() / 2).unwrap_or(NonZeroUsize::MIN),
        }
    }

    /// How many worlds with it a processor has at the same time. Those of which there are fewer anyhow are no fewer because
    /// others wait beside them.
    pub(crate) fn worlds(self, mta: &Attached) -> NonZeroUsize {
        let worlds = mta.chosen.worlds();
        if worlds < MANY { worlds } else { self.of(worlds) }
    }
}

/// Does this for each of them, with its place, and gives what came of it in their order.
pub(crate) fn for_each<T: Send>(attached: &[Attached], act: impl Fn(usize, &Attached, Share) -> T + Sync) -> Vec<T> {
    let (many, few): (Vec<_>, Vec<_>) = attached.iter().enumerate().partition(|(_, mta)| mta.chosen.worlds() >= MANY);
    let share = if many.is_empty() || few.is_empty() { Share::Whole } else { Share::Half };
    let row = |row: Vec<(usize, &Attached)>| -> Vec<(usize, T)> {
        row.into_iter().map(|(place, mta)| (place, act(place, mta, share))).collect()
    };
    let mut done = thread::scope(|scope| {
        let beside = scope.spawn(|| row(few));
        let mut done = row(many);
        done.extend(beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
