//! What the user gives, so that cases can be served.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::case::moving::Destination;

/// What the user gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Premises {
    /// The domain below which all names of all cases are. In lower case, without a final dot.
    pub below: String,
    /// What the MTA calls itself in EHLO.
    pub mta_name: String,
    /// Where hosts listen, each of them on its own ports. At least one.
    pub addresses: Vec<IpAddr>,
    /// The first port of smart hosts, and the last.
    pub ports: (u16, u16),
    /// Where hosts listen that are found by MX records: 25, unless what stands between says otherwise.
    pub mx_port: u16,
    /// How names below the domain are looked up; `None`: they are not.
    pub dns: Option<NameServing>,
}

/// The name server of all cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameServing {
    /// Where it listens, over UDP and TCP.
    pub at: SocketAddr,
    /// The MTA itself asks it, without a resolver in between: what is asked, how often and what is then done is the MTA's.
    pub direct: bool,
}

impl Premises {
    /// Where cases are moved to.
    #[must_use]
    pub fn destination(&self) -> Destination {
        Destination { below: self.below.clone(), server: self.mta_name.clone() }
    }

    /// Whether a name is below the user's domain.
    #[must_use]
    pub fn is_below(&self, name: &str) -> bool {
        name.strip_suffix(&self.below).is_some_and(|rest| rest.ends_with('.'))
    }
}
