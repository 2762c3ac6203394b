//! What is wrong with a page, and where: the only error that reading pages has.

use std::{ops::Range, path::PathBuf};

/// One mistake of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The page, as the reader knows it.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: u32,
    /// What is wrong within the line, in octets from its start (so a column is `start + 1`). May be empty, then the
    /// caret stands at its start.
    pub span: Range<usize>,
    /// What is wrong: a lower-case fragment without a full stop; what the user wrote is in backticks.
    pub message: String,
    /// What could stand there instead: at most six, nearest first. May be empty.
    pub expected: Vec<String>,
}

/// A line of a fence, and where it stands on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text, without its line end.
    pub text: &'a str,
    /// Line of the page, from 1.
    pub number: u32,
}

/// A mistake within one line; the page adds the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineMistake {
    /// Line of the page, from 1.
    pub line: u32,
    /// As [`Mistake::span`].
    pub span: Range<usize>,
    /// As [`Mistake::message`].
    pub message: String,
    /// As [`Mistake::expected`].
    pub expected: Vec<String>,
}
