//! A small Exchange Management Shell: enough of it to create, change and remove Send connectors.
//!
//! # Understood
//!
//! `New-SendConnector`, `Set-SendConnector`, `Remove-SendConnector`, `Add-ADPermission`, `Remove-ADPermission`,
//! `Retry-Queue`, `Suspend-Queue`, `Resume-Queue`, `New-Object PSCredential(user, secret)`, `ConvertTo-SecureString text -AsPlainText -Force`.
//!
//! A command a line, or several with `;` between them; a line goes on after a backtick at its end, after a comma and
//! inside parentheses. Comments are `# to the end of the line` and `<# ... #>`. Names of cmdlets, parameters and
//! variables ignore case; a parameter may be cut to a prefix that no other shares (MOD-40), and takes its value after a
//! blank or a colon. Values are bare words, `'text'` (`''` is a quote), `"text"` (`""` and a backtick escape),
//! `$true`, `$false`, `$null`, `$variable`, lists `a,b` and `@(a, b)`, and `(command)`. A variable is assigned with
//! `$name = value` or `$name = command`.
//!
//! # Not here
//!
//! Pipelines, script blocks, hash tables, operators, member access, types in brackets, and variables inside double
//! quotes: each is a syntax error at its place. Parameters that Exchange has and the transport does not act on are
//! taken at their default value and refused otherwise ([`ShellErrorKind::NotYet`]).
//!
//! # Invariants
//!
//! A command that is refused changes nothing. After a refusal the shell goes on, as Exchange does; after a syntax error
//! it stops, for nobody knows where the next command begins.

mod binding;
mod connectors;
mod convert;
mod error;
mod grammar;
mod nearest;
mod objects;
mod permissions;
mod queues;
mod transport_config;

use std::{collections::BTreeMap, ops::Range};

pub use error::{ShellError, ShellErrorKind};

use crate::directory::Directory;
use binding::Cmdlet;
use convert::{Argument, Datum};
use grammar::{Command, Expression, ExpressionKind, Statement};

/// How deep parentheses go: a page needs two.
pub const DEPTH_MAX: usize = 16;

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOutcome {
    /// The command as it was written.
    pub text: String,
    /// Where it stands: octets from the start of the text.
    pub span: Range<usize>,
    /// What it printed, or why it was refused.
    pub result: Result<String, ShellError>,
}

/// A shell: what it remembers from one text to the next are its variables.
#[derive(Debug, Default)]
pub struct Shell {
    variables: BTreeMap<String, Datum>,
}

const CMDLETS: [&Cmdlet; 11] = [
    &connectors::NEW,
    &connectors::SET,
    &connectors::REMOVE,
    &permissions::ADD,
    &permissions::REMOVE,
    &queues::RETRY,
    &queues::SUSPEND,
    &queues::RESUME,
    &transport_config::SET,
    &objects::NEW_OBJECT,
    &objects::CONVERT_TO_SECURE_STRING,
];

/// What a command needs beside its parameters.
struct Context<'a> {
    directory: &'a mut Directory,
    /// Where the command stands, for what concerns none of its parameters alone.
    span: Range<usize>,
}

impl Shell {
    /// A shell without variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the commands of `text` in order. The last outcome is the first syntax error, if there is one.
    pub fn run(&mut self, directory: &mut Directory, text: &str) -> Vec<CommandOutcome> {
        let mut outcomes = Vec::new();
        for statement in grammar::statements(text) {
            let (span, result) = match statement {
                Ok(statement) => (statement.span.clone(), self.execute(directory, &statement)),
                Err(error) => {
                    let line_end = text[error.span.start..].find('\n').map_or(text.len(), |n| error.span.start + n);
                    let start = text[..error.span.start].rfind('\n').map_or(0, |index| index + 1);
                    (start..line_end, Err(error))
                }
            };
            outcomes.push(CommandOutcome { text: text[span.clone()].to_owned(), span, result });
        }
        outcomes
    }

    fn execute(&mut self, directory: &mut Directory, statement: &Statement) -> Result<String, ShellError> {
        let argument = self.evaluate(directory, &statement.value)?;
        match &statement.variable {
            Some(name) => {
                self.variables.insert(name.to_ascii_lowercase(), argument.datum);
                Ok(String::new())
            }
            None => Ok(argument.datum.to_string()),
        }
    }

    fn evaluate(&self, directory: &mut Directory, expression: &Expression) -> Result<Argument, ShellError> {
        let span = expression.span.clone();
        let datum = match &expression.kind {
            ExpressionKind::Command(command) => self.command(directory, command, &span)?,
            ExpressionKind::List(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.evaluate(directory, item)).collect();
                Datum::List(items?)
            }
            ExpressionKind::Text(text) => Datum::Text(text.clone()),
            ExpressionKind::Variable(name) => self.variable(name, &span)?,
        };
        Ok(Argument { datum, span })
    }

    fn variable(&self, name: &str, span: &Range<usize>) -> Result<Datum, ShellError> {
        match name.to_ascii_lowercase().as_str() {
            "true" => Ok(Datum::Boolean(true)),
            "false" => Ok(Datum::Boolean(false)),
            "null" => Ok(Datum::Null),
            folded => self.variables.get(folded).cloned().ok_or_else(|| {
                let known = self.variables.keys().map(String::as_str);
                let kind = ShellErrorKind::UnknownVariable { name: name.to_owned() };
                ShellError { suggestions: nearest::nearest(name, known), ..ShellError::new(kind, span.clone()) }
            }),
        }
    }

    fn command(&self, directory: &mut Directory, command: &Command, span: &Range<usize>) -> Result<Datum, ShellError> {
        let Some(cmdlet) = CMDLETS.iter().find(|cmdlet| cmdlet.name.eq_ignore_ascii_case(&command.name.text)) else {
            let kind = ShellErrorKind::UnknownCommand { name: command.name.text.clone() };
            let suggestions = nearest::nearest(&command.name.text, CMDLETS.iter().map(|cmdlet| cmdlet.name));
            return Err(ShellError { suggestions, ..ShellError::new(kind, command.name.span.clone()) });
        };
        let bound = binding::bind(cmdlet, command, |expression| self.evaluate(directory, expression))?;
        (cmdlet.run)(&mut Context { directory, span: span.clone() }, &bound)
    }
}

#[cfg(test)]
mod tests;
