//! What commands give back: objects with properties, and the ways to print them.

use std::fmt::{self, Write as _};

/// One property's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Boolean(bool),
    List(Vec<String>),
    Null,
    Number(u64),
    Text(String),
}

impl Value {
    pub(super) fn text(text: impl fmt::Display) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn optional(value: Option<impl fmt::Display>) -> Self {
        value.map_or(Self::Null, Self::text)
    }

    pub(super) fn list(items: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        Self::List(items.into_iter().map(|item| item.to_string()).collect())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(true) => f.write_str("True"),
            Self::Boolean(false) => f.write_str("False"),
            Self::List(items) => write!(f, "{{{}}}", printable(&items.join(", "))),
            Self::Null => Ok(()),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(&printable(text)),
        }
    }
}

/// Nothing that is printed moves the cursor of who reads it.
fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut printed, character| {
        if character.is_control() {
            printed.extend(character.escape_default())
        } else {
            printed.push(character)
        }
        printed
    })
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) properties: Vec<(&'static str, Value)>,
    /// The columns that are shown where nobody says which.
    pub(super) summary: &'static [&'static str],
}

impl Object {
    /// The property of that name, case ignored.
    pub(super) fn find(&self, name: &str) -> Option<&(&'static str, Value)> {
        self.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Its summary on one line.
    pub(super) fn line(&self) -> String {
        let values: Vec<_> = self.summary.iter().map(|name| self.show(name)).collect();
        values.join("  ")
    }

    fn show(&self, name: &str) -> String {
        self.find(name).map_or_else(String::new, |(_, value)| value.to_string())
    }
}

/// A table of these columns, each as wide as what is in it; nothing for no objects.
pub(super) fn table(objects: &[Object], columns: &[String]) -> String {
    if objects.is_empty() {
        return String::new();
    }
    let mut rows = vec![columns.to_vec(), columns.iter().map(|name| "-".repeat(name.chars().count())).collect()];
    rows.extend(objects.iter().map(|object| columns.iter().map(|name| object.show(name)).collect()));
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join(" ").trim_end());
        text.push('\n');
    }
    text.pop();
    text
}

/// A line a property, an empty line between objects.
pub(super) fn list(objects: &[Object], properties: &[String]) -> String {
    let width = properties.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let object = |object: &Object| {
        let lines =
            properties.iter().map(|name| format!("{name:<width$} : {}", object.show(name)).trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    };
    objects.iter().map(object).collect::<Vec<_>>().join("\n\n")
}

/// One object as an object, several as an array, none as nothing.
pub(super) fn json(objects: &[Object]) -> String {
    let mut text = String::new();
    match objects {
        [] => {}
        [only] => write_object(&mut text, only, ""),
        _ => {
            text.push_str("[\n");
            for (index, object) in objects.iter().enumerate() {
                text.push_str("  ");
                write_object(&mut text, object, "  ");
                text.push_str(if index + 1 == objects.len() { "\n" } else { ",\n" });
            }
            text.push(']');
        }
    }
    text
}

fn write_object(text: &mut String, object: &Object, indent: &str) {
    text.push('{');
    for (index, (name, value)) in object.properties.iter().enumerate() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{}\n{indent}  {}: ", if index == 0 { "" } else { "," }, quoted(name));
        match value {
            Value::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| quoted(item)).collect();
                let _ = write!(text, "[{}]", items.join(", "));
            }
            Value::Null => text.push_str("null"),
            Value::Number(number) => {
                let _ = write!(text, "{number}");
            }
            Value::Text(value) => text.push_str(&quoted(value)),
        }
    }
    let _ = write!(text, "\n{indent}}}");
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if u32::from(control) < 0x20 => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
