//! Properties of a host: `offers`, `withholds`, `auth`, `certificate` and the others.

use std::net::IpAddr;

use mtaspec_fake_smarthost::{
    host::{CertificateKind, CertificateSpec, ClientCertificate, Credential, Posture, Property, PropertyValue},
    rule::Conditions,
};

use super::{
    super::{conditions, cursor::Cursor, words::KEYWORDS},
    HostLine,
};
use crate::{
    case::LineMistake,
    nearest::{is_slip, nearest},
};

/// The words that properties begin with.
pub(super) const WORDS: [&str; 9] =
    ["offers", "withholds", "auth", "certificate", "client-certificate", "tls", "port", "down", "takes-from"];

/// Fewest characters of a password, so that one that is found raw or in base64 is no accident.
const PASSWORD_CHARS_MIN: usize = 12;

/// Reads what stands behind `word`, to the end of the line.
pub(super) fn parse(cursor: &mut Cursor<'_>, word: &'static str) -> Result<HostLine, LineMistake> {
    let conditions = match conditions::split(cursor)? {
        Some(_) if word == "port" => {
            return Err(cursor.here("a port holds for the whole case", []));
        }
        Some(tail) => conditions::of_host(cursor.split_off(tail.at))?,
        None => Conditions::default(),
    };
    let values = match word {
        "offers" => offers(cursor)?,
        "withholds" => withholds(cursor)?,
        "auth" => vec![PropertyValue::Auth(posture(cursor)?)],
        "certificate" => vec![PropertyValue::Certificate(certificate(cursor)?)],
        "client-certificate" => vec![PropertyValue::ClientCertificate(cursor.choose(
            "`required` or `requested`",
            &[("required", ClientCertificate::Required), ("requested", ClientCertificate::Requested)],
        )?)],
        "tls" if cursor.eat("implicit") => vec![PropertyValue::ImplicitTls],
        "tls" => vec![PropertyValue::Tls(versions(cursor)?)],
        "takes-from" => vec![PropertyValue::TakesFrom(addresses(cursor)?)],
        "port" => return port(cursor).map(HostLine::Port),
        _ => vec![PropertyValue::Down],
    };
    cursor.finish(["("])?;
    let property = |value| Property { value, conditions: conditions.clone(), tag: None };
    Ok(HostLine::Property { word, properties: values.into_iter().map(property).collect() })
}

/// Reads keywords with their parameters. A comma, or a keyword that everybody knows, begins the next.
fn offers(cursor: &mut Cursor<'_>) -> Result<Vec<PropertyValue>, LineMistake> {
    let mut values = Vec::new();
    loop {
        let keyword = keyword(cursor)?;
        let mut parameters = Vec::new();
        while !matches!(cursor.peek_text(), "" | ",") && !KEYWORDS.contains(&cursor.peek_text()) {
            parameters.push(cursor.name("a parameter", "10485760")?.text.to_owned());
        }
        values.push(PropertyValue::Offers { keyword, parameters });
        if !cursor.eat(",") && cursor.peek().is_none() {
            return Ok(values);
        }
    }
}

fn withholds(cursor: &mut Cursor<'_>) -> Result<Vec<PropertyValue>, LineMistake> {
    if cursor.eat("*") {
        return Ok(vec![PropertyValue::Withholds("*".to_owned())]);
    }
    let mut values = vec![PropertyValue::Withholds(keyword(cursor)?)];
    while cursor.eat(",") || cursor.peek().is_some() {
        values.push(PropertyValue::Withholds(keyword(cursor)?));
    }
    Ok(values)
}

/// Reads an EHLO keyword: in capitals, and no slip of one that everybody knows.
fn keyword(cursor: &mut Cursor<'_>) -> Result<String, LineMistake> {
    let text = cursor.peek_text();
    let lower = text.contains(|c: char| c.is_ascii_lowercase());
    let slip = !KEYWORDS.contains(&text)
        && !text.starts_with('X')
        && text.len() > 4
        && KEYWORDS.into_iter().any(|known| is_slip(text, known));
    let shape = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'='));
    if shape && !lower && !slip {
        cursor.next();
        return Ok(text.to_owned());
    }
    Err(cursor.unknown("an EHLO keyword", KEYWORDS))
}

