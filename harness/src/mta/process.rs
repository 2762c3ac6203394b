//! An MTA that is a set of processes in the sandbox, brought to work by the plan of its adapter.

use super::Adapter;

/// An MTA of its own processes: `A` translates, this does the rest.
#[derive(Clone, Copy, Debug)]
pub struct ProcessMta<A: Adapter>(pub A);
