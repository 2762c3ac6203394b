//! A server's reply as a value: code, enhanced status code, text.

use std::fmt;

/// One server reply: its code, and its text line by line.
///
/// Only the code decides what a client does next (RFC 5321 §4.2); the text is kept for the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The code that every line carried.
    pub code: ReplyCode,
    /// One entry a line, without code, separator and line end; a bare code's is empty. What is not UTF-8 is replaced.
    pub text: Vec<String>,
}

impl Reply {
    /// What the first digit says.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The enhanced status code at the front of the first line, if its class agrees with the code (RFC 2034 §4).
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        let word = self.text.first()?.split(' ').next()?;
        let code = EnhancedCode::parse(word)?;
        (u16::from(code.class) == self.code.0 / 100).then_some(code)
    }

    /// Whether RCPT was refused because this transaction has enough recipients, and not because of the recipient.
    ///
    /// RFC 5321 §4.5.3.1.10 gives this meaning to 452, and asks that 552 be read as 452 there; where an enhanced
    /// status code says otherwise (`4.2.2`, mailbox full) it is believed (RFC 3463 §3.6: `X.5.3`).
    #[must_use]
    pub fn is_too_many_recipients(&self) -> bool {
        matches!(self.code.0, 452 | 552) && self.enhanced().is_none_or(|code| (code.subject, code.detail) == (5, 3))
    }
}

/// As a report quotes it: `452 4.5.3 Too many recipients`; lines are joined by a space.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        for line in &self.text {
            // Text from outside may end up in a notice or a log: a control character would break either.
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            if !line.is_empty() {
                write!(f, " {line}")?;
            }
        }
        Ok(())
    }
}

/// Three digits, `200` to `599`. The grammar of RFC 5321 §4.2 stops the second digit at 5, but an unknown code is
/// judged by its first digit (§4.2.1), so it is a code all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyCode(u16);

impl ReplyCode {
    /// 220: the greeting, and the go-ahead of STARTTLS.
    pub const SERVICE_READY: Self = Self(220);
    /// 221: the reply to QUIT.
    pub const CLOSING: Self = Self(221);
    /// 421: the server closes the channel, whatever it answers (RFC 5321 §3.8).
    pub const SERVICE_CLOSING: Self = Self(421);
    /// 354: mail data may follow.
    pub const START_MAIL_INPUT: Self = Self(354);
    /// 334: a challenge (RFC 4954 §4).
    pub const CHALLENGE: Self = Self(334);
    /// 534: authentication mechanism is too weak (RFC 4954 §6).
    pub const MECHANISM_TOO_WEAK: Self = Self(534);
    /// 235: authenticated (RFC 4954 §6).
    pub const AUTHENTICATED: Self = Self(235);

    /// The code, or `None` if its first digit says nothing.
    #[must_use]
    pub fn new(code: u16) -> Option<Self> {
        (200..=599).contains(&code).then_some(Self(code))
    }

    /// The three digits as a number.
    #[must_use]
    pub fn value(self) -> u16 {
        self.0
    }

    /// What the first digit says: all that a client may rely on for a code it does not know.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self.0 / 100 {
            2 => Severity::PositiveCompletion,
            3 => Severity::PositiveIntermediate,
            4 => Severity::TransientNegative,
            _ => Severity::PermanentNegative,
        }
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The first digit of a reply code: RFC 5321 §4.2.1.
#[expect(clippy::exhaustive_enums, reason = "RFC 5321 §4.2.1 closes the set")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// 2yz.
    PositiveCompletion,
    /// 3yz.
    PositiveIntermediate,
    /// 4yz.
    TransientNegative,
    /// 5yz.
    PermanentNegative,
}

/// An enhanced status code, `5.1.1`: RFC 3463 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnhancedCode {
    /// 2, 4 or 5.
    pub class: u8,
    /// 0 to 999.
    pub subject: u16,
    /// 0 to 999.
    pub detail: u16,
}

impl EnhancedCode {
    /// A code; `class` is 2, 4 or 5.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// Reads `5.1.1`; nothing may stand before or behind it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let subject = number(parts.next()?)?;
        let detail = number(parts.next()?)?;
        parts.next().is_none().then_some(Self { class, subject, detail })
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// One to three digits.
fn number(text: &str) -> Option<u16> {
    ((1..=3).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, text: &str) -> Reply {
        Reply { code: ReplyCode::new(code).expect("a code of the test"), text: vec![text.to_owned()] }
    }

    #[test]
    fn an_enhanced_code_counts_only_if_its_class_agrees() {
        assert_eq!(reply(550, "5.1.1 no").enhanced(), Some(EnhancedCode::new(5, 1, 1)));
        assert_eq!(reply(550, "4.1.1 no").enhanced(), None);
        assert_eq!(reply(550, "5.1.1").enhanced(), Some(EnhancedCode::new(5, 1, 1)));
        assert_eq!(reply(550, "5.1.1.1 no").enhanced(), None);
        assert_eq!(reply(550, "no 5.1.1").enhanced(), None);
    }

    #[test]
    fn too_many_recipients_is_told_from_a_full_mailbox() {
        #[track_caller]
        fn check(code: u16, text: &str, expected: bool) {
            assert_eq!(reply(code, text).is_too_many_recipients(), expected, "{code} {text}");
        }
        check(452, "4.5.3 Too many recipients", true);
        check(452, "Too many recipients", true);
        check(552, "Too many", true);
        check(552, "5.5.3 Too many", true);
        check(452, "4.2.2 Mailbox full", false);
        check(552, "5.2.2 Mailbox full", false);
        check(451, "4.5.3 Too many", false);
    }

    #[test]
    fn a_reply_prints_on_one_line() {
        let two = Reply { code: ReplyCode(550), text: vec!["5.7.1 no\u{1b}[31m".into(), "5.7.1 way".into()] };
        assert_eq!(two.to_string(), "550 5.7.1 no [31m 5.7.1 way");
    }
}
