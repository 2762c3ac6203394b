//! Which value belongs to which parameter of a cmdlet.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Context, ShellError, ShellErrorKind,
    grammar::{Command, Expression, Part, Word},
    nearest::nearest,
    parameter::{Kind, Parameter, Where},
    value::shortened,
    value::{Argument, Datum},
};
use crate::directory::{Directory, Profile};

/// A cmdlet: what it takes and what it does.
pub(super) struct Cmdlet {
    pub(super) name: &'static str,
    pub(super) parameters: fn() -> Vec<Parameter>,
    /// The parameters that values without a name go to, in order.
    pub(super) positional: &'static [&'static str],
    /// The parameters without which it does nothing.
    pub(super) mandatory: &'static [&'static str],
    pub(super) run: fn(&mut Context<'_>, &Bound) -> Result<Datum, ShellError>,
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

    /// Whether a removal was said yes to in advance (MOD-36).
    pub(super) fn confirm(&self) -> Result<(), ShellError> {
        if self.find("Confirm").is_some() && !self.is_on("Confirm")? {
            return Ok(());
        }
        Err(ShellError::new(ShellErrorKind::NotConfirmed, self.name_span.clone()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Argument)> {
        self.given.iter().map(|(name, argument)| (*name, argument))
    }
}

/// The parameters that a command names, in the order in which it does.
pub(super) fn resolve(
    cmdlet: &'static Cmdlet,
    command: &Command,
    directory: &Directory,
) -> Result<Vec<Parameter>, ShellError> {
    let parameters = (cmdlet.parameters)();
    let words = command.parts.iter().filter_map(|part| match part {
        Part::Parameter(word, _) => Some(word),
        Part::Value(_) => None,
    });
    words.map(|word| find(cmdlet.name, &parameters, word, directory)).collect()
}

/// Gives each value its parameter; `parameters` are what [`resolve`] found.
pub(super) fn bind(
    cmdlet: &'static Cmdlet,
    command: &Command,
    parameters: Vec<Parameter>,
    mut evaluate: impl FnMut(&Expression) -> Result<Argument, ShellError>,
) -> Result<Bound, ShellError> {
    let mut parameters = parameters.into_iter();
    let mut bound = Bound { given: BTreeMap::new(), name_span: command.name.span.clone() };
    let mut unnamed = Vec::new();
    let mut parts = command.parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Value(expression) => unnamed.push(evaluate(expression)?),
            Part::Parameter(word, value) => {
                let Some(parameter) = parameters.next() else { continue };
                let argument = match (parameter.kind, value, parts.peek()) {
                    (_, Some(expression), _) => evaluate(expression)?,
                    (Kind::Switch, None, _) => Argument { datum: Datum::Boolean(true), span: word.span.clone() },
                    (_, None, Some(Part::Value(expression))) => {
                        parts.next();
                        evaluate(expression)?
                    }
                    (_, None, _) => {
                        let kind = ShellErrorKind::MissingArgument { parameter: parameter.name };
                        return Err(ShellError::new(kind, word.span.clone()));
                    }
                };
                if bound.given.insert(parameter.name, argument).is_some() {
                    let kind = ShellErrorKind::RepeatedParameter { parameter: parameter.name };
                    return Err(ShellError::new(kind, word.span.clone()));
                }
            }
        }
    }
    place(cmdlet, &mut bound, unnamed)?;
    cmdlet.mandatory.iter().try_for_each(|parameter| bound.need(parameter).map(drop))?;
    Ok(bound)
}

/// Values without a name fill the positions that no name has taken.
fn place(cmdlet: &Cmdlet, bound: &mut Bound, unnamed: Vec<Argument>) -> Result<(), ShellError> {
    let mut positions = cmdlet.positional.iter().filter(|name| !bound.given.contains_key(*name)).collect::<Vec<_>>();
    positions.reverse();
    for argument in unnamed {
        let Some(name) = positions.pop() else {
            let kind = ShellErrorKind::UnexpectedArgument { found: shortened(&argument.datum.to_string()) };
            return Err(ShellError::new(kind, argument.span));
        };
        bound.given.insert(name, argument);
    }
    Ok(())
}

/// The parameter of that name, or the only one that begins so (MOD-40).
fn find(
    cmdlet: &'static str,
    parameters: &[Parameter],
    word: &Word,
    directory: &Directory,
) -> Result<Parameter, ShellError> {
    let is_gone =
        |parameter: &Parameter| parameter.place == Where::In2013 && directory.organisation().profile != Profile::E2013;
    if let Some(exact) = parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(&word.text)) {
        return allowed(*exact, word, is_gone(exact), directory);
    }
    let begins = |name: &str| name.get(..word.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(&word.text));
    let known: Vec<_> = parameters.iter().filter(|parameter| !is_gone(parameter)).collect();
    let found: Vec<_> = known.iter().copied().filter(|parameter| begins(parameter.name)).collect();
    match found[..] {
        [] => {
            let kind = ShellErrorKind::UnknownParameter { cmdlet, name: shortened(&word.text) };
            let suggestions = nearest(&word.text, known.iter().map(|parameter| parameter.name));
            Err(ShellError { suggestions, ..ShellError::new(kind, word.span.clone()) })
        }
        [only] => allowed(*only, word, false, directory),
        _ => {
            let candidates = found.iter().map(|parameter| parameter.name).collect();
            let kind = ShellErrorKind::AmbiguousParameter { name: word.text.clone(), candidates };
            Err(ShellError::new(kind, word.span.clone()))
        }
    }
}

/// The parameter, if it can be used on the local server.
fn allowed(parameter: Parameter, word: &Word, is_gone: bool, directory: &Directory) -> Result<Parameter, ShellError> {
    let is_edge = directory.local_server().is_edge();
    let why = match parameter.place {
        Where::In2013 if is_gone => "went with Exchange 2013",
        Where::Edge if !is_edge => "is for Edge servers",
        Where::Mailbox if is_edge => "is for Mailbox servers",
        Where::Anywhere | Where::Edge | Where::In2013 | Where::Mailbox => return Ok(parameter),
    };
    let kind = ShellErrorKind::UnsupportedParameter { parameter: parameter.name, why };
    Err(ShellError::new(kind, word.span.clone()))
}
