//! What a host or the name server saw: `relay.contoso.test never sees AUTH in clear`.

use mtaspec_fake_smarthost::rule::Pattern;

use super::{
    super::{
        cursor::Cursor,
        dns::query_name,
        words::{RECORD_TYPES, is_verb, verbs},
    },
    Part, qualifier,
};
use crate::{
    case::LineMistake,
    claim::ast::{HeaderValue, NoticeKind, Seen, Subject, Thing, TlsFact},
    nearest::is_slip,
};

/// Verbs of a claim.
const SEES: [&str; 3] = ["never", "sees", "receives"];

/// Things that are no SMTP verb.
const THINGS: [&str; 11] = [
    "a connection",
    "a transaction",
    "a message",
    "a failure notice",
    "a delay notice",
    "a relay notice",
    "TLS",
    "credentials",
    "header",
    "the body",
    "octets",
];

/// Who sees, as far as it decides what can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name server: queries.
    Dns,
    /// A host: anything else.
    Host,
}

/// Whether a claim may begin with `word`.
pub(super) fn is_subject(word: &str) -> bool {
    word.contains(['@', '.', ':']) || matches!(word, "every" | "any" | "dns" | "origin")
}

/// Reads who, `never`, what, and the qualifiers.
pub(super) fn parse(cursor: &mut Cursor<'_>, part: Part) -> Result<Seen, LineMistake> {
    let subject = subject(cursor, part)?;
    let never = cursor.eat("never");
    if !cursor.eat("sees") && !cursor.eat("receives") {
        return Err(cursor.unknown("a verb", SEES.into_iter().skip(usize::from(never))));
    }
    let kind = if matches!(subject, Subject::Dns { .. }) { Kind::Dns } else { Kind::Host };
    let thing = thing(cursor, kind)?;
    let qualifiers = qualifier::all(cursor, part, kind)?;
    Ok(Seen { subject, never, thing, qualifiers })
}

fn subject(cursor: &mut Cursor<'_>, part: Part) -> Result<Subject, LineMistake> {
    let word = cursor.peek_text();
    if word == "any" {
        cursor.next();
        cursor.require("host", "`host`")?;
        return Ok(Subject::AnyHost);
    }
    if word == "dns" {
        cursor.next();
        return Ok(Subject::Dns { server: server(cursor) });
    }
    if word.contains('@') {
        return Err(cursor.here(format!("`{word}` is a recipient, and `WHEN` asks what was seen"), ["any host", "dns"]));
    }
    if word == "origin" || word.contains(['.', ':']) {
        return Ok(Subject::Host(host(cursor)?));
    }
    let (condition, recipient) = match part {
        Part::Claim => (Some("WHEN"), Some("every recipient")),
        Part::Condition => (None, None),
    };
    let candidates = ["origin", "any host", "dns"].into_iter().chain(recipient).chain(condition);
    Err(cursor.unknown("a host or a recipient", candidates.chain(["mx.contoso.test"])))
}

/// Reads the server whose name server it is, unless a verb stands here, misspelt or not.
fn server(cursor: &mut Cursor<'_>) -> Option<String> {
    let word = cursor.peek_text();
    let is_verb = |word: &str| SEES.contains(&word);
    let named = !is_verb(word)
        && (is_verb(cursor.peek_second()) || !SEES.into_iter().any(|verb| is_slip(word, verb)))
        && word.starts_with(|c: char| c.is_alphanumeric());
    if named { cursor.next().map(|word| word.text.to_owned()) } else { None }
}

/// Reads a host: a name with a dot in it, an address, or `origin`.
pub(super) fn host(cursor: &mut Cursor<'_>) -> Result<String, LineMistake> {
    let word = cursor.peek_text();
    let is_host = word == "origin" || (word.contains(['.', ':']) && !word.contains('@'));
    if !is_host {
        return Err(cursor.unknown("a host", ["origin", "mx.contoso.test", "192.0.2.1"]));
    }
    let word = cursor.name("a host", "mx.contoso.test")?.text;
    Ok(word.strip_suffix('.').unwrap_or(word).to_ascii_lowercase())
}

