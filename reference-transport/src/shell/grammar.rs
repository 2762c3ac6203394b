//! The grammar: text in, statements out. Nothing here knows a cmdlet.

use std::ops::Range;

use winnow::{
    LocatingSlice, ModalResult, Parser,
    ascii::{line_ending, till_line_ending},
    combinator::{alt, cut_err, delimited, eof, fail, not, opt, peek, preceded, repeat, separated},
    error::{ContextError, ErrMode, StrContext, StrContextValue},
    stream::Location,
    token::{any, none_of, one_of, take_until, take_while},
};

use super::{DEPTH_MAX, ShellError, ShellErrorKind};

type Input<'a> = LocatingSlice<&'a str>;

/// One command, or an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) variable: Option<String>,
    pub(super) value: Expression,
    pub(super) span: Range<usize>,
}

/// Something that has a value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ExpressionKind {
    Command(Command),
    List(Vec<Expression>),
    /// A bare word, or what stood between quotes.
    Text(String),
    /// Its name, without the dollar.
    Variable(String),
}

/// A cmdlet with what follows it. Which value belongs to which parameter is not a matter of grammar: switches take none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) name: Word,
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// `-Name`, or `-Name:value`.
    Parameter(Word, Option<Expression>),
    Value(Expression),
}

/// The statements of a text, up to the first that is none.
pub(super) fn statements(text: &str) -> Vec<Result<Statement, ShellError>> {
    let mut input = LocatingSlice::new(text);
    let mut statements = Vec::new();
    loop {
        match next_statement(&mut input) {
            Ok(Some(statement)) => statements.push(Ok(statement)),
            Ok(None) => return statements,
            Err(error) => {
                let at = input.current_token_start();
                let width = text[at..].chars().next().map_or(0, char::len_utf8);
                let kind = ShellErrorKind::Syntax { expected: expectation(error) };
                statements.push(Err(ShellError::new(kind, at..at + width)));
                return statements;
            }
        }
    }
}

fn expectation(error: ErrMode<ContextError>) -> String {
    let context = error.into_inner().unwrap_or_default();
    let expected = context.context().find_map(|context| match context {
        StrContext::Expected(value) => Some(value.to_string()),
        _ => None,
    });
    expected.unwrap_or_else(|| "a command".to_owned())
}

fn words(text: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(text))
}

fn next_statement(input: &mut Input<'_>) -> ModalResult<Option<Statement>> {
    repeat::<_, _, (), _, _>(0.., alt((gap1, ';'.void()))).parse_next(input)?;
    if opt(eof).parse_next(input)?.is_some() {
        return Ok(None);
    }
    let ((variable, value), span) = assigned.with_span().parse_next(input)?;
    (blank, opt(comment)).parse_next(input)?;
    let end = alt((eof.void(), line_ending.void(), ';'.void()));
    end.context(words("the end of the command (pipelines and operators are not understood)")).parse_next(input)?;
    Ok(Some(Statement { variable, value, span }))
}

fn assignment(input: &mut Input<'_>) -> ModalResult<String> {
    (variable_name, blank, '=', blank).map(|(name, ..)| name).parse_next(input)
}

fn assigned(input: &mut Input<'_>) -> ModalResult<(Option<String>, Expression)> {
    let variable = opt(assignment).parse_next(input)?;
    // After an equals sign a number is a value; at the start of a line it is a command that nobody has.
    let begins_command = |c: char| c.is_ascii_alphabetic() || (variable.is_none() && c.is_ascii_digit());
    let is_command = peek(opt(one_of(begins_command))).parse_next(input)?.is_some();
    let value = if is_command { command(0, input)? } else { cut_err(value(0)).parse_next(input)? };
    Ok((variable, value))
}