fn posture(cursor: &mut Cursor<'_>) -> Result<Posture, LineMistake> {
    const POSTURES: [(&str, &str); 5] = [
        ("None", "None"),
        ("BasicAuth", "BasicAuth"),
        ("BasicAuthRequireTLS", "BasicAuthRequireTLS"),
        ("ExchangeServer", "ExchangeServer"),
        ("ExternalAuthoritative", "ExternalAuthoritative"),
    ];
    match cursor.choose("a posture", &POSTURES)? {
        "BasicAuth" => Ok(Posture::BasicAuth(credential(cursor)?)),
        "BasicAuthRequireTLS" => Ok(Posture::BasicAuthRequireTls(credential(cursor)?)),
        "ExchangeServer" => Ok(Posture::ExchangeServer),
        "ExternalAuthoritative" => Ok(Posture::ExternalAuthoritative(addresses(cursor)?)),
        _ if cursor.peek().is_some() => Ok(Posture::None(Some(credential(cursor)?))),
        _ => Ok(Posture::None(None)),
    }
}

fn credential(cursor: &mut Cursor<'_>) -> Result<Credential, LineMistake> {
    if cursor.peek_text() != "\"" {
        return Err(cursor.unknown("a user name in quotation marks", ["\"user\" \"password\""]));
    }
    let user = cursor.text()?;
    if cursor.peek_text() != "\"" {
        return Err(cursor.unknown("a password in quotation marks", ["\"password\""]));
    }
    let start = cursor.rest().start;
    let password = cursor.text()?;
    if password.chars().count() < PASSWORD_CHARS_MIN {
        let span = start..start + cursor.read_since(start).len();
        let message = format!("a password has at least {PASSWORD_CHARS_MIN} characters");
        return Err(cursor.mistake(span, message, [""; 0]));
    }
    Ok(Credential { user, password })
}

fn certificate(cursor: &mut Cursor<'_>) -> Result<CertificateSpec, LineMistake> {
    let kind = cursor.choose(
        "a certificate",
        &[
            ("valid", CertificateKind::Valid),
            ("revoked", CertificateKind::Revoked),
            ("expired", CertificateKind::Expired),
            ("not-yet-valid", CertificateKind::NotYetValid),
            ("self-signed", CertificateKind::SelfSigned),
            ("unknown-issuer", CertificateKind::UnknownIssuer),
            ("common-name", CertificateKind::CommonName),
            ("nul-in-name", CertificateKind::NulInName),
        ],
    )?;
    cursor.require("for", "`for`")?;
    let mut names = Vec::new();
    while names.is_empty() || cursor.peek().is_some() {
        names.push(cursor.name("a name", "mx.contoso.test")?.text.to_owned());
    }
    Ok(CertificateSpec { kind, names })
}

fn versions(cursor: &mut Cursor<'_>) -> Result<Vec<String>, LineMistake> {
    let mut versions: Vec<String> = Vec::new();
    while versions.is_empty() || cursor.peek().is_some() {
        let version = cursor.choose("a version of TLS", &[("1.2", "1.2"), ("1.3", "1.3")])?;
        versions.push(version.to_owned());
    }
    Ok(versions)
}

fn addresses(cursor: &mut Cursor<'_>) -> Result<Vec<IpAddr>, LineMistake> {
    let mut addresses = Vec::new();
    while addresses.is_empty() || cursor.peek().is_some() {
        let Ok(address) = cursor.peek_text().parse() else {
            return Err(cursor.unknown("an address of the network", ["192.0.2.1", "2001:db8::1"]));
        };
        cursor.next();
        addresses.push(address);
        cursor.eat(",");
    }
    Ok(addresses)
}

fn port(cursor: &mut Cursor<'_>) -> Result<u16, LineMistake> {
    match cursor.peek_text().parse::<u16>() {
        Ok(port) if port > 0 => {
            cursor.next();
            cursor.finish([])?;
            Ok(port)
        }
        _ => Err(cursor.unknown(
            "a port from 1 to 65535",
            nearest(cursor.peek_text(), ["25", "587", "2526"]).iter().map(String::as_str),
        )),
    }
}
