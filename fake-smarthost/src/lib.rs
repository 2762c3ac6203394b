//! A fake next hop for mail: a correct SMTP server that departs from the standards where it is told to, and records
//! every session.

pub mod driver;
pub mod event;
pub mod host;
pub mod limits;
pub mod mail_data;
mod matching;
pub mod pki;
pub mod rule;
mod running;
pub mod script;
mod session;
pub mod stream;

pub use driver::{Listening, listen};
pub use event::{Event, SessionId, Sink};
pub use host::Host;
pub use pki::{Pki, PkiError};
pub use running::RunningHost;
pub use session::{alert_code, serve};
