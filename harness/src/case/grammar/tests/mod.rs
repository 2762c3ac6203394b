//! Lines of all four kinds: read, mistyped, and arbitrary.

mod arbitrary;
mod durations;
mod lines;
mod mistakes;
mod pages;

use mtaspec_fake_dns::rule::Fault;
use mtaspec_fake_smarthost::script::Script;

use super::{dialogue, dns, expect, host};
use crate::{
    case::{Line, LineMistake, grammar::host::HostLine},
    claim::ast::Claim,
};

/// Where the lines of these tests stand.
const NUMBER: u32 = 7;

fn line(text: &str) -> Line<'_> {
    Line { text, number: NUMBER }
}

#[track_caller]
fn claim(text: &str) -> Claim {
    expect::parse(line(text)).unwrap_or_else(|mistake| panic!("{text}\n{mistake:?}"))
}

#[track_caller]
fn host_line(text: &str) -> HostLine {
    host::parse(line(text)).unwrap_or_else(|mistake| panic!("{text}\n{mistake:?}"))
}

#[track_caller]
fn fault(text: &str) -> Fault {
    dns::parse(line(text)).unwrap_or_else(|mistake| panic!("{text}\n{mistake:?}"))
}

#[track_caller]
fn script(lines: &[&str]) -> Script {
    let lines: Vec<Line<'_>> = (NUMBER..).zip(lines).map(|(number, text)| Line { text, number }).collect();
    dialogue::parse(&lines, None).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Which grammar a line is for.
#[derive(Clone, Copy, Debug)]
enum Fence {
    Dialogue,
    Dns,
    Expect,
    Host,
}

impl Fence {
    /// The mistake of `text`, if it has one.
    fn mistake(self, text: &str) -> Option<LineMistake> {
        match self {
            Self::Dialogue => dialogue::parse(&[line(text)], None).err().and_then(|mut mistakes| mistakes.pop()),
            Self::Dns => dns::parse(line(text)).err(),
            Self::Expect => expect::parse(line(text)).err(),
            Self::Host => host::parse(line(text)).err(),
        }
    }
}
