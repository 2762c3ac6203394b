//! The four values, each of which holds only what its grammar allows.

use std::fmt::Write as _;

use super::{ENVELOPE_ID_OCTETS_MAX, ORIGINAL_RECIPIENT_OCTETS_MAX, xtext};

/// Why a value is none of its parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// ENVID.
    #[error("ENVID is xtext of 1 to {ENVELOPE_ID_OCTETS_MAX} octets")]
    EnvelopeId,
    /// NOTIFY.
    #[error("NOTIFY is NEVER, or some of SUCCESS,FAILURE,DELAY")]
    Notify,
    /// ORCPT.
    #[error("ORCPT is an address type, a semicolon and xtext, at most {ORIGINAL_RECIPIENT_OCTETS_MAX} octets")]
    OriginalRecipient,
    /// RET.
    #[error("RET is FULL or HDRS")]
    Return,
}

/// RET: RFC 3461 §4.3.
#[expect(clippy::exhaustive_enums, reason = "RFC 3461 §4.3 has two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// The whole message.
    Full,
    /// Its header.
    Headers,
}

impl Return {
    /// Reads the value of RET.
    ///
    /// # Errors
    ///
    /// [`ParameterError::Return`]
    pub fn parse(value: &str) -> Result<Self, ParameterError> {
        match value.to_ascii_uppercase().as_str() {
            "FULL" => Ok(Self::Full),
            "HDRS" => Ok(Self::Headers),
            _ => Err(ParameterError::Return),
        }
    }

    /// As it stands behind `RET=`.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }
}

/// NOTIFY, as it was written: RFC 3461 §4.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify(String);

impl Notify {
    /// Reads the value of NOTIFY. NEVER stands alone, and no word twice.
    ///
    /// # Errors
    ///
    /// [`ParameterError::Notify`]
    pub fn parse(value: &str) -> Result<Self, ParameterError> {
        let notify = Self(value.to_owned());
        let words: Vec<String> = value.split(',').map(str::to_ascii_uppercase).collect();
        let is_event = |word: &String| matches!(word.as_str(), "SUCCESS" | "FAILURE" | "DELAY");
        let is_repeated = |at: usize| words[..at].contains(&words[at]);
        let is_list = words.iter().all(is_event) && !(0..words.len()).any(is_repeated);
        if is_list || notify.is_never() { Ok(notify) } else { Err(ParameterError::Notify) }
    }

    /// Whether the sender is not to be told of anything.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.0.eq_ignore_ascii_case("NEVER")
    }

    /// Whether this word, in capitals, is in the list.
    #[must_use]
    pub fn names(&self, word: &str) -> bool {
        self.0.split(',').any(|own| own.eq_ignore_ascii_case(word))
    }

    /// As it stands behind `NOTIFY=`.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.0
    }
}

/// ENVID, as it was written: RFC 3461 §4.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeId {
    value: String,
    decoded: String,
}

impl EnvelopeId {
    /// Reads the value of ENVID.
    ///
    /// # Errors
    ///
    /// [`ParameterError::EnvelopeId`], also for text that would not be printable in a notice.
    pub fn parse(value: &str) -> Result<Self, ParameterError> {
        let is_short = (1..=ENVELOPE_ID_OCTETS_MAX).contains(&value.len());
        let decoded = xtext::decode(value).filter(|_| is_short).ok_or(ParameterError::EnvelopeId)?;
        Ok(Self { value: value.to_owned(), decoded })
    }

    /// As it stands behind `ENVID=`.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// As `Original-Envelope-Id` shows it: printable ASCII.
    #[must_use]
    pub fn decoded(&self) -> &str {
        &self.decoded
    }
}

/// ORCPT, as it was written: RFC 3461 §4.2; of the type `utf-8`: RFC 6533 §3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRecipient {
    value: String,
    shown: String,
}

impl OriginalRecipient {
    /// Reads the value of ORCPT: `rfc822;Ann+2Bnews@contoso.test`. Beyond ASCII only in the type `utf-8`.
    ///
    /// # Errors
    ///
    /// [`ParameterError::OriginalRecipient`], also for an address that would not be printable in a notice.
    pub fn parse(value: &str) -> Result<Self, ParameterError> {
        Self::read(value).ok_or(ParameterError::OriginalRecipient)
    }

    fn read(value: &str) -> Option<Self> {
        let (kind, address) = value.split_once(';')?;
        // RFC 2045 §5.1, `token`: the registered types are words of letters, digits and hyphens.
        let is_kind = !kind.is_empty() && kind.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
        let address = if kind.eq_ignore_ascii_case("utf-8") { escaped(address)? } else { address.to_owned() };
        // What is within the limit only while it is not escaped could not be passed on to every host.
        let is_short = kind.len() + 1 + address.len() <= ORIGINAL_RECIPIENT_OCTETS_MAX;
        if !is_kind || !is_short || address.is_empty() {
            return None;
        }
        let shown = format!("{kind}; {}", xtext::decode(&address)?);
        Some(Self { value: value.to_owned(), shown })
    }

    /// As it stands behind `ORCPT=`.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// As it stands behind `ORCPT=` for a host that does not offer SMTPUTF8 (RFC 6533 §3).
    #[must_use]
    pub fn ascii_value(&self) -> String {
        // Its own reader has let through nothing that cannot be escaped.
        escaped(&self.value).unwrap_or_default()
    }

    /// As `Original-Recipient` shows it: type, semicolon, blank, address; printable ASCII.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Text with `\x{F6}` for each character beyond ASCII (RFC 6533 §3); `None` for one that is a control.
fn escaped(text: &str) -> Option<String> {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_ascii() => escaped.push(letter),
            letter if letter.is_control() => return None,
            letter => write!(escaped, "\\x{{{:X}}}", u32::from(letter)).ok()?,
        }
    }
    Some(escaped)
}
