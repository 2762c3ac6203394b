//! Reading a brief: what a sender with few settings can take from it, and what it has to refuse.

use std::net::{Ipv4Addr, SocketAddr};

use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Routing, SmartHost, TlsAuthLevel, TlsPolicy,
};

use super::{Brief, StartError, Submission};
use crate::case::model::Via;

#[cfg(test)]
mod tests;

/// The one next hop of a sender that knows no other.
#[derive(Clone, Debug)]
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
    /// For a sender that hands all its mail to one relay: the page's one connector, if it is for all domains and has
    /// one smart host with one address.
    ///
    /// # Errors
    ///
    /// [`StartError::Unsupported`] if the page asks for more than that.
    pub fn one_smart_host(&self) -> Result<NextHop, StartError> {
        let unsupported = |setting: &str| Err(StartError::unsupported(setting));
        let [connector] = self.connectors.as_slice() else { return unsupported("more than one connector, or none") };
        if !connector.enabled {
            return unsupported("-Enabled $false");
        }
        if !connector.address_spaces.iter().any(|space| space.to_string().starts_with("SMTP:*;")) {
            return unsupported("an address space other than `*`");
        }
        if let Some(setting) = beyond_most(connector) {
            return unsupported(setting);
        }
        let Routing::SmartHosts(hosts) = &connector.routing else { return unsupported("DNS routing") };
        let [host] = hosts.as_slice() else { return unsupported("more than one smart host") };
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
        let accepted = self.accepted.iter().map(|(domain, _)| domain.clone()).collect();
        Ok(NextHop { connector: connector.clone(), name, dial, accepted })
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
