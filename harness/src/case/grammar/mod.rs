//! The grammars of the lines that pages hold: claims, host lines, DNS faults and dialogues.
//!
//! Each takes a [`Line`](super::Line) and gives either what it says or one [`LineMistake`](super::LineMistake) that
//! points at the wrong word. They share one hand-written cursor.
//!
//! # Not here
//!
//! Whether a host, a server or a message of that name exists: the reader of pages knows. Which lines belong together,
//! too.

mod conditions;
mod cursor;
pub mod dialogue;
pub mod dns;
mod duration;
pub mod expect;
pub mod host;
mod quoted;
mod words;

pub use duration::duration;
pub use quoted::{quoted, unescaped};

#[cfg(test)]
mod tests;
