//! SHA-256 of a message: most runs never read that of a large one, so it is worked out when somebody does.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::convert::hexadecimal;

/// A SHA-256, in hexadecimal. Clones share what was worked out.
#[derive(Clone)]
pub struct Digest(Inner);

#[derive(Clone)]
enum Inner {
    Known(String),
    Later(Arc<LazyLock<String, Work>>),
}

type Work = Box<dyn FnOnce() -> String + Send>;

impl Digest {
    /// Of octets that are at hand.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self::from(hexadecimal(&Sha256::digest(octets)))
    }

    /// Of octets that `give` hands over, piece by piece, once the digest is read.
    #[must_use]
    pub fn later(give: impl FnOnce(&mut dyn FnMut(&[u8])) + Send + 'static) -> Self {
        Self::worked_out(move || {
            let mut digest = Sha256::new();
            give(&mut |piece| digest.update(piece));
            digest.finalize().into()
        })
    }

    /// The one that `work` gives, once the digest is read.
    #[must_use]
    pub fn worked_out(work: impl FnOnce() -> [u8; 32] + Send + 'static) -> Self {
        let work: Work = Box::new(move || hexadecimal(&work()));
        Self(Inner::Later(Arc::new(LazyLock::new(work))))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Known(digits) => digits,
            Inner::Later(digits) => digits,
        }
    }
}

impl From<String> for Digest {
    fn from(digits: String) -> Self {
        Self(Inner::Known(digits))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Digest {}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_digest_that_is_put_off_is_that_of_the_octets_and_is_worked_out_once() {
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let digest = Digest::later(move |take| {
            counted.fetch_add(1, Ordering::Relaxed);
            take(b"ab");
            take(b"c");
        });
        assert_eq!(times.load(Ordering::Relaxed), 0);
        assert_eq!(digest.clone(), Digest::of(b"abc"));
        assert_ne!(digest, Digest::of(b"ab"));
        assert_eq!(serde_json::to_string(&digest).expect("JSON"), format!("{:?}", digest.as_str()));
        assert_eq!(times.load(Ordering::Relaxed), 1);
    }
}
