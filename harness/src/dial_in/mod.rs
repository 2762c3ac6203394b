//! Dial-in: judging an MTA that somebody else runs, for example a real Exchange.
//!
//! mtaspec cannot start such an MTA, configure it or change its name servers, and it has mail of its own. So all cases
//! are moved below one domain that the user gives ([`crate::case::moving`]), all their connectors are printed as one
//! script that a person reads and runs ([`script`]), and the hosts of all cases are told apart by the addresses and
//! ports that the user gives ([`layout`]). What cannot be had this way is unsupported, by name (`supported`).
//!
//! Start at [`Premises`], what the user gives, and at [`plan`], which lays out a whole suite.
//!
//! # Invariants
//!
//! The same premises and the same cases give the same plan. Nothing that is planned reaches beyond the user's domain,
//! addresses and ports.

pub mod instructions;
pub mod layout;
pub mod plan;
pub mod premises;
pub mod script;
mod supported;

pub use layout::Layout;
pub use mtaspec_fake_smarthost::pki::Pki as Authority;
pub use plan::{Plan, PlannedCase};
pub use premises::{NameServing, Premises};
