//! From the settings of a server's services to those of its resolvers (DNS-19 to DNS-24).

use crate::{
    delivery::Courier,
    directory::{Directory, DnsLookup, DnsProtocol},
    resolver::{DnsSettings, ProtocolOption, SideSettings},
};

/// Lookups that begin from now on are made as the directory says.
pub(super) fn configure(courier: &Courier, directory: &Directory) {
    let service = directory.transport_service();
    let fault_tolerance = service.dns_fault_tolerance;
    let dns = settings(&service.external_dns, &service.internal_dns);
    courier.configure_dns(&DnsSettings { fault_tolerance, ..dns });
    let server = &directory.local_server().name;
    // A server without the service has no connections that it makes.
    if let Some(front_end) = directory.frontend_transport_service_of(server) {
        courier.configure_front_end_dns(&settings(&front_end.external_dns, &front_end.internal_dns));
    }
}

fn settings(external: &DnsLookup, internal: &DnsLookup) -> DnsSettings {
    DnsSettings { external: side(external), internal: side(internal), ..DnsSettings::default() }
}

fn side(lookup: &DnsLookup) -> SideSettings {
    SideSettings {
        adapter_enabled: lookup.adapter_enabled,
        servers: lookup.servers.clone(),
        protocol: match lookup.protocol {
            DnsProtocol::Any => ProtocolOption::Any,
            DnsProtocol::TcpOnly => ProtocolOption::UseTcpOnly,
            DnsProtocol::UdpOnly => ProtocolOption::UseUdpOnly,
        },
    }
}
