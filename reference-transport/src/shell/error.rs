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

    /// A stable word for what is wrong: [`ShellErrorKind::code`].
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The error as a person reads it: code and reason, the place, the line with carets below it, and what may have
    /// been meant. `text` is what was run; `name` says where it came from.
    pub fn render(&self, name: &str, text: &str) -> String {
        let at = self.span.start.min(text.len());
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let column = before[line_start..].chars().count();
        let number = before.matches('\n').count() + 1;
        let length =
            text.get(self.span.clone()).map_or(0, |words| words.lines().next().unwrap_or_default().chars().count());
        // A line of megabytes is nobody's reading.
        let skipped = column.saturating_sub(LINE_CHARACTERS_SHOWN / 2);
        let shown: String = line.chars().skip(skipped).take(LINE_CHARACTERS_SHOWN).map(visible).collect();
        let carets =
            "^".repeat(length.clamp(1, LINE_CHARACTERS_SHOWN - (column - skipped).min(LINE_CHARACTERS_SHOWN - 1)));
        let gutter = " ".repeat(number.to_string().len());
        let pad = " ".repeat(column - skipped);
        let mut text = format!(
            "error[{}]: {}\n{gutter}--> {name}:{number}:{}\n{gutter} |\n{number} | {shown}\n{gutter} | {pad}{carets}",
            self.code(),
            self.message(),
            column + 1,
        );
        if !self.suggestions.is_empty() {
            text.push_str(&format!("\n{gutter} = help: nearest: {}", self.suggestions.join(", ")));
        }
        text
    }

    /// The reason in words, without suggestions.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }
}

/// How much of a line stands above the carets.
const LINE_CHARACTERS_SHOWN: usize = 160;

fn visible(character: char) -> char {
    if character.is_control() { ' ' } else { character }
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
    /// There is nobody to ask.
    #[error("nobody can be asked for a password here: use New-Object PSCredential(...)")]
    CannotPrompt,
    /// Values that do not go together, or not with where and by whom the command is run.
    #[error("{rule}")]
    Conflict {
        /// A stable word for the rule.
        code: &'static str,
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
    /// The name is taken, perhaps in other case.
    #[error("{what} named `{name}` exists")]
    NameTaken {
        /// What has it: `a connector`.
        what: &'static str,
        /// As the directory has it.
        name: String,
    },
    /// Nobody said yes (MOD-36).
    #[error("removal asks for confirmation: `-Confirm:$false` answers it")]
    NotConfirmed,
    /// Nothing has the name.
    #[error("no {what} is named `{name}`")]
    NotFound {
        /// What was looked for: `connector`.
        what: &'static str,
        /// As it was asked for.
        name: String,
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
    /// A stage of a pipeline that is not one of the four.
    #[error("`{name}` cannot follow a `|`: only where, Format-Table, Format-List and ConvertTo-Json do")]
    UnexpectedStage {
        /// As it was written.
        name: String,
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
    /// The objects have no such property.
    #[error("there is no property `{name}`")]
    UnknownProperty {
        /// As it was written.
        name: String,
    },
    /// Exchange has the parameter, but not here.
    #[error("`-{parameter}` {why}")]
    UnsupportedParameter {
        /// The parameter.
        parameter: &'static str,
        /// Where it belongs.
        why: &'static str,
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
            Self::CannotPrompt => "cannot-prompt",
            Self::Conflict { code, .. } => code,
            Self::MissingArgument { .. } => "missing-argument",
            Self::MissingParameter { .. } => "missing-parameter",
            Self::NameTaken { .. } => "name-taken",
            Self::NotConfirmed => "not-confirmed",
            Self::NotFound { .. } => "not-found",
            Self::RepeatedParameter { .. } => "repeated-parameter",
            Self::Syntax { .. } => "syntax",
            Self::UnexpectedArgument { .. } => "unexpected-argument",
            Self::UnexpectedStage { .. } => "unexpected-stage",
            Self::UnknownCommand { .. } => "unknown-command",
            Self::UnknownParameter { .. } => "unknown-parameter",
            Self::UnknownProperty { .. } => "unknown-property",
            Self::UnknownVariable { .. } => "unknown-variable",
            Self::UnsupportedParameter { .. } => "unsupported-parameter",
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
