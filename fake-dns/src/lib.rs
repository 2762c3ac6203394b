//! Authoritative DNS for the zones of one test world, with faults and a record of every query.
//!
//! The server that an MTA asks: it answers from the records of its [`Zones`], and what they do not hold does not
//! exist. A [`Fault`] makes it ill for one name: silent, slow, truncated, wrong. It does not judge; it reports each
//! query, each fault that it used and each answer to the [`Sink`] that it was given.
//!
//! Start at [`FakeDns`], a function from query octets to answer octets. [`zone`] reads records, [`rule`] is every way
//! to be ill, [`event`] is what is reported, [`driver`] is the only module that does I/O.
//!
//! # Example
//!
//! A server on a free port of the loopback interface that fails the first query for an MX record:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use hickory_resolver::{
//!     TokioResolver,
//!     config::{ConnectionConfig, NameServerConfig, ResolverConfig},
//!     net::runtime::TokioRuntimeProvider,
//! };
//! use mtaspec_fake_dns::{
//!     Action, Event, FakeDns, Fault, Sink, Zones,
//!     driver::listen,
//!     proto::{op::ResponseCode, rr::RecordType},
//!     rule::{Conditions, Which},
//!     zone::parse_record,
//! };
//!
//! /// Keeps every event.
//! #[derive(Default)]
//! struct Events(Mutex<Vec<Event>>);
//!
//! impl Sink for Events {
//!     fn report(&self, event: Event) {
//!         self.0.lock().expect("nobody panicked").push(event);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let zones = Zones::new([
//!     parse_record("contoso.test.    MX 10 mx.contoso.test.")?,
//!     parse_record("mx.contoso.test. A 192.0.2.25")?,
//! ]);
//! let fault = Fault {
//!     name: "contoso.test.".parse()?,
//!     record_type: Some(RecordType::MX),
//!     actions: vec![Action::Rcode(ResponseCode::ServFail)],
//!     conditions: Conditions { count: Some(Which::First(1)), ..Conditions::default() },
//!     tag: None,
//! };
//! let events = Arc::new(Events::default());
//! let dns = FakeDns::new(zones, vec![fault], events.clone());
//! let listening = listen("127.0.0.1:0".parse()?, dns).await?;
//!
//! let mut over_udp = ConnectionConfig::udp();
//! over_udp.port = listening.local_addr().port();
//! let server = NameServerConfig::new(listening.local_addr().ip(), true, vec![over_udp]);
//! let config = ResolverConfig::from_name_servers(vec![server]);
//! let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build()?;
//!
//! let answer = resolver.mx_lookup("contoso.test.").await?;
//! assert_eq!(answer.answers().len(), 1);
//!
//! // The first query failed, and the resolver asked again.
//! let queries = events.0.lock().expect("nobody panicked").iter().filter(|e| matches!(e, Event::Query { .. })).count();
//! assert_eq!(queries, 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! [`driver::CONNECTIONS_MAX`], [`driver::DATAGRAMS_MAX`], [`driver::STREAM_QUERIES_MAX`]: reaching one is an
//! [`Event::LimitReached`].
//!
//! # Not here
//!
//! Recursion, delegation (an NS record is a record like any other), DNSSEC, zone transfer, dynamic update, and any
//! opinion of who asks.

pub mod check;
pub mod driver;
mod engine;
pub mod event;
mod faults;
pub mod rcode;
mod record;
pub mod rule;
pub mod server;
mod world;
pub mod zone;

pub use event::{Event, Sink};
pub use hickory_server::proto;
pub use rule::{Action, Fault};
pub use server::{FakeDns, Outcome};
pub use zone::Zones;
