//! Reading a brief: what a sender with few settings can take from it, and what it has to refuse.

use std::net::{Ipv4Addr, SocketAddr};

use mtaspec_reference_transport::{
    connector::{Authentication, Connector, Credential, Routing, Service, SmartHost, TlsAuthLevel, TlsPolicy},
    directory::DnsProtocol,
};

use super::{Brief, CANARY_DOMAIN, Lookup, StartError, Submission};
use crate::case::model::Via;

#[cfg(test)]
mod tests;

/// The port on which TLS begins with the connection (RFC 8314 §3.3).
pub(super) const SMTPS: u16 = 465;

/// The one next hop of a sender that knows no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextHop {
    /// The connector that leads there.
    pub connector: Connector,
    /// The smart host as the connector has it: a name, or an address.
    pub name: String,
    /// Where it is dialled.
    pub dial: SocketAddr,
    /// Accepted domains: their mail goes elsewhere.
    pub accepted: Vec<String>,
}

/// Nobody listens there: the connection is refused on the loopback interface as it is in the world.
const REFUSED: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

impl Brief {
    /// For an MTA that looks names up as the machine does, and of which nothing is translated but connectors: that the
    /// page sets nothing else that it has no notion of. A limit of the organisation's is
    /// [`ServerSettings::size_limit`](super::ServerSettings::size_limit)'s to tell.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`], naming the first such setting.
    pub fn connectors_alone(&self) -> Result<(), StartError> {
        let enabled: Vec<&Connector> = self.connectors.iter().filter(|connector| connector.enabled).collect();
        let beyond = enabled.iter().find_map(|connector| beyond_connectors(connector));
        if let Some(setting) = beyond.or_else(|| self.settings.beyond_most()) {
            return Err(StartError::unsupported(setting));
        }
        let Lookup { servers, protocol } = self.settings.lookup(&enabled, &self.resolvers)?;
        let is_the_machines = servers.iter().eq(self.resolvers.iter().map(SocketAddr::ip).collect::<Vec<_>>().iter());
        if is_the_machines && protocol == DnsProtocol::Any {
            return Ok(());
        }
        Err(StartError::unsupported("name servers other than the machine's"))
    }

    /// For a sender that treats all its mail alike: the page's one connector, if it is for all domains and has nothing
    /// that senders other than Exchange do not know.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for more than that.
    pub fn one_connector(&self) -> Result<&Connector, StartError> {
        let unsupported = |setting: &str| Err(StartError::unsupported(setting));
        let [connector] = self.connectors.as_slice() else { return unsupported("more than one connector, or none") };
        if !connector.enabled {
            return unsupported("-Enabled $false");
        }
        if !connector.address_spaces.iter().any(|space| space.to_string().starts_with("SMTP:*;")) {
            return unsupported("an address space other than `*`");
        }
        beyond_most(connector).map_or(Ok(connector), unsupported)
    }

    /// For a sender that hands all its mail to one relay: the smart host of [`Brief::one_connector`], if it has one.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for more than that.
    pub fn one_relay(&self) -> Result<(&Connector, &SmartHost), StartError> {
        let connector = self.one_connector()?;
        match &connector.routing {
            Routing::SmartHosts(hosts) => match hosts.as_slice() {
                [host] => Ok((connector, host)),
                _ => Err(StartError::unsupported("more than one smart host")),
            },
            _ => Err(StartError::unsupported("DNS routing")),
        }
    }

    /// The same for a sender that looks no name up itself: one smart host with one address.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for more than that.
    pub fn one_smart_host(&self) -> Result<NextHop, StartError> {
        let unsupported = |setting: &str| Err(StartError::unsupported(setting));
        let (connector, host) = self.one_relay()?;
        let (name, addresses) = match host {
            SmartHost::Address(address) => (address.to_string(), vec![*address]),
            SmartHost::Name(name) => (name.clone(), self.names.get(name).cloned().unwrap_or_default()),
            _ => return unsupported("a smart host of this form"),
        };
        let address = match addresses.as_slice() {
            [address] => *address,
            [] => return unsupported("a smart host without an address record of its own"),
            _ => return unsupported("a smart host with more than one address"),
        };
        let dial = self.dial.get(&SocketAddr::new(address, connector.port)).copied().unwrap_or(REFUSED);
        Ok(self.towards(connector, name, dial))
    }

    /// This connector as the only way out, for [`NextHop::takes`] and its like; a sender that looks names up itself
    /// needs no address to dial.
    #[must_use]
    pub fn only_way(&self, connector: &Connector) -> NextHop {
        let name = match &connector.routing {
            Routing::SmartHosts(hosts) => hosts.first().map(|host| match host {
                SmartHost::Address(address) => address.to_string(),
                other => other.to_string(),
            }),
            _ => None,
        };
        self.towards(connector, name.unwrap_or_default(), REFUSED)
    }

