//! Which connector takes a recipient.
//!
//! [`select()`] is the whole of it; [`AddressSpace`] is what it compares. Neither resolves a name nor knows whether a
//! host is up: a choice is not revisited because the chosen hosts are down (SEL-17).

mod address_space;
mod select;
mod x400;

pub use address_space::{AddressSpace, AddressSpaceError, Closeness, Cost, Pattern, Place};
pub use select::{Selection, select};
