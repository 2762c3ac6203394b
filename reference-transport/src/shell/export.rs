//! Connectors of a real organisation: what `Get-SendConnector | ConvertTo-Json` wrote.
//!
//! What a property looks like depends on who wrote it: a text, an object with `Value` and `IsUnlimited`, a time span
//! with its `Ticks`, an address space with its `Domain` and `Cost`. All of these are read. What is no setting, and what
//! cannot be taken over, is left out and named.
//!
//! # Not here
//!
//! Passwords: an export has none, so a connector that needs one is refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{
    Argument, Datum, ShellError,
    noun::send_connector::FIELDS,
    object::Value,
    parameter::{Field, Kind, Where},
    value::{Reading, timespan},
};
use crate::directory::{Directory, Settings, Usage};

/// What became of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The connectors that were made, in the order of the export.
    pub made: Vec<String>,
    /// Properties that were left out, and why; the same of several connectors is there once.
    pub ignored: BTreeMap<String, String>,
    /// Connectors that were not made, and why.
    pub refused: Vec<(String, String)>,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but neither an object nor an array of objects.
    #[error("it is neither a connector nor an array of connectors")]
    NoConnectors,
}

/// Makes the connectors of an export in the directory.
///
/// # Errors
///
/// If the text as a whole is no export. A connector that cannot be made is no error, but in [`Import::refused`].
pub fn import(directory: &mut Directory, text: &str) -> Result<Import, ExportError> {
    // Windows PowerShell writes a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let connectors = match serde_json::from_str(text)? {
        Json::Array(connectors) => connectors,
        one @ Json::Object(_) => vec![one],
        _ => return Err(ExportError::NoConnectors),
    };
    let mut import = Import::default();
    for (number, connector) in (1..).zip(connectors) {
        let Json::Object(properties) = connector else { return Err(ExportError::NoConnectors) };
        let name = match find(&properties, "Name") {
            Some(Json::String(name)) if !name.trim().is_empty() => name.clone(),
            _ => {
                import.refused.push((format!("connector {number}"), "it has no `Name`".to_owned()));
                continue;
            }
        };
        match make(directory, &name, &properties, &mut import.ignored) {
            Ok(()) => import.made.push(name),
            Err(why) => import.refused.push((name, why)),
        }
    }
    Ok(import)
}

fn make(
    directory: &mut Directory,
    name: &str,
    properties: &Map<String, Json>,
    ignored: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let mut settings = Settings::new(Usage::Custom);
    for (property, json) in properties {
        match FIELDS.iter().find(|field| field.parameter.name.eq_ignore_ascii_case(property)) {
            Some(field) => set(&mut settings, directory, field, json, ignored)?,
            None if property.eq_ignore_ascii_case("Name") => {}
            None => drop(ignored.insert(property.clone(), "it is no setting".to_owned())),
        }
    }
    if settings.source_transport_servers.is_empty() {
        settings.source_transport_servers = vec![directory.local_server().name.clone()];
    }
    let connector = settings.connector(name).map_err(|refusal| refusal.to_string())?;
    directory.insert(connector).map_err(|error| error.to_string())?;
    directory.remember(name, settings);
    Ok(())
}

fn set(
    settings: &mut Settings,
    directory: &Directory,
    field: &Field<Settings>,
    json: &Json,
    ignored: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    let name = field.parameter.name;
    let mut ignore = |why: &str| drop(ignored.insert(name.to_owned(), why.to_owned()));
    let datum = datum(json, field.parameter.kind);
    let is_edge = directory.local_server().is_edge();
    let belongs = match field.parameter.place {
        Where::Anywhere => true,
        Where::Edge => is_edge,
        Where::Mailbox => !is_edge,
        Where::In2013 => false,
    };
    match (field.parameter.kind, &datum) {
        (_, Datum::Null) => return Ok(()),
        _ if !belongs && is_default(&datum, &(field.get)(settings)) => {}
        _ if !belongs => ignore("it is not for this server"),
        (Kind::Credential, _) => ignore("an export has no password"),
        (Kind::Word, Datum::Text(text)) if text.parse::<i64>().is_ok() => {
            return Err(format!("`{name}` is a number: write words, by `-EnumsAsStrings` or a remote session"));
        }
        _ => {
            let argument = Argument { datum, span: 0..0 };
            let result = (field.set)(settings, &Reading { name, argument: &argument, directory });
            match result {
                Err(error) if name == "SourceTransportServers" => {
                    ignore(&format!("{}; the local server is taken", message(&error)));
                }
                other => other.map_err(|error| message(&error))?,
            }
        }
    }
    Ok(())
}

