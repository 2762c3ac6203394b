//! Faults of the name server: the lines of a `dns` fence, `MX contoso.test -> SERVFAIL (until 26h)`.

use hickory_server::proto::{
    op::ResponseCode,
    rr::{LowerName, Name, Record, RecordType},
};
use mtaspec_fake_dns::{
    rule::{Action, Fault},
    zone::parse_record,
};

use super::{conditions, cursor::Cursor, words::RECORD_TYPES};
use crate::case::{Line, LineMistake, zones};

/// What an ill server does.
const ACTIONS: [&str; 13] = [
    "additional",
    "SERVFAIL",
    "NXDOMAIN",
    "NOERROR",
    "REFUSED",
    "FORMERR",
    "NOTIMP",
    "drop",
    "truncate",
    "wrong-id",
    "wrong-source",
    "pause",
    "octets",
];

/// Reads one fault. Its tag is not set yet.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub fn parse(line: Line<'_>) -> Result<Fault, LineMistake> {
    let mut cursor = Cursor::new(line);
    let record_type = record_type(&mut cursor)?;
    let name = LowerName::from(query_name(&mut cursor)?);
    cursor.require("->", "`->`")?;
    let conditions = match conditions::split(&mut cursor)? {
        Some(tail) => conditions::of_dns(cursor.split_off(tail.at))?,
        None => mtaspec_fake_dns::rule::Conditions::default(),
    };
    let mut actions = vec![action(&mut cursor)?];
    while cursor.peek().is_some() {
        cursor.require(";", "`;` or conditions in parentheses")?;
        if !matches!(actions.last(), Some(Action::Pause(_))) {
            return Err(cursor.here("another action stands behind `pause` only", []));
        }
        actions.push(action(&mut cursor)?);
    }
    Ok(Fault { name, record_type, actions, conditions, tag: None })
}

/// Reads a query type, or `any`.
fn record_type(cursor: &mut Cursor<'_>) -> Result<Option<RecordType>, LineMistake> {
    if cursor.eat("any") {
        return Ok(None);
    }
    let word = cursor.peek_text();
    match word.parse::<RecordType>() {
        Ok(record_type) if RECORD_TYPES.contains(&word) => {
            cursor.next();
            Ok(Some(record_type))
        }
        _ => Err(cursor.unknown("a query type", ["any"].into_iter().chain(RECORD_TYPES))),
    }
}

/// Reads the name of a query, whole with or without its final dot.
pub(super) fn query_name(cursor: &mut Cursor<'_>) -> Result<Name, LineMistake> {
    let word = cursor.name("a name", "contoso.test")?;
    let refused = |message: String| cursor.mistake(word.span(), message, ["contoso.test"]);
    match Name::from_ascii(word.text) {
        Ok(mut name) => {
            name.set_fqdn(true);
            Ok(name)
        }
        Err(_) => Err(refused(format!("`{}` is not a domain name", word.text))),
    }
}

fn action(cursor: &mut Cursor<'_>) -> Result<Action, LineMistake> {
    let word = cursor.peek_text();
    let mut ahead = *cursor;
    ahead.next();
    let action = match word {
        "SERVFAIL" => Action::Rcode(ResponseCode::ServFail),
        "NXDOMAIN" => Action::Rcode(ResponseCode::NXDomain),
        "NOERROR" => Action::Rcode(ResponseCode::NoError),
        "REFUSED" => Action::Rcode(ResponseCode::Refused),
        "FORMERR" => Action::Rcode(ResponseCode::FormErr),
        "NOTIMP" => Action::Rcode(ResponseCode::NotImp),
        "drop" => Action::Drop,
        "additional" => Action::Additional(Box::new(record(&mut ahead)?)),
        "truncate" if ahead.peek_text().starts_with(|c: char| c.is_ascii_digit()) => {
            Action::Cut(usize::try_from(ahead.count()?).unwrap_or(usize::MAX))
        }
        "truncate" => Action::Truncate,
        "wrong-id" => Action::WrongId,
        "wrong-source" => Action::WrongSource,
        "pause" => Action::Pause(ahead.duration()?),
        "octets" => Action::Octets(ahead.octets()?),
        _ => return Err(cursor.unknown("an action of a name server", ACTIONS)),
    };
    *cursor = ahead;
    Ok(action)
}

/// Reads a record in quotation marks, of names and addresses that nobody has.
fn record(cursor: &mut Cursor<'_>) -> Result<Record, LineMistake> {
    let start = cursor.rest().start;
    let octets = cursor.octets()?;
    let span = start..start + cursor.read_since(start).len();
    let text = String::from_utf8_lossy(&octets).into_owned();
    let record = parse_record(&text).map_err(|error| cursor.mistake(span.clone(), error.to_string(), [""; 0]))?;
    match zones::reality(&record) {
        Some(message) => Err(cursor.mistake(span, message, [""; 0])),
        None => Ok(record),
    }
}
