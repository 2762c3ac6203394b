//! A small Exchange Management Shell: enough of it to manage Send connectors and what they depend on.
//!
//! # Understood
//!
//! `New-`, `Set-`, `Get-`, `Remove-SendConnector`; `New-`, `Set-`, `Get-`, `Remove-AcceptedDomain`; `Get-`, `Add-`,
//! `Remove-ADPermission`; `Set-` and `Get-` of `TransportService`, `FrontendTransportService` and `TransportConfig`;
//! `New-`, `Get-`, `Remove-EdgeSubscription`; `Retry-`, `Suspend-`, `Resume-Queue`; `New-Object PSCredential(user, secret)`,
//! `ConvertTo-SecureString text -AsPlainText -Force`. `docs/parameters.md` has every parameter ([`reference()`]).
//!
//! A command a line, or several with `;` between them; a line goes on after a backtick at its end, after a comma, after
//! a `|` and inside parentheses. Comments are `# to the end of the line` and `<# ... #>`. Names of cmdlets, parameters
//! and variables ignore case; a parameter may be cut to a prefix that no other shares (MOD-40), and takes its value
//! after a blank or a colon. Values are bare words, `'text'` (`''` is a quote), `"text"` (`""` and a backtick escape),
//! `$true`, `$false`, `$null`, `$variable`, lists `a,b` and `@(a, b)`, tables `@{Add=a; Remove=b}`, and `(command)`. A
//! variable is assigned with `$name = value` or `$name = command`.
//!
//! What a command gives may go through `| where {($_.Property -eq value) -and ...}`, and then through one of
//! `| Format-Table`, `| Format-List` and `| ConvertTo-Json`.
//!
//! # Not here
//!
//! Other pipelines and script blocks, arithmetic, member access, types in brackets, and variables inside double quotes:
//! each is an error at its place.
//!
//! # Invariants
//!
//! A command that is refused changes nothing. After a refusal the shell goes on, as Exchange does; after a syntax error
//! it stops, for nobody knows where the next command begins.
//!
//! # Limits
//!
//! Parentheses and braces are [`DEPTH_MAX`] deep at most, a setting has 10000 values at most.

mod binding;
mod error;
mod export;

mod grammar;
mod invariants;
mod nearest;
mod noun;
mod object;
mod parameter;
mod pipeline;
mod reference;

mod value;

use std::{collections::BTreeMap, ops::Range};

pub use error::{ShellError, ShellErrorKind};
pub use export::{ExportError, Import, import};

pub use invariants::hold_against;
pub use parameter::{Kind, Parameter, Where};
pub use reference::{CmdletReference, ParameterReference, Rule, reference, rules};

use crate::directory::Directory;
use binding::Cmdlet;
use grammar::{Command, Expression, ExpressionKind, Statement};
use value::{Argument, Datum};

/// How deep parentheses go: a page needs two.
pub const DEPTH_MAX: usize = 16;

/// From where a command is given.
#[expect(clippy::exhaustive_enums, reason = "MOD-38 names these two")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The graphical centre: it can do less (USE-05, USE-10, USE-12, FEP-09), and nothing on an Edge server (MOD-38).
    Centre,
    /// The Exchange Management Shell.
    #[default]
    Shell,
}

impl Origin {
    /// `EAC` or `shell`, as pages write it, case ignored.
    pub fn of_name(name: &str) -> Option<Self> {
        let words = [("EAC", Self::Centre), ("shell", Self::Shell)];
        words.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(name)).map(|(_, origin)| origin)
    }
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOutcome {
    /// The command as it was written.
    pub text: String,
    /// Where it stands: octets from the start of the text.
    pub span: Range<usize>,
    /// What it gave, an object a line, with warnings behind it; or why it was refused.
    pub result: Result<String, ShellError>,
    /// What a console shows: objects as a table with its head. Empty if it was refused.
    pub console: String,
}

/// A shell: what it remembers from one text to the next are its variables.
#[derive(Debug, Default)]
pub struct Shell {
    variables: BTreeMap<String, Datum>,
}

/// What a command needs beside its parameters.
struct Context<'a> {
    directory: &'a mut Directory,
    /// What stands before the `|`.
    input: Option<Datum>,
    /// Where the command stands, for what concerns none of its parameters alone.
    span: Range<usize>,
    origin: Origin,
    warnings: &'a mut Vec<String>,
}

/// What stays the same for all the parts of one command line.
struct Line<'a> {
    directory: &'a mut Directory,
    origin: Origin,
    warnings: Vec<String>,
}

impl Shell {
    /// A shell without variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the commands of `text` in order, on the local server of the directory. The last outcome is the first syntax
    /// error, if there is one.
    pub fn run(&mut self, directory: &mut Directory, text: &str) -> Vec<CommandOutcome> {
        self.run_from(Origin::Shell, directory, text)
    }

