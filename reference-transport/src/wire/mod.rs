//! SMTP as octets, on the client's side: replies are read here, commands and mail data written.
//!
//! No I/O, no clock. [`ReplyParser`] takes octets in any segmentation, [`command_line`] and [`auth_line`] give a
//! line, [`Transparency`] gives mail data as it goes over the wire.
//!
//! # Invariants
//!
//! A line that is written holds exactly one `<CRLF>`, at its end: an argument with CR, LF or NUL is an error, so
//! that an address can never become a command. Mail data holds no bare CR and no bare LF (SES-04), no line above
//! [`crate::limits::MAIL_DATA_LINE_OCTETS_MAX`] (SES-05), and ends with `<CRLF>`.

pub mod check;
mod command;
mod mail_data;
mod reply_parser;

pub use command::{Command, CommandError, auth_line, command_line, command_line_with, path_argument};
pub use mail_data::{END_OF_MAIL_DATA, Transparency, wire_size};
pub use reply_parser::{ReplyError, ReplyParser};
