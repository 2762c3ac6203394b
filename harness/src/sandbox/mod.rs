//! The sandbox: a throwaway world on this machine for an MTA of its own processes. Linux, as root.
//!
//! Start at [`observe()`]: it starts this program again as a *worker*, gives it one [`Job`], and collects what it tells.
//! The worker ([`work`]) enters namespaces for network, mounts, processes, host name and IPC before any thread exists
//! ([`enter()`]), serves the world's hosts and its name server on their own addresses and ports, and runs the MTA.
//!
//! # Invariants
//!
//! No packet leaves the world: there is no interface but the loopback, and no route but to the world's own addresses.
//! No file outside can be written: every mount of the machine is read-only in there, and what lies over it is memory.
//! Nobody outlives their parent: the worker dies with whoever started it, and everything in the world with the worker.
//!
//! # Limits
//!
//! [`WORK_MAX`] beyond the case's horizon for all of it; horizons up to [`SOCKETS_HORIZON_MAX`](crate::world::SOCKETS_HORIZON_MAX).

use std::{io, net::IpAddr, path::PathBuf};

mod enter;
mod job;
mod mounts;
mod netlink;
mod observe;
mod work;

pub use enter::enter;
pub use job::{Job, Told};
pub use observe::{Errand, WORK_MAX, about, check, observe, version};
pub use work::work;

/// What a sandbox is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxSpec {
    /// The machine's name in there: the MTA's.
    pub hostname: String,
    /// The MTA's own address: the only one of an interface, and where its connections come from.
    pub address: IpAddr,
    /// The name servers that the machine is told of, in this order.
    pub resolvers: Vec<IpAddr>,
    /// An unpacked tree of the MTA, laid over `/usr`, `/etc` and `/var`; `None`: what the machine has.
    pub root: Option<PathBuf>,
    /// Folders of the machine that are to be seen, not to be written, even if they lie where a world has its own files:
    /// below `/tmp` or `/run`.
    pub shown: Vec<PathBuf>,
    /// Process id of whoever started this one; it dies with that.
    pub parent: Option<i32>,
}

/// Why a sandbox cannot be entered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnterError {
    /// Namespaces of these kinds need root.
    #[error("a sandbox needs root")]
    NotRoot,
    /// Whoever started this process is gone.
    #[error("the parent has gone")]
    Orphan,
    /// The system refused a step.
    #[error("the sandbox could not be set up: {step}: {source}")]
    Step {
        /// Which.
        step: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A process with threads cannot be forked.
    #[error("the sandbox must be entered before threads are made, and there are {threads}")]
    Threads {
        /// How many.
        threads: usize,
    },
}

impl EnterError {
    /// Puts the step before what the system says.
    fn at<E: Into<io::Error>>(step: &'static str) -> impl Fn(E) -> Self {
        move |source| Self::Step { step, source: source.into() }
    }
}
