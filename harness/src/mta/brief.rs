//! Reading a brief: what a sender with few settings can take from it.

use std::net::SocketAddr;

use mtaspec_reference_transport::connector::{Connector, Routing, SmartHost};

use super::{Brief, StartError};

/// The one next hop of a sender that knows no other.
#[derive(Clone, Debug)]
pub struct NextHop {
    /// The connector that leads there.
    pub connector: Connector,
    /// The smart host as the connector has it: a name, or an address.
    pub name: String,
    /// Where it is dialled.
    pub dial: SocketAddr,
}

impl Brief {
    /// For a sender that hands all its mail to one relay: the page's one connector, if it is for all domains and has
    /// one smart host.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for more than that.
    pub fn one_smart_host(&self) -> Result<NextHop, StartError> {
        let [connector] = self.connectors.as_slice() else { return Err(unsupported("more than one connector")) };
        if !connector.address_spaces.iter().any(|space| space.to_string().starts_with("SMTP:*;")) {
            return Err(unsupported("an address space other than `*`"));
        }
        let Routing::SmartHosts(hosts) = &connector.routing else { return Err(unsupported("DNS routing")) };
        let [host] = hosts.as_slice() else { return Err(unsupported("more than one smart host")) };
        let (name, address) = match host {
            SmartHost::Address(address) => (address.to_string(), Some(*address)),
            SmartHost::Name(name) => (name.clone(), self.names.get(name).and_then(|all| all.first().copied())),
            _ => return Err(unsupported("a smart host of this form")),
        };
        let address = address.ok_or_else(|| unsupported("a smart host without an address record of its own"))?;
        // Nobody listens there: the port is refused on the loopback interface as it is in the world.
        let refused = SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), 1);
        let dial = self.dial.get(&SocketAddr::new(address, connector.port)).copied().unwrap_or(refused);
        Ok(NextHop { connector: connector.clone(), name, dial })
    }
}

fn unsupported(setting: &str) -> StartError {
    StartError::Unsupported { setting: setting.to_owned() }
}
