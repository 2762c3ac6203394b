//! What a parameter is: one row of a cmdlet's table. Binding, help and `docs/parameters.md` all come from the rows.

use super::{
    ShellError,
    object::Value,
    value::{Argument, Reading},
};

/// A parameter, as it is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its full name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Which values are good, in words; empty if the kind says it all.
    pub validation: &'static str,
    /// The requirements it comes from.
    pub source: &'static str,
    /// Where it can be used.
    pub place: Where,
}

/// What a parameter takes.
#[expect(clippy::exhaustive_enums, reason = "the kinds of value of this shell")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `$true` or `$false`.
    Boolean,
    /// `New-Object PSCredential(...)`.
    Credential,
    /// Several, or `@{Add=...; Remove=...}`.
    List,
    /// A whole number.
    Number,
    /// `10MB`, `unlimited`.
    Size,
    /// Nothing, or a value after a colon.
    Switch,
    /// A text.
    Text,
    /// `1.12:00:00`.
    TimeSpan,
    /// One of some words.
    Word,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Credential => "credential",
            Self::List => "list",
            Self::Number => "number",
            Self::Size => "size",
            Self::Switch => "switch",
            Self::Text => "text",
            Self::TimeSpan => "time span",
            Self::Word => "word",
        }
    }
}

/// Where a parameter can be used.
#[expect(clippy::exhaustive_enums, reason = "profiles and roles")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Everywhere.
    Anywhere,
    /// On an Edge server.
    Edge,
    /// In Exchange 2013, with a warning; later it is gone.
    In2013,
    /// On a Mailbox server.
    Mailbox,
}

impl Parameter {
    /// A row.
    pub(super) const fn new(name: &'static str, kind: Kind, validation: &'static str, source: &'static str) -> Self {
        Self { name, kind, validation, source, place: Where::Anywhere }
    }

    pub(super) const fn only(self, place: Where) -> Self {
        Self { place, ..self }
    }
}

/// A parameter that is a setting of a `T`: how it is set, and how it is shown.
pub(super) struct Field<T: 'static> {
    pub(super) parameter: Parameter,
    pub(super) set: fn(&mut T, &Reading<'_>) -> Result<(), ShellError>,
    pub(super) get: fn(&T) -> Value,
}

/// The parameters that every cmdlet that changes something has.
pub(super) const COMMON: [Parameter; 3] = [
    Parameter::new("Confirm", Kind::Switch, "", "MOD-36"),
    Parameter::new("DomainController", Kind::Text, "kept by nobody: there is one directory", ""),
    Parameter::new("WhatIf", Kind::Switch, "", "MOD-45"),
];

/// Who is meant.
pub(super) const IDENTITY: Parameter = Parameter::new("Identity", Kind::Text, "", "MOD-34");

/// The rows of a table of settings.
pub(super) fn of_fields<T>(fields: &[Field<T>]) -> Vec<Parameter> {
    fields.iter().map(|field| field.parameter).collect()
}

/// Sets what the command names; says whether it named anything.
pub(super) fn apply<'a, T>(
    fields: &[Field<T>],
    settings: &mut T,
    given: impl Iterator<Item = (&'static str, &'a Argument)>,
    reading: impl Fn(&'static str, &'a Argument) -> Reading<'a>,
) -> Result<(), ShellError> {
    for (name, argument) in given {
        if let Some(field) = fields.iter().find(|field| field.parameter.name == name) {
            (field.set)(settings, &reading(field.parameter.name, argument))?;
        }
    }
    Ok(())
}

/// What `Get-` shows of these settings.
pub(super) fn shown<T>(fields: &[Field<T>], settings: &T) -> Vec<(&'static str, Value)> {
    fields.iter().map(|field| (field.parameter.name, (field.get)(settings))).collect()
}
