//! Which connector takes a recipient.
//!
//! [`RoutingTable::select`] is the whole of it; [`AddressSpace`] is what it compares, and [`Sites`] tells how far away
//! a connector is. Nothing here resolves a name or knows whether a host is up: a choice is not revisited because the
//! chosen hosts are down (SEL-17).

mod address_space;
mod explain;
mod foreign;
mod scope;
mod sites;
mod table;
mod x400;

pub use address_space::{AddressSpace, AddressSpaceError, Closeness, Cost, Pattern, Side};
pub use explain::{Standing, explain};
pub use foreign::Encapsulated;
pub use scope::{Place, distance};
pub use sites::{SiteLink, SitePath, Sites};
pub use table::{Distance, Hops, RoutingTable, Selection};