    fn towards(&self, connector: &Connector, name: String, dial: SocketAddr) -> NextHop {
        let accepted = self.accepted.iter().map(|(domain, _)| domain.clone()).collect();
        let connector = Connector { max_message_size: self.settings.size_limit(connector), ..connector.clone() };
        NextHop { connector, name, dial, accepted }
    }

    /// Where the canary is to arrive: its domain is one of [`Brief::accepted`], in a sandbox. `None` elsewhere.
    #[must_use]
    pub fn canary(&self) -> Option<SocketAddr> {
        self.accepted.iter().find(|(domain, _)| domain == CANARY_DOMAIN).map(|(_, host)| *host)
    }
}

/// The first setting of a connector that senders other than Exchange have no notion of.
pub(super) fn beyond_most(connector: &Connector) -> Option<&'static str> {
    if connector.authentication == Authentication::ExchangeServer {
        return Some("-SmartHostAuthMechanism ExchangeServer");
    }
    if connector.domain_secure_enabled {
        return Some("-DomainSecureEnabled $true");
    }
    if connector.source_ip_address.is_some() {
        return Some("-SourceIPAddress");
    }
    connector.tls_certificate_name.is_some().then_some("-TlsCertificateName")
}

/// The first setting of a connector that no file of an MTA's own can bring about.
pub(super) fn beyond_connectors(connector: &Connector) -> Option<&'static str> {
    if !connector.error_policies.is_empty() {
        return Some("-ErrorPolicies");
    }
    if connector.cloud_services_mail {
        return Some("-CloudServicesMailEnabled $true");
    }
    (connector.service == Service::FrontEnd).then_some("-FrontendProxyEnabled $true")
}

impl NextHop {
    /// What the smart host is shown to be let in, if anything.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        match &self.connector.authentication {
            Authentication::Basic(credential) | Authentication::BasicRequireTls(credential) => Some(credential),
            _ => None,
        }
    }

    /// What is asked of the certificate, and the name that is looked for. More than the encryption alone is asked for
    /// only where TLS is required; `BasicAuthRequireTLS` requires it, with the smart host's own name (AUT-09, AUT-11).
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if two names were to be looked for.
    pub fn certificate(&self) -> Result<(TlsAuthLevel, String), StartError> {
        let secret = matches!(self.connector.authentication, Authentication::BasicRequireTls(_));
        match &self.connector.tls {
            TlsPolicy::Required { domain: Some(_), .. } if secret => {
                Err(StartError::unsupported("-TlsDomain beside BasicAuthRequireTLS"))
            }
            _ if secret => Ok((TlsAuthLevel::DomainValidation, self.name.clone())),
            TlsPolicy::Required { level, domain } => Ok((*level, domain.clone().unwrap_or_else(|| self.name.clone()))),
            _ => Ok((TlsAuthLevel::EncryptionOnly, self.name.clone())),
        }
    }

    /// Whether a sender that hands over every message as it is does what this connector asks for: it has no limit of
    /// size, no header firewall, and no other way for accepted domains.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`], naming the setting that this message would need.
    pub fn takes(&self, message: &Submission) -> Result<(), StartError> {
        let is_accepted = |recipient: &String| {
            let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
            self.accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(domain))
        };
        if message.recipients.iter().any(is_accepted) {
            return Err(StartError::unsupported("accepted domains"));
        }
        let size = u64::try_from(message.octets.len()).unwrap_or(u64::MAX);
        if self.connector.max_message_size.is_some_and(|limit| size > limit) {
            return Err(StartError::unsupported("-MaxMessageSize"));
        }
        self.firewall(message)
    }

    /// Whether a message can go this way by an MTA that takes no header field out.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`], naming the field that would have to go.
    pub fn firewall(&self, message: &Submission) -> Result<(), StartError> {
        match field_names(&message.octets).find(|name| self.stops(name, message.via)) {
            Some(name) => Err(StartError::unsupported(format!("the header firewall: `{name}`"))),
            None => Ok(()),
        }
    }

    /// Whether a header field must not be passed on: its family is not this connector's to send, or a submission
    /// may not bring it in (HDR-01 to HDR-03, HDR-15).
    fn stops(&self, name: &str, via: Via) -> bool {
        let begins = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let rights = self.connector.header_rights;
        let submitted = via == Via::Submission;
        (begins("X-MS-Exchange-Forest-") && (submitted || !rights.forest))
            || (begins("X-MS-Exchange-Organization-") && (submitted || !rights.organization))
            || (begins("Resent-") || name.eq_ignore_ascii_case("Received")) && !rights.routing
    }
}

/// Names of the header fields of a message; its line ends may be of any kind.
fn field_names(octets: &[u8]) -> impl Iterator<Item = &str> {
    octets
        .split(|&octet| octet == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with(b" ") && !line.starts_with(b"\t"))
        .filter_map(|line| std::str::from_utf8(line.split(|&octet| octet == b':').next()?).ok())
        .map(str::trim_end)
}
