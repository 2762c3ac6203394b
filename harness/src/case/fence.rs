//! The info strings of fences: which of the eight it is, and its arguments.

use std::time::Duration;

use super::{
    Line, LineMistake, grammar,
    markdown::PROSE_FENCES,
    message::Envelope,
    names::Names,
    organisation::ShellOrigin,
    words::{Word, expecting, mistake_at, nearest, words},
};

/// The fences that a page is made of.
pub(super) const FENCES: [&str; 8] = ["dialogue", "dns", "eml", "expect", "host", "powershell", "world", "zone"];

/// What the info string of a fence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// `dialogue HOST [connection N]`
    Dialogue { host: String, connection: Option<u32> },
    /// `dns [SERVER]`
    Dns { server: Option<String> },
    /// `eml ...`
    Eml(Envelope),
    /// `expect`
    Expect,
    /// `host NAME|ADDRESS`
    Host { host: String },
    /// `powershell [seed] [at=D] [origin=EAC] [on=SERVER]`
    Powershell { at: Duration, seed: bool, origin: ShellOrigin, on: Option<String> },
    /// `world`
    World,
    /// `zone [SERVER] [at=D]`
    Zone { server: Option<String>, at: Duration },
}

/// Reads the info string, which begins at an octet of the line.
///
/// # Errors
///
/// The first word that cannot stand where it does.
pub(super) fn head(line: Line<'_>, info_start: usize, names: Names<'_>) -> Result<Head, LineMistake> {
    let info = line.text.get(info_start..).unwrap_or("");
    let all: Vec<Word<'_>> =
        words(info).into_iter().map(|word| Word { start: word.start + info_start, ..word }).collect();
    let Some((name, rest)) = all.split_first() else {
        return Err(super::words::mistake_of(line, "a fence has a name"));
    };
    let mut arguments = Arguments { line, name: *name, rest };
    let head = match name.text {
        "dialogue" => {
            let host = arguments.required("the name or address of a host")?;
            Head::Dialogue { host: host.text.to_owned(), connection: arguments.connection()? }
        }
        "dns" => Head::Dns { server: arguments.plain() },
        "eml" => Head::Eml(Envelope::read(line, *name, std::mem::take(&mut arguments.rest), names)?),
        "expect" => Head::Expect,
        "host" => Head::Host { host: arguments.required("the name or address of a host")?.text.to_owned() },
        "powershell" => {
            let seed = arguments.word("seed");
            Head::Powershell { seed, at: arguments.at()?, origin: arguments.origin()?, on: arguments.on() }
        }
        "world" => Head::World,
        "zone" => Head::Zone { server: arguments.plain(), at: arguments.at()? },
        unknown => {
            let known = nearest(unknown, FENCES.into_iter().chain(PROSE_FENCES));
            return Err(expecting(mistake_at(line, *name, format!("no fence is called `{unknown}`")), known));
        }
    };
    arguments.end()?;
    Ok(head)
}

/// What stands behind the name of a fence.
struct Arguments<'a> {
    line: Line<'a>,
    name: Word<'a>,
    rest: &'a [Word<'a>],
}

impl<'a> Arguments<'a> {
    fn next(&mut self) -> Option<Word<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The next word, which must be there.
    fn required(&mut self, what: &str) -> Result<Word<'a>, LineMistake> {
        let message = format!("behind `{}` stands {what}", self.name.text);
        self.next().ok_or_else(|| mistake_at(self.line, self.name, message))
    }

    /// The next word if it is not `key=value`.
    fn plain(&mut self) -> Option<String> {
        self.rest.first().filter(|word| !word.text.contains('='))?;
        self.next().map(|word| word.text.to_owned())
    }

    /// Whether the next word is this one; then it is taken.
    fn word(&mut self, wanted: &str) -> bool {
        let there = self.rest.first().is_some_and(|word| word.text == wanted);
        if there {
            self.next();
        }
        there
    }

    /// `at=D`, or zero.
    fn at(&mut self) -> Result<Duration, LineMistake> {
        match self.rest.first().and_then(|word| word.text.strip_prefix("at=").map(|value| (*word, value))) {
            Some((word, value)) => {
                self.next();
                duration(self.line, word, value)
            }
            None => Ok(Duration::ZERO),
        }
    }

    /// `origin=EAC`, or the shell itself.
    fn origin(&mut self) -> Result<ShellOrigin, LineMistake> {
        let first = self.rest.first().and_then(|word| word.text.strip_prefix("origin=").map(|value| (*word, value)));
        let Some((word, value)) = first else { return Ok(ShellOrigin::Shell) };
        self.next();
        match value {
            "EAC" => Ok(ShellOrigin::Eac),
            "shell" => Ok(ShellOrigin::Shell),
            _ => {
                let place = Word { text: value, start: word.start + "origin=".len() };
                let wrong = mistake_at(self.line, place, format!("`{value}` is no origin of a command"));
                Err(expecting(wrong, ["EAC", "shell"]))
            }
        }
    }

    /// `on=SERVER`, or nothing.
    fn on(&mut self) -> Option<String> {
        let server = self.rest.first()?.text.strip_prefix("on=")?;
        self.next();
        Some(server.to_owned())
    }

    /// `connection N`, or nothing.
    fn connection(&mut self) -> Result<Option<u32>, LineMistake> {
        if !self.word("connection") {
            return Ok(None);
        }
        let number = self.required("the number of a connection, from 1")?;
        match number.text.parse() {
            Ok(0) | Err(_) => {
                let message = format!("`{}` is no number of a connection: they count from 1", number.text);
                Err(mistake_at(self.line, number, message))
            }
            Ok(number) => Ok(Some(number)),
        }
    }

    /// Nothing more may stand there.
    fn end(&self) -> Result<(), LineMistake> {
        let Some(word) = self.rest.first() else { return Ok(()) };
        let expected: &[&str] = match self.name.text {
            "dialogue" => &["connection N"],
            "powershell" => &["seed", "at=D", "origin=EAC", "on=SERVER"],
            "zone" => &["at=D"],
            _ => &[],
        };
        let wrong = mistake_at(self.line, *word, format!("`{}` cannot stand behind `{}`", word.text, self.name.text));
        Err(expecting(wrong, expected.iter().copied()))
    }
}

/// The duration that the value of `key=value` is.
pub(super) fn duration(line: Line<'_>, word: Word<'_>, value: &str) -> Result<Duration, LineMistake> {
    grammar::duration(value).ok_or_else(|| {
        let start = word.start + word.text.len() - value.len();
        let place = Word { text: value, start };
        expecting(mistake_at(line, place, format!("`{value}` is no duration")), ["90s", "26h10m", "2d1h"])
    })
}
