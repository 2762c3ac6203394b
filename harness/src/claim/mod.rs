//! Claims: pure functions of the trace.

pub mod ast;