/// Reads what is seen.
pub(super) fn thing(cursor: &mut Cursor<'_>, kind: Kind) -> Result<Thing, LineMistake> {
    let word = cursor.peek_text();
    if kind == Kind::Dns {
        if !RECORD_TYPES.contains(&word) {
            return Err(cursor.unknown("a query type", RECORD_TYPES));
        }
        cursor.next();
        let name = query_name(cursor)?.to_ascii().to_ascii_lowercase();
        return Ok(Thing::Query { record_type: word.to_owned(), name });
    }
    if is_verb(word) {
        cursor.next();
        return Ok(Thing::Command { verb: word.to_owned(), argument: argument(cursor)? });
    }
    match word {
        "a" => {
            cursor.next();
            article_thing(cursor)
        }
        "TLS" => {
            cursor.next();
            let fact = if cursor.peek_text() == "\"" { Some(tls_fact(cursor)?) } else { None };
            Ok(Thing::Tls(fact))
        }
        "credentials" => {
            cursor.next();
            Ok(Thing::Credentials(cursor.octets()?))
        }
        "header" => {
            cursor.next();
            header(cursor)
        }
        "the" => {
            cursor.next();
            cursor.require("body", "`body`")?;
            if cursor.eat("unchanged") {
                return Ok(Thing::Body(None));
            }
            match argument(cursor)? {
                Some(pattern) => Ok(Thing::Body(Some(pattern))),
                None => Err(cursor.unknown("`unchanged` or a text in quotation marks", ["unchanged", "\"...\""])),
            }
        }
        "octets" => {
            cursor.next();
            Ok(Thing::Octets(cursor.quoted()?))
        }
        _ => Err(cursor.unknown("a thing that a host sees", THINGS.into_iter().chain(verbs()))),
    }
}

/// Reads a quoted pattern, if one stands here.
fn argument(cursor: &mut Cursor<'_>) -> Result<Option<Pattern>, LineMistake> {
    if cursor.peek_text() == "\"" { cursor.quoted().map(Some) } else { Ok(None) }
}

/// Reads what stands behind `a`.
fn article_thing(cursor: &mut Cursor<'_>) -> Result<Thing, LineMistake> {
    let thing = cursor.choose(
        "a thing that a host sees",
        &[
            ("connection", &Thing::Connection),
            ("transaction", &Thing::Transaction),
            ("message", &Thing::Message),
            ("failure", &Thing::Notice(NoticeKind::Failure)),
            ("delay", &Thing::Notice(NoticeKind::Delay)),
            ("relay", &Thing::Notice(NoticeKind::Relay)),
        ],
    )?;
    if matches!(thing, Thing::Notice(_)) {
        cursor.require("notice", "`notice`")?;
    }
    Ok(thing.clone())
}

/// Reads what a handshake had.
fn tls_fact(cursor: &mut Cursor<'_>) -> Result<TlsFact, LineMistake> {
    let start = cursor.rest().start;
    let text = cursor.text()?;
    let fact = match text.split_once(' ') {
        None if matches!(text.as_str(), "1.2" | "1.3") => Some(TlsFact::Version(text.clone())),
        Some(("SNI", name)) if !name.trim().is_empty() => Some(TlsFact::Sni(name.trim().to_owned())),
        _ => text
            .strip_prefix("client certificate ")
            .filter(|name| !name.trim().is_empty())
            .map(|name| TlsFact::ClientCertificate(name.trim().to_owned())),
    };
    fact.ok_or_else(|| {
        let span = start..start + cursor.read_since(start).len();
        let known = ["\"1.2\"", "\"1.3\"", "\"SNI relay.contoso.test\"", "\"client certificate mail.sender.test\""];
        let near = crate::nearest::nearest(&format!("\"{text}\""), known);
        cursor.mistake(span, format!("`{text}` is not a fact of a handshake"), near)
    })
}

/// Reads a field name and what is asked of its value.
fn header(cursor: &mut Cursor<'_>) -> Result<Thing, LineMistake> {
    let word = cursor.peek();
    let name = cursor.name("a field name", "Received")?;
    if let Some(bare) = name.text.strip_suffix(':') {
        let message = format!("the field name `{bare}` stands without its colon");
        return Err(cursor.mistake(word.map_or(0..0, |word| word.span()), message, [bare]));
    }
    let value = if cursor.eat("unchanged") {
        HeaderValue::Unchanged
    } else {
        argument(cursor)?.map_or(HeaderValue::Any, HeaderValue::Pattern)
    };
    Ok(Thing::Header { name: name.text.to_owned(), value })
}
