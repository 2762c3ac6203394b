use mtaspec_reference_transport::{directory::Directory, shell::Shell};

use super::*;

const ADAPTER: [SocketAddr; 1] = [SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 53)), 53)];

/// What a shell text makes of the settings, and the connectors.
#[track_caller]
fn made(shell: &str) -> (ServerSettings, Vec<Connector>) {
    let mut directory = Directory::default();
    for outcome in Shell::new().run(&mut directory, shell) {
        outcome.result.expect("the shell takes it");
    }
    let (service, organisation) = (directory.transport_service().clone(), directory.transport_config().clone());
    (ServerSettings { service, organisation }, directory.connectors().to_vec())
}

#[track_caller]
fn lookup(shell: &str) -> Result<Lookup, StartError> {
    let (settings, connectors) = made(shell);
    settings.lookup(&connectors.iter().collect::<Vec<_>>(), &ADAPTER)
}

const TWO: &str = "\
New-SendConnector -Name Near -AddressSpaces a.test -Custom
New-SendConnector -Name Far -AddressSpaces b.test -Custom -UseExternalDNSServersEnabled $true
";

#[test]
fn the_smaller_limit_counts() {
    let shell = "Set-TransportConfig -MaxSendSize 10KB\nNew-SendConnector -Name R -AddressSpaces * -Custom";
    let (settings, connectors) = made(shell);
    assert_eq!(settings.size_limit(&connectors[0]), Some(10 * 1024));
    let (settings, connectors) = made(&format!("{shell} -MaxMessageSize 1KB"));
    assert_eq!(settings.size_limit(&connectors[0]), Some(1024));
}

#[test]
fn lists_that_are_switched_off_are_the_machines_own() {
    let shell = format!("{TWO}Set-TransportService localhost -ExternalDNSServers 192.0.2.54");
    let expected = Lookup { servers: vec![ADAPTER[0].ip()], protocol: DnsProtocol::Any };
    assert_eq!(lookup(&shell), Ok(expected));
}

#[test]
fn two_connectors_that_look_in_two_places_are_refused() {
    let shell =
        format!("{TWO}Set-TransportService localhost -ExternalDNSServers 192.0.2.54 -ExternalDNSAdapterEnabled $false");
    let refused = StartError::unsupported("-UseExternalDNSServersEnabled for each connector");
    assert_eq!(lookup(&shell), Err(refused));
}

#[test]
fn what_is_set_of_the_server_alone_is_named() {
    assert_eq!(made("").0.beyond_most(), None);
    let (settings, _) = made("Set-TransportService localhost -ExternalIPAddress 203.0.113.7");
    assert_eq!(settings.beyond_most(), Some("-ExternalIPAddress"));
}
