//! The octets of a message that is kept: large, and so shared with whoever is delivering it.

use std::sync::Arc;

/// A head of its own, and a body that is shared.
#[derive(Clone, Debug)]
pub struct Data {
    head: Vec<u8>,
    body: Arc<Vec<u8>>,
    body_start: usize,
}

impl Data {
    /// `head`, then `body` from `body_start`.
    #[must_use]
    pub fn new(head: Vec<u8>, body: Arc<Vec<u8>>, body_start: usize) -> Self {
        Self { head, body, body_start }
    }

    /// All octets, in order.
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.head, self.body.get(self.body_start..).unwrap_or_default()]
    }

    /// How many octets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All octets in one piece; what came in one piece is not copied.
    #[must_use]
    pub fn whole(self) -> Arc<Vec<u8>> {
        if self.head.is_empty() && self.body_start == 0 { self.body } else { Arc::new(self.parts().concat()) }
    }
}

impl From<Vec<u8>> for Data {
    fn from(octets: Vec<u8>) -> Self {
        Self::new(Vec::new(), Arc::new(octets), 0)
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.parts().into_iter().flatten().eq(other.parts().into_iter().flatten())
    }
}

impl Eq for Data {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_the_same_however_they_are_cut() {
        let body = Arc::new(b"Header: old\r\n\r\nbody".to_vec());
        let cut = Data::new(b"Header: new\r\n\r\n".to_vec(), Arc::clone(&body), 15);
        assert_eq!(cut, Data::from(b"Header: new\r\n\r\nbody".to_vec()));
        assert_ne!(cut, Data::from(b"Header: old\r\n\r\nbody".to_vec()));
        assert_eq!(*cut.whole(), b"Header: new\r\n\r\nbody");
        assert!(Arc::ptr_eq(&Data::new(Vec::new(), Arc::clone(&body), 0).whole(), &body));
    }
}
