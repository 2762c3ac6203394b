//! Why a command was refused, and where in the text a caret belongs.

use std::{fmt, ops::Range};

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellError {
    /// What is wrong.
    pub kind: ShellErrorKind,
    /// The words it is about: octets from the start of the text. Empty at the end of the text.
    pub span: Range<usize>,
    /// Names that may have been meant, nearest first, at most [`ShellError::SUGGESTIONS_MAX`].
    pub suggestions: Vec<String>,
}

impl ShellError {
    /// How many suggestions a reader still reads.
    pub const SUGGESTIONS_MAX: usize = 6;

    pub(super) fn new(kind: ShellErrorKind, span: Range<usize>) -> Self {
        Self { kind, span, suggestions: Vec::new() }
    }

    /// The reason in words, without suggestions.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }
}

impl fmt::Display for ShellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        for (index, suggestion) in self.suggestions.iter().enumerate() {
            write!(f, "{} `{suggestion}`", if index == 0 { "; nearest:" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for ShellError {}

/// What is wrong with a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShellErrorKind {
    /// The prefix belongs to several parameters (MOD-40).
    #[error("`-{name}` could be any of {}", candidates.join(", "))]
    AmbiguousParameter {
        /// As it was written.
        name: String,
        /// The parameters that begin so.
        candidates: Vec<&'static str>,
    },
    /// A value that the parameter does not take.
    #[error("`{found}` is no value for `{parameter}`: {allowed}")]
    BadValue {
        /// The parameter.
        parameter: &'static str,
        /// What was given.
        found: String,
        /// What would be right.
        allowed: String,
    },
    /// Parameters that do not go together.
    #[error("{rule}")]
    Conflict {
        /// The rule that they break.
        rule: String,
    },
    /// The parameter stands there without a value.
    #[error("`-{parameter}` needs a value")]
    MissingArgument {
        /// The parameter.
        parameter: &'static str,
    },
    /// A mandatory parameter is absent (MOD-08).
    #[error("`-{parameter}` is mandatory")]
    MissingParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// The name belongs to a connector already.
    #[error("a connector named `{name}` exists")]
    NameTaken {
        /// As the directory has it.
        name: String,
    },
    /// No connector has the name.
    #[error("no connector is named `{name}`")]
    NotFound {
        /// As it was asked for.
        name: String,
    },
    /// Exchange has it, the transport not yet.
    #[error("`-{parameter}` is not understood yet, but at its default")]
    NotYet {
        /// The parameter.
        parameter: &'static str,
    },
    /// The parameter stands there twice.
    #[error("`-{parameter}` is given twice")]
    RepeatedParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// The text is no command.
    #[error("expected {expected}")]
    Syntax {
        /// What would be right there.
        expected: String,
    },
    /// A value without a parameter that would take it.
    #[error("no parameter takes `{found}`")]
    UnexpectedArgument {
        /// The value.
        found: String,
    },
    /// No such cmdlet.
    #[error("no cmdlet is named `{name}`{}", hint(name))]
    UnknownCommand {
        /// As it was written.
        name: String,
    },
    /// No parameter begins so.
    #[error("`{cmdlet}` has no parameter `-{name}`")]
    UnknownParameter {
        /// The cmdlet.
        cmdlet: &'static str,
        /// As it was written.
        name: String,
    },
    /// The variable was never assigned.
    #[error("`${name}` was never assigned")]
    UnknownVariable {
        /// Without the dollar.
        name: String,
    },
}

impl ShellErrorKind {
    /// A stable word for the kind, for programs and for `shell refuses`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AmbiguousParameter { .. } => "ambiguous-parameter",
            Self::BadValue { .. } => "bad-value",
            Self::Conflict { .. } => "conflict",
            Self::MissingArgument { .. } => "missing-argument",
            Self::MissingParameter { .. } => "missing-parameter",
            Self::NameTaken { .. } => "name-taken",
            Self::NotFound { .. } => "not-found",
            Self::NotYet { .. } => "not-yet",
            Self::RepeatedParameter { .. } => "repeated-parameter",
            Self::Syntax { .. } => "syntax",
            Self::UnexpectedArgument { .. } => "unexpected-argument",
            Self::UnknownCommand { .. } => "unknown-command",
            Self::UnknownParameter { .. } => "unknown-parameter",
            Self::UnknownVariable { .. } => "unknown-variable",
        }
    }
}

/// `-AddressSpaces SMTP:*.contoso.com;5` leaves the cost behind as a command of its own.
fn hint(name: &str) -> &'static str {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        " (a `;` outside quotes ends a command: quote the address space)"
    } else {
        ""
    }
}
