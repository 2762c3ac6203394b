//! A fake next hop for mail: a correct SMTP server that departs from the standards where it is told to, and records
//! every session.
//!
//! A [`Host`] is a correct, modern SMTP server (RFC 5321 and the extensions that it offers) until a
//! [`Property`](host::Property), a [`Rule`](rule::Rule) or a [`Script`](script::Script) says otherwise. It does not
//! judge. It answers, and reports every octet above TLS, every handshake and every end to the [`Sink`] that it was
//! given; whether that was right is for others to say.
//!
//! # Start here
//!
//! - [`Host::listen`] puts a host on a port of 127.0.0.1; [`Recording`] keeps what it reports.
//! - [`RunningHost`] and [`serve`] run a host over any [`Stream`](stream::Stream), with the clock and the [`Pki`] that
//!   are given to it; [`listen`] is the same on sockets.
//! - [`rule`] is every way to differ, [`event`] all that is reported, [`limits`] where a session ends at the latest.
//!
//! ```
//! use std::sync::Arc;
//! use mtaspec_fake_smarthost::{Host, Recording, rule::{Action, Rule, Trigger, Which}};
//! use tokio::{io::{AsyncReadExt, AsyncWriteExt}, net::TcpStream};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let host = Host::new("mx.contoso.test").withholds("STARTTLS").offers("SIZE", ["1000"]).rule(
//!     Rule::new(Trigger::mailbox("RCPT", "r7@contoso.test"), [Action::reply("451 4.3.0 Try later")])
//!         .count(Which::First(1)),
//! );
//! let recording = Arc::new(Recording::new());
//! let listening = host.listen(recording.clone()).await?;
//!
//! let mut client = TcpStream::connect(listening.address()).await?;
//! client.write_all(b"EHLO mta.sender.test\r\nMAIL FROM:<a@sender.test>\r\nRCPT TO:<r7@CONTOSO.test>\r\n").await?;
//! client.write_all(b"RCPT TO:<r7@contoso.test>\r\nDATA\r\nSubject: hi\r\n\r\n..\r\n.\r\nQUIT\r\n").await?;
//! let mut replies = String::new();
//! client.read_to_string(&mut replies).await?;
//! assert!(replies.contains("451 4.3.0 Try later\r\n250 2.1.5 OK\r\n354 "));
//!
//! recording.sessions_ended(1).await;
//! let messages = recording.messages();
//! assert_eq!(messages[0].recipients, ["TO:<r7@contoso.test>"]);
//! assert_eq!(messages[0].octets.as_deref(), Some(b"Subject: hi\r\n\r\n.\r\n".as_slice()));
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! A session ends with [`Event::LimitReached`] when it reaches one of [`limits`], so an MTA that loops cannot hold up a
//! run. There is no idle timeout: how long a world lasts is its keeper's business.
//!
//! # Not here
//!
//! Queues, mailboxes, spam policy, and any opinion of the client.

pub mod driver;
pub mod event;
pub mod host;
pub mod limits;
pub mod mail_data;
mod matching;
pub mod pki;
mod recording;
pub mod rule;
mod running;
pub mod script;
mod session;
pub mod stream;
#[cfg(test)]
mod testing;

pub use driver::{Listening, listen};
pub use event::{Event, SessionId, Sink};
pub use host::Host;
pub use pki::{Pki, PkiError};
pub use recording::{Message, Recording};
pub use running::RunningHost;
pub use session::{alert_code, check, serve};
