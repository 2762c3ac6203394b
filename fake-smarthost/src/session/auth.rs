//! AUTH LOGIN and AUTH PLAIN, the server's side (RFC 4954, RFC 4616), and the framing of GSSAPI.
//!
//! Of GSSAPI there is no more than the framing: tokens are the texts `initiate SERVICE`, `accept SERVICE` and `confirm
//! SERVICE`, in base64. They prove nothing; who speaks when is the real thing.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::answer::Answer;
use crate::host::Credential;

/// What the next line of an exchange is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// The confirmation of GSSAPI, for this service.
    Confirmation(Vec<u8>),
    /// The first token of GSSAPI.
    Initiation,
    /// The password of LOGIN, for this user name.
    Password(Vec<u8>),
    /// The one response of PLAIN.
    Plain,
    /// A rule asked for a line that no mechanism knows.
    Unknown,
    /// The user name of LOGIN.
    Username,
}

/// What a correct server answers, and what it waits for if that is 334.
pub(crate) type Step = (Answer, Option<Exchange>);

/// The first line of an exchange.
pub(crate) fn begin(mechanism: &str, initial: Option<&[u8]>, credential: Option<&Credential>) -> Step {
    match (mechanism, initial) {
        ("GSSAPI", Some(initial)) => go_on(&Exchange::Initiation, initial, credential),
        ("GSSAPI", None) => (Answer::new(334, "", ""), Some(Exchange::Initiation)),
        ("LOGIN", Some(initial)) => go_on(&Exchange::Username, initial, credential),
        ("LOGIN", None) => (Answer::new(334, "", "VXNlcm5hbWU6"), Some(Exchange::Username)),
        ("PLAIN", Some(initial)) => go_on(&Exchange::Plain, initial, credential),
        ("PLAIN", None) => (Answer::new(334, "", ""), Some(Exchange::Plain)),
        _ => (Answer::new(504, "5.5.4", "Unrecognized authentication mechanism"), None),
    }
}

/// A further line. `None` as credential: any is right.
pub(crate) fn go_on(exchange: &Exchange, line: &[u8], credential: Option<&Credential>) -> Step {
    if line == b"*" {
        return (Answer::new(501, "5.7.0", "Authentication cancelled"), None);
    }
    let Ok(octets) = STANDARD.decode(line) else {
        return (Answer::new(501, "5.5.2", "Not base64"), None);
    };
    match exchange {
        Exchange::Initiation => match octets.strip_prefix(b"initiate ") {
            Some(service) => {
                let token = STANDARD.encode([b"accept ", service].concat());
                (Answer::new(334, "", token), Some(Exchange::Confirmation(service.to_vec())))
            }
            None => (refusal(), None),
        },
        Exchange::Confirmation(service) => {
            let right = octets.strip_prefix(b"confirm ") == Some(service);
            (if right { welcome() } else { refusal() }, None)
        }
        Exchange::Username => (Answer::new(334, "", "UGFzc3dvcmQ6"), Some(Exchange::Password(octets))),
        Exchange::Password(user) => (verdict(user, &octets, credential), None),
        Exchange::Plain => {
            let parts: Vec<&[u8]> = octets.split(|octet| *octet == 0).collect();
            let [authorization, user, password] = parts[..] else {
                return (Answer::new(501, "5.5.2", "Not the response of PLAIN"), None);
            };
            let another = !authorization.is_empty() && authorization != user;
            (if another { refusal() } else { verdict(user, password, credential) }, None)
        }
        Exchange::Unknown => (refusal(), None),
    }
}

fn verdict(user: &[u8], password: &[u8], credential: Option<&Credential>) -> Answer {
    let right = credential.is_none_or(|right| user == right.user.as_bytes() && password == right.password.as_bytes());
    if right { welcome() } else { refusal() }
}

fn welcome() -> Answer {
    Answer::new(235, "2.7.0", "Authentication successful")
}

fn refusal() -> Answer {
    Answer::new(535, "5.7.8", "Authentication credentials invalid")
}
