//! Which connector takes a recipient.

mod address_space;

pub use address_space::AddressSpace;
