//! The parameters of MAIL and RCPT: what each may be, and what they ask (RFC 3461 §4).

use crate::dsn::{EnvelopeId, Notify, OriginalRecipient, ParameterError, RecipientRequest, Request, Return};

/// Why a command with these parameters is refused, as the reply says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// RFC 5321 §4.1.1.11.
    #[error("555 5.5.4 A parameter is not known")]
    Unknown,
    /// RFC 3461 §4: each at most once.
    #[error("501 5.5.4 A parameter stands there twice")]
    Twice,
    /// A value that its grammar does not allow.
    #[error("501 5.5.4 {0}")]
    Value(#[from] ParameterError),
}

/// Reads the parameters of MAIL.
pub(super) fn of_mail(parameters: &str) -> Result<Request, Refusal> {
    let mut request = Request::default();
    for (keyword, value) in each(parameters)? {
        match keyword.as_str() {
            "RET" => request.ret = Some(Return::parse(value)?),
            "ENVID" => request.envelope_id = Some(EnvelopeId::parse(value)?),
            // Every message is taken as it comes.
            "SIZE" | "BODY" | "SMTPUTF8" => {}
            _ => return Err(Refusal::Unknown),
        }
    }
    Ok(request)
}

/// Reads the parameters of RCPT.
pub(super) fn of_rcpt(parameters: &str) -> Result<RecipientRequest, Refusal> {
    let mut request = RecipientRequest::default();
    for (keyword, value) in each(parameters)? {
        match keyword.as_str() {
            "NOTIFY" => request.notify = Some(Notify::parse(value)?),
            "ORCPT" => request.original = Some(OriginalRecipient::parse(value)?),
            _ => return Err(Refusal::Unknown),
        }
    }
    Ok(request)
}

/// Keywords in capitals, with their values; a parameter without one has an empty value.
fn each(parameters: &str) -> Result<Vec<(String, &str)>, Refusal> {
    let mut found: Vec<(String, &str)> = Vec::new();
    for parameter in parameters.split_ascii_whitespace() {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let keyword = keyword.to_ascii_uppercase();
        if found.iter().any(|(own, _)| *own == keyword) {
            return Err(Refusal::Twice);
        }
        found.push((keyword, value));
    }
    Ok(found)
}
