//! Command lines, taken apart (RFC 5321 §4.1.1 and the extensions). Octets in, a request out.

use super::{
    answer::Answer,
    path::{Path, parse_path},
};

/// A command line without its line end: the verb, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// In capitals.
    pub(crate) verb: String,
    /// What stands behind the space that follows the verb.
    pub(crate) argument: Vec<u8>,
}

/// What a client asks for, or what else it is that a host answers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    /// The details, or why they are none.
    pub(crate) details: Result<Details, Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// STARTTLS between Exchange servers: X-ANONYMOUSTLS.
    AnonymousTls,
    Auth,
    /// A line in answer to a 334.
    AuthLine,
    Bdat,
    /// No command: the connection itself.
    Connect,
    Data,
    Ehlo,
    /// No command: the end of mail data.
    EndOfData,
    Expn,
    /// AUTH between Exchange servers: X-EXPS.
    Exps,
    Helo,
    Help,
    Mail,
    Noop,
    Quit,
    Rcpt,
    Rset,
    StartTls,
    Unknown,
    Vrfy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Details {
    Auth { mechanism: String, initial: Option<Vec<u8>> },
    AuthLine(Vec<u8>),
    Bdat { size: u64, last: bool },
    Mail { path: Path, parameters: Vec<Parameter> },
    None,
    Rcpt { path: Path, parameters: Vec<Parameter> },
}

/// A parameter of MAIL or RCPT, its keyword in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) keyword: String,
    pub(crate) value: Option<String>,
}

impl Line {
    /// Takes the line end away, whatever it is, and the verb from its argument.
    pub(crate) fn new(octets: &[u8]) -> Self {
        let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
        let octets = octets.strip_suffix(b"\r").unwrap_or(octets);
        let (verb, argument) = match memchr::memchr(b' ', octets) {
            Some(at) => (&octets[..at], &octets[at + 1..]),
            None => (octets, &octets[..0]),
        };
        Self { verb: String::from_utf8_lossy(verb).to_ascii_uppercase(), argument: argument.to_vec() }
    }

    /// The request that the line is.
    pub(crate) fn request(&self) -> Request {
        let (verb, details) = match self.verb.as_str() {
            "AUTH" => (Verb::Auth, self.auth()),
            "BDAT" => (Verb::Bdat, self.bdat()),
            "DATA" => (Verb::Data, self.alone()),
            "EHLO" => (Verb::Ehlo, self.domain()),
            "X-EXPS" => (Verb::Exps, self.auth()),
            "EXPN" => (Verb::Expn, Ok(Details::None)),
            "HELO" => (Verb::Helo, self.domain()),
            "HELP" => (Verb::Help, Ok(Details::None)),
            "MAIL" => (Verb::Mail, self.path(b"FROM:").map(|(path, parameters)| Details::Mail { path, parameters })),
            "NOOP" => (Verb::Noop, Ok(Details::None)),
            "QUIT" => (Verb::Quit, self.alone()),
            "RCPT" => (Verb::Rcpt, self.path(b"TO:").and_then(recipient)),
            "RSET" => (Verb::Rset, self.alone()),
            "STARTTLS" => (Verb::StartTls, self.alone()),
            "X-ANONYMOUSTLS" => (Verb::AnonymousTls, self.alone()),
            "VRFY" if self.argument.is_empty() => (Verb::Vrfy, Err(Answer::new(501, "5.5.4", "Whom?"))),
            "VRFY" => (Verb::Vrfy, Ok(Details::None)),
            _ => (Verb::Unknown, Ok(Details::None)),
        };
        Request { verb, details }
    }

    fn alone(&self) -> Result<Details, Answer> {
        if self.argument.is_empty() {
            Ok(Details::None)
        } else {
            Err(Answer::new(501, "5.5.4", "No parameters allowed"))
        }
    }

    fn domain(&self) -> Result<Details, Answer> {
        let graphic = |octet: &u8| octet.is_ascii_graphic() || !octet.is_ascii();
        if !self.argument.is_empty() && self.argument.iter().all(graphic) {
            Ok(Details::None)
        } else {
            Err(Answer::new(501, "5.5.4", "One domain or address literal is needed"))
        }
    }

    fn auth(&self) -> Result<Details, Answer> {
        let text = self.text()?;
        let (mechanism, initial) = match text.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial)),
            None => (text, None),
        };
        if mechanism.is_empty() || initial.is_some_and(|initial| initial.is_empty() || initial.contains(' ')) {
            return Err(Answer::new(501, "5.5.4", "A mechanism and at most one initial response are needed"));
        }
        let initial = initial.map(|initial| if initial == "=" { Vec::new() } else { initial.as_bytes().to_vec() });
        Ok(Details::Auth { mechanism: mechanism.to_ascii_uppercase(), initial })
    }

    fn bdat(&self) -> Result<Details, Answer> {
        let fault = || Answer::new(501, "5.5.4", "A chunk size and LAST or nothing are needed");
        let text = self.text()?;
        let (size, last) = match text.split_once(' ') {
            Some((size, last)) if last.eq_ignore_ascii_case("LAST") => (size, true),
            Some(_) => return Err(fault()),
            None => (text, false),
        };
        if size.is_empty() || !size.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(fault());
        }
        Ok(Details::Bdat { size: size.parse().map_err(|_| fault())?, last })
    }

    fn path(&self, prefix: &[u8]) -> Result<(Path, Vec<Parameter>), Answer> {
        let fault = || Answer::new(501, "5.5.4", "Syntax: MAIL FROM:<reverse-path> or RCPT TO:<forward-path>");
        let text = self.text()?;
        let start = text.as_bytes().get(..prefix.len()).ok_or_else(fault)?;
        if !start.eq_ignore_ascii_case(prefix) {
            return Err(fault());
        }
        let (path, rest) = parse_path(&text[prefix.len()..]).ok_or_else(fault)?;
        if rest.is_empty() {
            return Ok((path, Vec::new()));
        }
        let rest = rest.strip_prefix(' ').ok_or_else(fault)?;
        let parameters = rest.split(' ').map(parameter).collect::<Option<Vec<_>>>().ok_or_else(fault)?;
        let keywords: std::collections::BTreeSet<_> = parameters.iter().map(|one| &one.keyword).collect();
        if keywords.len() < parameters.len() { Err(fault()) } else { Ok((path, parameters)) }
    }

    fn text(&self) -> Result<&str, Answer> {
        std::str::from_utf8(&self.argument).map_err(|_| Answer::new(501, "5.5.2", "Neither ASCII nor UTF-8"))
    }
}

/// RCPT takes any path but the null one.
fn recipient((path, parameters): (Path, Vec<Parameter>)) -> Result<Details, Answer> {
    if path.mailbox.is_empty() {
        return Err(Answer::new(501, "5.1.3", "A forward-path is never null"));
    }
    Ok(Details::Rcpt { path, parameters })
}

/// `esmtp-param` of RFC 5321 §4.1.2, with UTF-8 in values as RFC 6531 §3.3 has it.
fn parameter(text: &str) -> Option<Parameter> {
    let (keyword, value) = match text.split_once('=') {
        Some((keyword, value)) => (keyword, Some(value)),
        None => (text, None),
    };
    let mut octets = keyword.bytes();
    let lawful = octets.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && octets.all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    let value_lawful = value.is_none_or(|value| {
        !value.is_empty() && value.chars().all(|one| one != '=' && (one.is_ascii_graphic() || !one.is_ascii()))
    });
    (lawful && value_lawful)
        .then(|| Parameter { keyword: keyword.to_ascii_uppercase(), value: value.map(str::to_owned) })
}
