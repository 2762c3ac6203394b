//! The grammar: text in, statements out. Nothing here knows a cmdlet.

use std::ops::Range;

use winnow::{
    LocatingSlice, ModalResult, Parser,
    ascii::{Caseless, line_ending, till_line_ending},
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
    /// What stands between the braces of `where { ... }`.
    Condition(Condition),
    List(Vec<Expression>),
    /// A command, and what its objects go through.
    Pipeline(Box<Expression>, Vec<Command>),
    /// `@{Add='a'; Remove='b'}`.
    Table(Vec<(Word, Expression)>),
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

/// Terms with `-and` and `-or` between them, which bind alike, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) first: Box<Term>,
    pub(super) rest: Vec<(Joint, Term)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    Group(Condition),
    /// `$_.Property -eq value`; `-ne` is not equal.
    Compare {
        property: Word,
        equal: bool,
        value: Expression,
    },
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
    end.context(words("the end of the command or a `|` (operators are not understood)")).parse_next(input)?;
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
    let value = if is_command { pipeline(0, input)? } else { cut_err(value(0)).parse_next(input)? };
    Ok((variable, value))
}

fn pipeline(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    let stage = |input: &mut Input<'_>| {
        (blank, '|', gap).parse_next(input)?;
        cut_err(|input: &mut Input<'_>| command(depth, input)).parse_next(input)
    };
    let first = |input: &mut Input<'_>| command(depth, input);
    let ((source, stages), span): ((_, Vec<_>), _) =
        (first.with_span(), repeat(0.., stage)).with_span().parse_next(input)?;
    let (command, command_span) = source;
    let source = Expression { kind: ExpressionKind::Command(command), span: command_span };
    if stages.is_empty() {
        return Ok(source);
    }
    Ok(Expression { kind: ExpressionKind::Pipeline(Box::new(source), stages), span })
}

fn command(depth: usize, input: &mut Input<'_>) -> ModalResult<Command> {
    let name = word.with_span().context(words("a command"));
    (name, repeat(0.., preceded(blank, |input: &mut Input<'_>| part(depth, input))))
        .map(|((text, span), parts)| Command { name: Word { text, span }, parts })
        .parse_next(input)
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
    let table = |input: &mut Input<'_>| table(depth + 1, input);
    alt((
        leaf,
        |input: &mut Input<'_>| array(depth + 1, input),
        table,
        |input: &mut Input<'_>| block(depth + 1, input),
        inner,
    ))
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

/// Its entries stand on lines of their own, or have a `;` between them.
fn table(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    let between = |input: &mut Input<'_>| repeat::<_, _, (), _, _>(0.., alt((gap1, ';'.void()))).parse_next(input);
    let key = alt((single_quoted, double_quoted, word_before_equals)).with_span();
    let entry = (
        key.map(|(text, span)| Word { text, span }),
        cut_err((blank, '=', blank).context(words("`=`"))),
        cut_err(value(depth)),
        between,
    )
        .map(|(key, _, value, ())| (key, value));
    delimited(("@{", between), repeat(0.., entry), cut_err('}'.context(words("`}`"))))
        .with_span()
        .map(|(entries, span)| Expression { kind: ExpressionKind::Table(entries), span })
        .parse_next(input)
}

fn word_before_equals(input: &mut Input<'_>) -> ModalResult<String> {
    take_while(1.., is_name).map(str::to_owned).parse_next(input)
}

fn block(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    let inner = cut_err(|input: &mut Input<'_>| condition(depth, input));
    delimited(('{', gap), inner, (gap, cut_err('}'.context(words("`-and`, `-or` or `}`")))))
        .with_span()
        .map(|(condition, span)| Expression { kind: ExpressionKind::Condition(condition), span })
        .parse_next(input)
}

fn condition(depth: usize, input: &mut Input<'_>) -> ModalResult<Condition> {
    let and = Caseless("-and").value(Joint::And);
    let joint = delimited(gap, alt((and, Caseless("-or").value(Joint::Or))), gap);
    let further = (joint, cut_err(|input: &mut Input<'_>| term(depth, input)));
    ((|input: &mut Input<'_>| term(depth, input)).map(Box::new), repeat(0.., further))
        .map(|(first, rest)| Condition { first, rest })
        .parse_next(input)
}

fn term(depth: usize, input: &mut Input<'_>) -> ModalResult<Term> {
    if depth >= DEPTH_MAX {
        return cut_err(fail.context(words("fewer parentheses"))).parse_next(input);
    }
    let inner = cut_err(|input: &mut Input<'_>| condition(depth + 1, input));
    let group = delimited(('(', gap), inner, (gap, close)).map(Term::Group);
    let property = preceded("$_.", cut_err(take_while(1.., is_name)).context(words("the name of a property")))
        .with_span()
        .map(|(text, span): (&str, Range<usize>)| Word { text: text.to_owned(), span });
    let operator = alt((Caseless("-eq").value(true), Caseless("-ne").value(false)));
    let compare = (
        property,
        cut_err(delimited(blank, operator, blank).context(words("`-eq` or `-ne`"))),
        cut_err(|input: &mut Input<'_>| scalar(depth, input)),
    )
        .map(|(property, equal, value)| Term::Compare { property, equal, value });
    alt((group, compare)).context(words("a comparison, such as `$_.Deny -eq $false`")).parse_next(input)
}

fn parenthesised(depth: usize, input: &mut Input<'_>) -> ModalResult<Expression> {
    ('(', gap).parse_next(input)?;
    let is_command = peek(opt(one_of(|c: char| c.is_ascii_alphabetic()))).parse_next(input)?.is_some();
    let inner = if is_command { pipeline(depth, input)? } else { cut_err(value(depth)).parse_next(input)? };
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
