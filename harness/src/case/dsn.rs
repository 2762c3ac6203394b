//! What a message of a page asks about notifications (RFC 3461), in the words of the wire.

use serde::{Deserialize, Serialize};

use super::{
    Line, LineMistake,
    names::{Names, RESERVED_NAMES},
    words::{Word, expecting, mistake_at, nearest},
};

/// RET, ENVID, NOTIFY and ORCPT, each as it stands behind its `=`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dsn {
    /// `FULL` or `HDRS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ret: Option<String>,
    /// xtext.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envid: Option<String>,
    /// By recipient, in order; empty if nothing is asked for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<RecipientDsn>,
}

/// What is asked for one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientDsn {
    /// `NEVER`, or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<String>,
    /// An address type, a semicolon, xtext.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcpt: Option<String>,
}

/// Longest value of `envid=`, in octets: RFC 3461 §4.4.
const ENVID_OCTETS_MAX: usize = 100;
/// Longest value of `orcpt=`, in octets: RFC 3461 §4.2.
const ORCPT_OCTETS_MAX: usize = 500;

impl Dsn {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The parameters of MAIL.
    #[must_use]
    pub fn of_mail(&self) -> Vec<String> {
        parameters([("RET", &self.ret), ("ENVID", &self.envid)])
    }

    /// The parameters of RCPT for the recipient at this place.
    #[must_use]
    pub fn of_rcpt(&self, at: usize) -> Vec<String> {
        let asked = self.recipients.get(at);
        asked.map(|asked| parameters([("NOTIFY", &asked.notify), ("ORCPT", &asked.orcpt)])).unwrap_or_default()
    }

    /// All of it on one line, for a reader: what MAIL has, then what is asked for recipients, each once.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = self.of_mail();
        for at in 0..self.recipients.len() {
            for word in self.of_rcpt(at) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        words.join(" ")
    }

    /// Takes a value of the info string; `recipients` are those of the `to=` before it. Gives back whether the key is
    /// one of these.
    pub(super) fn set(
        &mut self,
        line: Line<'_>,
        (key, value): (Word<'_>, Word<'_>),
        recipients: std::ops::Range<usize>,
        names: Names<'_>,
    ) -> Result<bool, LineMistake> {
        let given = || Some(value.text.to_owned());
        match key.text {
            "ret" => {
                check_word(line, value, &["FULL", "HDRS"])?;
                self.ret = given();
            }
            "envid" => {
                check_xtext(line, value, ENVID_OCTETS_MAX)?;
                self.envid = given();
            }
            "notify" | "orcpt" => {
                if recipients.is_empty() {
                    let wrong =
                        mistake_at(line, key, format!("`{}=` stands behind the `to=` that it is for", key.text));
                    return Err(wrong);
                }
                if key.text == "notify" {
                    check_notify(line, value)?
                } else {
                    check_orcpt(line, value, names)?
                }
                if self.recipients.len() < recipients.end {
                    self.recipients.resize(recipients.end, RecipientDsn::default());
                }
                for asked in &mut self.recipients[recipients] {
                    if key.text == "notify" {
                        asked.notify = given();
                    } else {
                        asked.orcpt = given();
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn parameters<const N: usize>(values: [(&str, &Option<String>); N]) -> Vec<String> {
    values.iter().filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?))).collect()
}

fn check_word(line: Line<'_>, word: Word<'_>, known: &[&str]) -> Result<(), LineMistake> {
    if known.iter().any(|known| known.eq_ignore_ascii_case(word.text)) {
        return Ok(());
    }
    let wrong = mistake_at(line, word, format!("`{}` cannot stand here", word.text));
    Err(expecting(wrong, nearest(word.text, known.iter().copied())))
}

/// RFC 3461 §4.1: NEVER stands alone.
fn check_notify(line: Line<'_>, value: Word<'_>) -> Result<(), LineMistake> {
    if value.text.eq_ignore_ascii_case("NEVER") {
        return Ok(());
    }
    let mut start = value.start;
    for text in value.text.split(',') {
        check_word(line, Word { text, start }, &["SUCCESS", "FAILURE", "DELAY"])?;
        start += text.len() + 1;
    }
    Ok(())
}

fn check_orcpt(line: Line<'_>, value: Word<'_>, names: Names<'_>) -> Result<(), LineMistake> {
    let Some((kind, address)) = value.text.split_once(';').filter(|(kind, _)| !kind.is_empty()) else {
        let wrong = mistake_at(line, value, format!("`{}` is no address with its type", value.text));
        return Err(expecting(wrong, ["rfc822;julia@contoso.test"]));
    };
    let place = Word { text: address, start: value.start + kind.len() + 1 };
    // RFC 6533 §3: an international address is of the type utf-8, and may stand there as it is.
    if !kind.eq_ignore_ascii_case("utf-8") {
        check_xtext(line, place, ORCPT_OCTETS_MAX - kind.len().min(ORCPT_OCTETS_MAX - 1) - 1)?;
    }
    match names.mailbox_fault(&address.replace("+40", "@")) {
        Some(fault) if fault.ends_with("mailed") => Err(expecting(mistake_at(line, place, fault), RESERVED_NAMES)),
        Some(fault) => Err(expecting(mistake_at(line, place, fault), ["local-part@domain"])),
        None => Ok(()),
    }
}

/// RFC 3461 §4: printable ASCII, `+` and `=` written `+2B` and `+3D`.
fn check_xtext(line: Line<'_>, word: Word<'_>, octets_max: usize) -> Result<(), LineMistake> {
    let is_digit = |octet: &u8| matches!(octet, b'0'..=b'9' | b'A'..=b'F');
    let octets = word.text.as_bytes();
    let is_xtext = octets.iter().enumerate().all(|(at, octet)| match octet {
        b'+' => octets.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(is_digit)),
        b'=' => false,
        octet => octet.is_ascii_graphic(),
    });
    if is_xtext && (1..=octets_max).contains(&octets.len()) {
        return Ok(());
    }
    let message = format!("`{}` is no xtext of 1 to {octets_max} octets", word.text);
    Err(expecting(mistake_at(line, word, message), ["QQ314159", "a+2Bb"]))
}
