//! Which value belongs to which parameter of a cmdlet.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Context, ShellError, ShellErrorKind,
    convert::{Argument, Datum},
    grammar::{Command, Expression, Part, Word},
    nearest::nearest,
};

/// A cmdlet: what it takes and what it does.
pub(super) struct Cmdlet {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// The parameters that values without a name go to, in order.
    pub(super) positional: &'static [&'static str],
    pub(super) run: fn(&mut Context<'_>, &Bound) -> Result<Datum, ShellError>,
}

/// A parameter, by its full name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Takes a value only after a colon.
    Switch(&'static str),
    /// Takes the value that follows.
    Takes(&'static str),
}

impl Parameter {
    fn name(self) -> &'static str {
        match self {
            Self::Switch(name) | Self::Takes(name) => name,
        }
    }
}

/// The parameters of one command, by full name.
pub(super) struct Bound {
    given: BTreeMap<&'static str, Argument>,
    /// Where the cmdlet's name stands.
    pub(super) name_span: Range<usize>,
}

impl Bound {
    pub(super) fn find(&self, parameter: &str) -> Option<&Argument> {
        self.given.get(parameter)
    }

    /// A mandatory parameter.
    pub(super) fn need(&self, parameter: &'static str) -> Result<&Argument, ShellError> {
        let kind = ShellErrorKind::MissingParameter { parameter };
        self.find(parameter).ok_or_else(|| ShellError::new(kind, self.name_span.clone()))
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, parameter: &'static str) -> Result<bool, ShellError> {
        self.find(parameter).map_or(Ok(false), |argument| argument.boolean(parameter))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Argument)> {
        self.given.iter().map(|(name, argument)| (*name, argument))
    }
}

/// Gives each value its parameter.
pub(super) fn bind(
    cmdlet: &'static Cmdlet,
    command: &Command,
    mut evaluate: impl FnMut(&Expression) -> Result<Argument, ShellError>,
) -> Result<Bound, ShellError> {
    let mut bound = Bound { given: BTreeMap::new(), name_span: command.name.span.clone() };
    let mut unnamed = Vec::new();
    let mut parts = command.parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Value(expression) => unnamed.push(evaluate(expression)?),
            Part::Parameter(word, value) => {
                let parameter = resolve(cmdlet, word)?;
                let argument = match (parameter, value, parts.peek()) {
                    (_, Some(expression), _) => evaluate(expression)?,
                    (Parameter::Switch(_), None, _) => {
                        Argument { datum: Datum::Boolean(true), span: word.span.clone() }
                    }
                    (Parameter::Takes(_), None, Some(Part::Value(expression))) => {
                        parts.next();
                        evaluate(expression)?
                    }
                    (Parameter::Takes(parameter), None, _) => {
                        let kind = ShellErrorKind::MissingArgument { parameter };
                        return Err(ShellError::new(kind, word.span.clone()));
                    }
                };
                if bound.given.insert(parameter.name(), argument).is_some() {
                    let kind = ShellErrorKind::RepeatedParameter { parameter: parameter.name() };
                    return Err(ShellError::new(kind, word.span.clone()));
                }
            }
        }
    }
    place(cmdlet, &mut bound, unnamed)?;
    Ok(bound)
}

/// Values without a name fill the positions that no name has taken.
fn place(cmdlet: &Cmdlet, bound: &mut Bound, unnamed: Vec<Argument>) -> Result<(), ShellError> {
    let mut positions = cmdlet.positional.iter().filter(|name| !bound.given.contains_key(*name)).collect::<Vec<_>>();
    positions.reverse();
    for argument in unnamed {
        let Some(name) = positions.pop() else {
            let kind = ShellErrorKind::UnexpectedArgument { found: argument.datum.to_string() };
            return Err(ShellError::new(kind, argument.span));
        };
        bound.given.insert(name, argument);
    }
    Ok(())
}

/// The parameter of that name, or the only one that begins so (MOD-40).
fn resolve(cmdlet: &'static Cmdlet, word: &Word) -> Result<Parameter, ShellError> {
    let begins = |name: &str| name.get(..word.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(&word.text));
    let mut found: Vec<_> = cmdlet.parameters.iter().copied().filter(|parameter| begins(parameter.name())).collect();
    if let Some(exact) = found.iter().find(|parameter| parameter.name().len() == word.text.len()) {
        return Ok(*exact);
    }
    match (found.len(), found.pop()) {
        (1, Some(only)) => Ok(only),
        (_, None) => {
            let kind = ShellErrorKind::UnknownParameter { cmdlet: cmdlet.name, name: word.text.clone() };
            let suggestions = nearest(&word.text, cmdlet.parameters.iter().map(|parameter| parameter.name()));
            Err(ShellError { suggestions, ..ShellError::new(kind, word.span.clone()) })
        }
        (_, Some(last)) => {
            let candidates = found.into_iter().chain([last]).map(Parameter::name).collect();
            let kind = ShellErrorKind::AmbiguousParameter { name: word.text.clone(), candidates };
            Err(ShellError::new(kind, word.span.clone()))
        }
    }
}