fn command(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    let (command, span) = (
        word.with_span().context(words("a command")),
        repeat(0.., preceded(blank, |input: &mut Input<'_>| part(depth, input))),
    )
        .map(|((text, span), parts)| Command { name: Word { text, span }, parts })
        .with_span()
        .parse_next(input)?;
    Ok(Expression { kind: ExpressionKind::Command(command), span })
}

fn part(depth: usize, input: &mut Input<'_>) -> ModalResult<Part> {
    let name = preceded('-', (one_of(|c: char| c.is_ascii_alphabetic()), take_while(0.., is_name)).take());
    let parameter = (name.with_span(), opt(preceded((':', blank), cut_err(value(depth)))));
    alt((
        parameter.map(|((text, span), value)| {
            // The hyphen belongs to what a caret underlines.
            Part::Parameter(Word { text: text.to_owned(), span }, value)
        }),
        value(depth).map(Part::Value),
    ))
    .parse_next(input)
}

/// A scalar, or scalars with commas between them.
fn value<'a>(depth: usize) -> impl Parser<Input<'a>, Expression, ErrMode<ContextError>> {
    move |input: &mut Input<'a>| {
        let comma = (blank, ',', gap);
        let list = separated::<_, _, Vec<_>, _, _, _, _>(1.., |input: &mut Input<'a>| scalar(depth, input), comma);
        let (mut items, span) = list.with_span().parse_next(input)?;
        Ok(match (items.len(), items.pop()) {
            (1, Some(only)) => only,
            (_, last) => Expression { kind: ExpressionKind::List(items.into_iter().chain(last).collect()), span },
        })
    }
}

fn scalar(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    if depth >= DEPTH_MAX {
        return cut_err(fail.context(words("fewer parentheses"))).parse_next(input);
    }
    let leaf = alt((
        single_quoted.map(ExpressionKind::Text),
        double_quoted.map(ExpressionKind::Text),
        variable_name.map(ExpressionKind::Variable),
        word.map(ExpressionKind::Text),
    ));
    let leaf = leaf.with_span().map(|(kind, span)| Expression { kind, span });
    let inner = |input: &mut Input<'_>| parenthesised(depth + 1, input);
    alt((leaf, |input: &mut Input<'_>| array(depth + 1, input), inner))
        .context(words("a value: a word, quoted text, a variable, a list or a command in parentheses"))
        .parse_next(input)
}

fn array(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    let items = |input: &mut Input<'_>| {
        separated(0.., |input: &mut Input<'_>| scalar(depth, input), (gap, ',', gap)).parse_next(input)
    };
    delimited(("@(", gap), items, (gap, close))
        .with_span()
        .map(|(items, span)| Expression { kind: ExpressionKind::List(items), span })
        .parse_next(input)
}

fn parenthesised(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    ('(', gap).parse_next(input)?;
    let is_command = peek(opt(one_of(|c: char| c.is_ascii_alphabetic()))).parse_next(input)?.is_some();
    let inner = if is_command { command(depth, input)? } else { cut_err(value(depth)).parse_next(input)? };
    (gap, close).parse_next(input)?;
    Ok(inner)
}

fn close(input: &mut Input<'_>) -> ModalResult<()> {
    cut_err(')'.void().context(words("`)`"))).parse_next(input)
}

fn variable_name(input: &mut Input<'_>) -> ModalResult<String> {
    preceded('$', take_while(1.., |c: char| c.is_ascii_alphanumeric() || c == '_')).map(str::to_owned).parse_next(input)
}

fn single_quoted(input: &mut Input<'_>) -> ModalResult<String> {
    let character = alt(("''".value('\''), none_of('\'')));
    delimited('\'', repeat(0.., character), cut_err('\'').context(words("a closing `'`"))).parse_next(input)
}

fn double_quoted(input: &mut Input<'_>) -> ModalResult<String> {
    let character = alt((preceded('`', any.map(escaped)), "\"\"".value('"'), none_of(['"', '$', '`'])));
    let (_, text): (_, String) = ('"', repeat(0.., character)).parse_next(input)?;
    cut_err(
        not('$')
            .context(words("no variable inside double quotes (write '$' in single quotes, or a backtick before it)")),
    )
    .parse_next(input)?;
    cut_err('"').context(words("a closing `\"`")).parse_next(input)?;
    Ok(text)
}

fn escaped(character: char) -> char {
    match character {
        '0' => '\0',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// `--` and `-1` are words, `-Name` is not.
fn word(input: &mut Input<'_>) -> ModalResult<String> {
    not(('-', one_of(|c: char| c.is_ascii_alphabetic()))).parse_next(input)?;
    (none_of(|c: char| c == '@' || c == '#' || ends_word(c)), take_while(0.., |c: char| !ends_word(c)))
        .take()
        .map(str::to_owned)
        .parse_next(input)
}

fn ends_word(character: char) -> bool {
    character.is_whitespace() || ";|&(){}<>\"'$,`".contains(character)
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// White space inside a command.
fn blank(input: &mut Input<'_>) -> ModalResult<()> {
    repeat(0.., blank1).parse_next(input)
}

fn blank1(input: &mut Input<'_>) -> ModalResult<()> {
    let block = ("<#", cut_err(take_until(0.., "#>").context(words("`#>`"))), "#>");
    alt((one_of([' ', '\t']).void(), ('`', line_ending).void(), block.void())).parse_next(input)
}

/// White space where a new line changes nothing.
fn gap(input: &mut Input<'_>) -> ModalResult<()> {
    repeat(0.., gap1).parse_next(input)
}

fn gap1(input: &mut Input<'_>) -> ModalResult<()> {
    alt((blank1, line_ending.void(), comment)).parse_next(input)
}

fn comment(input: &mut Input<'_>) -> ModalResult<()> {
    ('#', till_line_ending).void().parse_next(input)
}
