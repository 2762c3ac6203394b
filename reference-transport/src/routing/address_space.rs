//! The recipient domains that a Send connector serves.

/// The recipient domains that a Send connector serves, and the cost of choosing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressSpace {}