fn is_default(datum: &Datum, default: &Value) -> bool {
    match (datum, default) {
        (Datum::Boolean(given), Value::Boolean(default)) => given == default,
        (Datum::Text(given), Value::Text(default)) => given == default,
        _ => false,
    }
}

fn message(error: &ShellError) -> String {
    error.message()
}

/// The value that the shell would have been given.
fn datum(json: &Json, kind: Kind) -> Datum {
    match json {
        Json::Null => Datum::Null,
        Json::Bool(value) => Datum::Boolean(*value),
        Json::Number(number) => Datum::Text(number.to_string()),
        Json::String(text) => text_datum(text, kind),
        Json::Array(items) => {
            let item = |json: &Json| Argument { datum: datum(json, Kind::Text), span: 0..0 };
            Datum::List(items.iter().map(item).collect())
        }
        Json::Object(properties) => object_datum(properties, kind),
    }
}

fn text_datum(text: &str, kind: Kind) -> Datum {
    match kind {
        Kind::Boolean if text.eq_ignore_ascii_case("true") => Datum::Boolean(true),
        Kind::Boolean if text.eq_ignore_ascii_case("false") => Datum::Boolean(false),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Datum::List(items.map(|item| Argument { datum: Datum::Text(item.to_owned()), span: 0..0 }).collect())
        }
        // `35 MB (36,700,160 bytes)`: what stands in the parentheses is exact.
        Kind::Size => match text.split_once('(').and_then(|(_, rest)| rest.split_once(" bytes)")) {
            Some((octets, _)) => Datum::Text(octets.replace(',', "")),
            None => Datum::Text(text.to_owned()),
        },
        _ if text.is_empty() => Datum::Null,
        _ => Datum::Text(text.to_owned()),
    }
}

fn object_datum(properties: &Map<String, Json>, kind: Kind) -> Datum {
    let text = |name| find(properties, name).and_then(Json::as_str).filter(|text| !text.is_empty());
    if find(properties, "IsUnlimited") == Some(&Json::Bool(true)) {
        return Datum::Text("unlimited".to_owned());
    }
    if let Some(value) = find(properties, "Value") {
        return datum(value, kind);
    }
    if let Some(ticks) = find(properties, "Ticks").and_then(Json::as_u64) {
        const TICKS_PER_SECOND: u64 = 10_000_000;
        return Datum::Text(timespan(ticks / TICKS_PER_SECOND));
    }
    if let (Some(issuer), Some(subject)) = (text("CertificateIssuer"), text("CertificateSubject")) {
        return Datum::Text(format!("<I>{issuer}<S>{subject}"));
    }
    // Of an address space, a smart host, a server: whatever names it.
    let Some(named) = ["Address", "Domain", "Name", "IPAddressToString"].into_iter().find_map(text) else {
        return Datum::Null;
    };
    let prefix = text("Type").map_or_else(String::new, |kind| format!("{kind}:"));
    let cost = find(properties, "Cost").and_then(Json::as_u64).map_or_else(String::new, |cost| format!(";{cost}"));
    Datum::Text(format!("{prefix}{named}{cost}"))
}

/// The property of that name, case ignored.
fn find<'a>(properties: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
