//! Command lines: the verb, what follows it, and the checks that keep one command one line.

use std::fmt;

use crate::limits::{AUTH_LINE_OCTETS_MAX, COMMAND_LINE_OCTETS_MAX, COMMAND_PARAMETERS_OCTETS_MAX};

/// What a client says, or what it waits for after saying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// AUTH, or a line of its exchange: RFC 4954.
    Auth,
    /// Nothing: the connection was opened, and the greeting is awaited.
    Connect,
    /// DATA.
    Data,
    /// EHLO.
    Ehlo,
    /// The line that ends mail data.
    EndOfData,
    /// HELO.
    Helo,
    /// MAIL.
    Mail,
    /// QUIT.
    Quit,
    /// RCPT.
    Rcpt,
    /// RSET.
    Rset,
    /// STARTTLS: RFC 3207.
    StartTls,
    /// The TLS handshake.
    TlsHandshake,
}

/// As it reads in a sentence: the verb, or what stands for one.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "AUTH",
            Self::Connect => "the connection",
            Self::Data => "DATA",
            Self::Ehlo => "EHLO",
            Self::EndOfData => "the end of mail data",
            Self::Helo => "HELO",
            Self::Mail => "MAIL",
            Self::Quit => "QUIT",
            Self::Rcpt => "RCPT",
            Self::Rset => "RSET",
            Self::StartTls => "STARTTLS",
            Self::TlsHandshake => "the TLS handshake",
        })
    }
}

/// Why a command was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The argument holds an octet that would end the line or be lost in it.
    #[error("an argument holds CR, LF or NUL")]
    Injection,
    /// A path holds a blank or an angle bracket outside quotes: what follows it would be read as parameters.
    #[error("a path holds a blank or an angle bracket outside quotes")]
    Path,
    /// The line would be longer than the protocol allows.
    #[error("a command line of {octets} octets is longer than {max}")]
    TooLong {
        /// With its line end.
        octets: usize,
        /// The limit.
        max: usize,
    },
}

/// One command line with its `<CRLF>`, from words that are joined by a space.
///
/// # Errors
///
/// If a word holds CR, LF or NUL, or the line is longer than [`COMMAND_LINE_OCTETS_MAX`] and what extensions add.
pub fn command_line(words: &[&str]) -> Result<Vec<u8>, CommandError> {
    line(words, COMMAND_LINE_OCTETS_MAX + COMMAND_PARAMETERS_OCTETS_MAX)
}

/// The same with parameters behind the words; the limit is lifted by what they take, as the extension that brings them
/// does (RFC 3461 §4.2, §4.4: a value has a limit of its own).
///
/// # Errors
///
/// As [`command_line`].
pub fn command_line_with(words: &[&str], parameters: &[String]) -> Result<Vec<u8>, CommandError> {
    let room: usize = parameters.iter().map(|parameter| parameter.len() + 1).sum();
    let words: Vec<&str> = words.iter().copied().chain(parameters.iter().map(String::as_str)).collect();
    line(&words, COMMAND_LINE_OCTETS_MAX + COMMAND_PARAMETERS_OCTETS_MAX + room)
}

/// `FROM:<path>` or `TO:<path>`: an argument that holds one path and nothing else. The path is empty, or comes without
/// brackets.
///
/// # Errors
///
/// If the path would end before its end.
pub fn path_argument(keyword: &str, path: &str) -> Result<String, CommandError> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in path.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ' ' | '<' | '>' if !is_quoted => return Err(CommandError::Path),
            _ => {}
        }
    }
    if is_quoted { Err(CommandError::Path) } else { Ok(format!("{keyword}:<{path}>")) }
}

/// One line of an AUTH exchange with its `<CRLF>`.
///
/// # Errors
///
/// As [`command_line`], with the limit [`AUTH_LINE_OCTETS_MAX`].
pub fn auth_line(words: &[&str]) -> Result<Vec<u8>, CommandError> {
    line(words, AUTH_LINE_OCTETS_MAX)
}

fn line(words: &[&str], max: usize) -> Result<Vec<u8>, CommandError> {
    let mut line = words.join(" ").into_bytes();
    if line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)) {
        return Err(CommandError::Injection);
    }
    line.extend_from_slice(b"\r\n");
    if line.len() > max {
        return Err(CommandError::TooLong { octets: line.len(), max });
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_become_a_command() {
        for bad in ["a@b>\r\nRCPT TO:<c@d", "a\n", "a\r", "a\0"] {
            assert_eq!(command_line(&["MAIL", bad]), Err(CommandError::Injection), "{bad:?}");
        }
    }

    #[test]
    fn an_address_cannot_become_a_parameter() {
        for bad in ["a@b> SIZE=1", "a b@c", "a@b>", "\"a@b> NOTIFY=NEVER", "\"a\\\"@b"] {
            assert_eq!(path_argument("TO", bad), Err(CommandError::Path), "{bad}");
        }
        for good in ["", "a@b", "\"a b>\"@c", "\"a\\\"b\"@c"] {
            assert_eq!(path_argument("TO", good), Ok(format!("TO:<{good}>")));
        }
    }

    #[test]
    fn a_line_ends_in_crlf_and_has_a_limit() {
        assert_eq!(command_line(&["MAIL", "FROM:<>", "SIZE=7"]).as_deref(), Ok(b"MAIL FROM:<> SIZE=7\r\n".as_slice()));
        let long = "a".repeat(600);
        assert_eq!(command_line(&["RCPT", &long]), Err(CommandError::TooLong { octets: 607, max: 565 }));
        assert_eq!(auth_line(&["AUTH", &long]).map(|line| line.len()), Ok(607));
    }
}
