//! A fake next hop for mail: a correct SMTP server that departs from the standards where it is told to, and records
//! every session.

pub mod event;
pub mod host;
pub mod mail_data;
pub mod rule;
pub mod script;
pub mod stream;

pub use event::{Event, SessionId, Sink};
pub use host::Host;
