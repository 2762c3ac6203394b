//! `/etc/resolv.conf`: what Postfix and Sendmail go by when they ask name servers, with the patience of resolv.conf(5). A
//! list of the server's own takes their place in the world, where all connectors look names up in it.

use std::{fmt::Write as _, net::SocketAddr};

use mtaspec_reference_transport::{connector::Connector, directory::DnsProtocol};

use crate::mta::{Lookup, PlannedFile, ServerSettings, StartError};

/// How many name servers resolv.conf(5) may list.
const SERVERS_MAX: usize = 3;

/// The file.
pub(super) fn file(
    settings: &ServerSettings,
    connectors: &[&Connector],
    adapter: &[SocketAddr],
) -> Result<PlannedFile, StartError> {
    let Lookup { servers, protocol } = settings.lookup(connectors, adapter)?;
    let options = match protocol {
        DnsProtocol::Any => "",
        DnsProtocol::TcpOnly => "options use-vc\n",
        DnsProtocol::UdpOnly => return Err(StartError::unsupported("name servers that are asked over UDP alone")),
    };
    if servers.is_empty() || servers.len() > SERVERS_MAX {
        return Err(StartError::unsupported("a list of no name servers, or of more than three"));
    }
    let mut text = String::new();
    for server in servers {
        let _infallible = writeln!(text, "nameserver {server}");
    }
    text.push_str(options);
    Ok(PlannedFile::text("/etc/resolv.conf", text))
}
