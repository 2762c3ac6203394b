//! Edge subscriptions, and the Send connectors that come with one.

use super::{Mechanism, Settings, Usage};
use crate::{connector::SmartHost, routing::AddressSpace};

/// An Edge server that works for the Mailbox servers of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeSubscription {
    /// The Edge server, as the organisation names it.
    pub server: String,
    /// The site whose servers talk to it (EDG-06).
    pub site: String,
}

/// Which automatic connectors a subscription makes (EDG-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Automatic {
    /// `-CreateInboundSendConnector`; yes by default.
    pub inbound: bool,
    /// `-CreateInternetSendConnector`; yes by default.
    pub internet: bool,
}

impl Default for Automatic {
    fn default() -> Self {
        Self { inbound: true, internet: true }
    }
}

/// `EdgeSync - <Site> to Internet` (EDG-02): several Edge servers of a site share it (EDG-07).
pub(super) fn internet(site: &str, edge: &str) -> (String, Settings) {
    let settings = Settings {
        address_spaces: vec![AddressSpace::everything(100)],
        domain_secure_enabled: true,
        source_transport_servers: vec![edge.to_owned()],
        ..Settings::new(Usage::Internet)
    };
    (format!("EdgeSync - {site} to Internet"), settings)
}

/// `EdgeSync - Inbound to <Site>` (EDG-03). *Our reading:* the servers behind `--` are our own, and are shown that we are.
pub(super) fn inbound(site: &str, edge: &str) -> (String, Settings) {
    let settings = Settings {
        address_spaces: vec![AddressSpace::accepted_domains()],
        dns_routing_enabled: false,
        smart_hosts: vec![SmartHost::subscribed_site()],
        smart_host_auth_mechanism: Mechanism::ExchangeServer,
        source_transport_servers: vec![edge.to_owned()],
        ..Settings::new(Usage::Internal)
    };
    (format!("EdgeSync - Inbound to {site}"), settings)
}
