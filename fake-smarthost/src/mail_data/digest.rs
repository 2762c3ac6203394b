//! SHA-256 of a message and of its body, of which hosts are seldom asked: that of a small one is made at once, for a
//! large one it is made when somebody reads it, as long as the octets can be kept in little room until then.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use sha2::{Digest as _, Sha256};

use super::{WHOLE_OCTETS_MAX, runs::Runs};

/// A SHA-256. Clones share what was worked out.
#[derive(Clone)]
pub struct Digest(Inner);

#[derive(Clone)]
enum Inner {
    Known([u8; 32]),
    Later(Arc<LazyLock<[u8; 32], Work>>),
}

type Work = Box<dyn FnOnce() -> [u8; 32] + Send>;

impl Digest {
    /// Of these octets.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self(Inner::Known(Sha256::digest(octets).into()))
    }

    /// The digest. Of a large message it is worked out now, if nobody has read it before.
    #[must_use]
    pub fn octets(&self) -> [u8; 32] {
        match &self.0 {
            Inner::Known(octets) => *octets,
            Inner::Later(octets) => ***octets,
        }
    }

    /// Whether reading it costs nothing.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self.0, Inner::Known(_))
    }

    fn known(digest: Sha256) -> Self {
        Self(Inner::Known(digest.finalize().into()))
    }

    /// Of what `runs` hold from octet `from` on.
    fn later(runs: Arc<Runs>, from: u64) -> Self {
        let work: Work = Box::new(move || {
            let mut digest = Sha256::new();
            runs.give(from, &mut |piece| digest.update(piece));
            digest.finalize().into()
        });
        Self(Inner::Later(Arc::new(LazyLock::new(work))))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.octets().iter().try_for_each(|octet| write!(formatter, "{octet:02x}"))
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Digest {}

/// Takes a message as it comes, and gives both digests at the end.
#[derive(Clone, Debug)]
pub(super) enum Digesting {
    /// Little room is enough so far.
    Kept { runs: Runs, body: Option<u64> },
    /// Too much to be kept.
    Hashed(Box<Hashed>),
}

/// Digests of what was given so far.
#[derive(Clone, Debug)]
pub(super) struct Hashed {
    all: Sha256,
    body: Sha256,
}

impl Default for Digesting {
    fn default() -> Self {
        Self::Kept { runs: Runs::default(), body: None }
    }
}

impl Digesting {
    /// Takes the next octets, of which those from `body` on are the body's.
    pub(super) fn take(&mut self, octets: &[u8], body: usize) {
        match self {
            Self::Hashed(hashed) => {
                hashed.all.update(octets);
                hashed.body.update(&octets[body..]);
            }
            Self::Kept { runs, body: begins } => {
                if body < octets.len() && begins.is_none() {
                    *begins = Some(runs.octets() + body as u64);
                }
                runs.take(octets);
                if !runs.is_small() {
                    let (mut all, mut body) = (Sha256::new(), Sha256::new());
                    runs.give(0, &mut |piece| all.update(piece));
                    if let Some(from) = *begins {
                        runs.give(from, &mut |piece| body.update(piece));
                    }
                    *self = Self::Hashed(Box::new(Hashed { all, body }));
                }
            }
        }
    }

    /// The digests of all octets, and of those of the body.
    pub(super) fn finish(self) -> [Digest; 2] {
        match self {
            Self::Hashed(hashed) => [hashed.all, hashed.body].map(Digest::known),
            Self::Kept { runs, body } => {
                let is_small = runs.octets() <= WHOLE_OCTETS_MAX as u64;
                let (all, runs) = (runs.octets(), Arc::new(runs));
                [0, body.unwrap_or(all)].map(|from| {
                    let digest = Digest::later(Arc::clone(&runs), from);
                    if is_small { Digest(Inner::Known(digest.octets())) } else { digest }
                })
            }
        }
    }
}
