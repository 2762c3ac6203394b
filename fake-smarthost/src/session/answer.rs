//! Replies of the correct server: a code, an enhanced status code where those are offered, and text.

use std::borrow::Cow;

use crate::rule::Reply;

/// A reply of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    /// Empty where none belongs (RFC 2034 §4: the greeting, EHLO, HELO, and 3yz replies have none).
    enhanced: &'static str,
    text: Cow<'static, str>,
}

/// Whether a reply carries its enhanced status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enhanced {
    Off,
    On,
}

impl Answer {
    pub(crate) fn new(code: u16, enhanced: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, enhanced, text: text.into() }
    }

    pub(crate) fn reply(&self, enhanced: Enhanced) -> Reply {
        let line = match (enhanced, self.enhanced) {
            (Enhanced::Off, _) | (_, "") => format!("{} {}", self.code, self.text),
            (Enhanced::On, status) => format!("{} {status} {}", self.code, self.text),
        };
        Reply { lines: vec![line] }
    }
}
