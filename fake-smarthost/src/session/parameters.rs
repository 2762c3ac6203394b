//! Parameters of MAIL and RCPT: which extension brings each, and which values it may have.

use super::{answer::Answer, command::Parameter};

/// What checks the parameters of MAIL, and its mailbox. `None`: nothing to say against them.
pub(crate) fn mail<'a>(
    parameters: &[Parameter],
    mailbox: &str,
    offered: impl Fn(&str) -> Option<&'a [String]>,
) -> Option<Answer> {
    if let Some(refusal) = parameters.iter().find_map(|one| refused(one, mail_extension(one), &offered, mail_value)) {
        return Some(refusal);
    }
    let has = |keyword: &str| parameters.iter().any(|one| one.keyword == keyword);
    if !mailbox.is_ascii() && !has("SMTPUTF8") {
        return Some(Answer::new(553, "5.6.7", "A mailbox beyond ASCII needs SMTPUTF8"));
    }
    let limit = size_limit(offered("SIZE")?)?;
    let size = parameters.iter().find(|one| one.keyword == "SIZE")?.value.as_deref()?;
    // A size that is no number of 64 bits is larger than anything.
    (size.parse::<u64>().unwrap_or(u64::MAX) > limit).then(too_large)
}

/// What checks the parameters of RCPT.
pub(crate) fn rcpt<'a>(parameters: &[Parameter], offered: impl Fn(&str) -> Option<&'a [String]>) -> Option<Answer> {
    parameters.iter().find_map(|one| refused(one, rcpt_extension(one), &offered, rcpt_value))
}

/// The limit that SIZE declares; nothing and 0 are none (RFC 1870 §4).
pub(crate) fn size_limit(parameters: &[String]) -> Option<u64> {
    parameters.first()?.parse().ok().filter(|limit| *limit > 0)
}

pub(crate) fn too_large() -> Answer {
    Answer::new(552, "5.3.4", "Message size exceeds fixed maximum message size")
}

fn refused<'a>(
    parameter: &Parameter,
    extension: &str,
    offered: &impl Fn(&str) -> Option<&'a [String]>,
    lawful: impl Fn(&Parameter) -> bool,
) -> Option<Answer> {
    if offered(extension).is_none() {
        return Some(Answer::new(555, "5.5.4", format!("{} not offered", parameter.keyword)));
    }
    (!lawful(parameter)).then(|| Answer::new(501, "5.5.4", format!("{} has a wrong value", parameter.keyword)))
}

/// The keyword of the extension that brings a parameter of MAIL; one that is not known here comes from an extension of
/// its own name.
fn mail_extension(parameter: &Parameter) -> &str {
    match (parameter.keyword.as_str(), parameter.value.as_deref()) {
        ("BODY", Some(value)) if value.eq_ignore_ascii_case("BINARYMIME") => "BINARYMIME",
        ("BODY", _) => "8BITMIME",
        ("ENVID" | "RET", _) => "DSN",
        ("BY", _) => "DELIVERBY",
        ("HOLDFOR" | "HOLDUNTIL", _) => "FUTURERELEASE",
        (keyword, _) => keyword,
    }
}

fn rcpt_extension(parameter: &Parameter) -> &str {
    match parameter.keyword.as_str() {
        "NOTIFY" | "ORCPT" => "DSN",
        keyword => keyword,
    }
}

fn mail_value(parameter: &Parameter) -> bool {
    let value = parameter.value.as_deref();
    let one_of = |words: &[&str]| value.is_some_and(|value| words.iter().any(|word| value.eq_ignore_ascii_case(word)));
    match parameter.keyword.as_str() {
        // RFC 1870 §3: up to twenty digits.
        "SIZE" => value.is_some_and(|value| value.len() <= 20 && value.bytes().all(|octet| octet.is_ascii_digit())),
        "BODY" => one_of(&["7BIT", "8BITMIME", "BINARYMIME"]),
        "RET" => one_of(&["FULL", "HDRS"]),
        "SMTPUTF8" => value.is_none(),
        "AUTH" | "ENVID" => value.is_some(),
        _ => true,
    }
}

fn rcpt_value(parameter: &Parameter) -> bool {
    let value = parameter.value.as_deref();
    let words = ["SUCCESS", "FAILURE", "DELAY"];
    match parameter.keyword.as_str() {
        "NOTIFY" => value.is_some_and(|value| {
            value.eq_ignore_ascii_case("NEVER")
                || value.split(',').all(|one| words.iter().any(|word| one.eq_ignore_ascii_case(word)))
        }),
        "ORCPT" => value.is_some_and(|value| value.contains(';')),
        _ => true,
    }
}