    /// As [`Self::run`], as if the commands were given from there.
    pub fn run_from(&mut self, origin: Origin, directory: &mut Directory, text: &str) -> Vec<CommandOutcome> {
        let mut outcomes = Vec::new();
        for statement in grammar::statements(text) {
            let (span, (result, console)) = match statement {
                Ok(statement) => {
                    let mut line = Line { directory: &mut *directory, origin, warnings: Vec::new() };
                    let result = self.execute(&mut line, &statement);
                    (statement.span.clone(), printed(result, &line.warnings))
                }
                Err(error) => {
                    let line_end = text[error.span.start..].find('\n').map_or(text.len(), |n| error.span.start + n);
                    let start = text[..error.span.start].rfind('\n').map_or(0, |index| index + 1);
                    (start..line_end, (Err(error), String::new()))
                }
            };
            outcomes.push(CommandOutcome { text: text[span.clone()].to_owned(), span, result, console });
        }
        outcomes
    }

    fn execute(&mut self, line: &mut Line<'_>, statement: &Statement) -> Result<Datum, ShellError> {
        let argument = self.evaluate(line, &statement.value)?;
        match &statement.variable {
            Some(name) => {
                self.variables.insert(name.to_ascii_lowercase(), argument.datum);
                Ok(Datum::Null)
            }
            None => Ok(argument.datum),
        }
    }

    fn evaluate(&self, line: &mut Line<'_>, expression: &Expression) -> Result<Argument, ShellError> {
        let span = expression.span.clone();
        let datum = match &expression.kind {
            ExpressionKind::Command(command) => self.command(line, command, &span)?,
            ExpressionKind::Condition(condition) => {
                Datum::Condition(pipeline::test(condition, &mut |inner| self.evaluate(line, inner))?)
            }
            ExpressionKind::List(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.evaluate(line, item)).collect();
                Datum::List(items?)
            }
            ExpressionKind::Pipeline(source, stages) => {
                let mut datum = self.evaluate(line, source)?.datum;
                for stage in stages {
                    datum = self.execute_command(line, pipeline::find(stage)?, stage, Some(datum), &span)?;
                }
                datum
            }
            ExpressionKind::Table(entries) => {
                let entry =
                    |(key, value): &(grammar::Word, Expression)| Ok((key.text.clone(), self.evaluate(line, value)?));
                Datum::Table(entries.iter().map(entry).collect::<Result<_, _>>()?)
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
                let kind = ShellErrorKind::UnknownVariable { name: value::shortened(name) };
                ShellError { suggestions: nearest::nearest(name, known), ..ShellError::new(kind, span.clone()) }
            }),
        }
    }

    fn command(&self, line: &mut Line<'_>, command: &Command, span: &Range<usize>) -> Result<Datum, ShellError> {
        let all = noun::CMDLETS;
        let Some(cmdlet) = all.iter().find(|cmdlet| cmdlet.name.eq_ignore_ascii_case(&command.name.text)) else {
            let kind = ShellErrorKind::UnknownCommand { name: value::shortened(&command.name.text) };
            let suggestions = nearest::nearest(&command.name.text, all.iter().map(|cmdlet| cmdlet.name));
            return Err(ShellError { suggestions, ..ShellError::new(kind, command.name.span.clone()) });
        };
        self.execute_command(line, cmdlet, command, None, span)
    }

    fn execute_command(
        &self,
        line: &mut Line<'_>,
        cmdlet: &'static Cmdlet,
        command: &Command,
        input: Option<Datum>,
        span: &Range<usize>,
    ) -> Result<Datum, ShellError> {
        let names = binding::resolve(cmdlet, command, line.directory)?;
        let bound = binding::bind(cmdlet, command, names, |expression| self.evaluate(line, expression))?;
        let Line { directory, origin, warnings } = line;
        let mut context = Context { directory, input, span: span.clone(), origin: *origin, warnings };
        (cmdlet.run)(&mut context, &bound)
    }
}

/// What a trace keeps, and what a console shows.
fn printed(result: Result<Datum, ShellError>, warnings: &[String]) -> (Result<String, ShellError>, String) {
    let datum = match result {
        Ok(datum) => datum,
        Err(error) => return (Err(error), String::new()),
    };
    let with_warnings = |text: String| {
        let lines = Some(text).filter(|text| !text.is_empty()).into_iter();
        lines.chain(warnings.iter().map(|warning| format!("WARNING: {warning}"))).collect::<Vec<_>>().join("\n")
    };
    let text = if datum == Datum::Null { String::new() } else { datum.to_string() };
    let console = match &datum {
        Datum::Objects(objects) => {
            let columns: Vec<_> = objects.first().map_or(&[][..], |object| object.summary).to_vec();
            object::table(objects, &columns.into_iter().map(str::to_owned).collect::<Vec<_>>())
        }
        _ => text.clone(),
    };
    (Ok(with_warnings(text)), with_warnings(console))
}

#[cfg(test)]
mod tests;
