//! The nouns beside connectors, and connectors in an organisation of several servers.

use std::collections::BTreeSet;

use super::*;
use crate::directory::{Organisation, Role, Server};

/// Two Mailbox servers, one with a front end alone, and an Edge server.
fn organisation() -> Directory {
    let server = |name: &str, roles: &[Role]| Server {
        name: name.to_owned(),
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        site: "North".to_owned(),
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
    };
    let servers = vec![
        server("mbx1.sender.test", &Role::MAILBOX),
        server("mbx2.sender.test", &Role::MAILBOX),
        server("cas.sender.test", &[Role::FrontEnd]),
        server("edge.sender.test", &[Role::Edge]),
    ];
    let organisation = Organisation { servers, sites: vec!["North".to_owned()], ..Organisation::default() };
    Directory::of(organisation, "mbx1", Vec::new()).expect("an organisation")
}

/// `SERVER: command`, a line each; what the last one printed, or the code of why it was refused.
#[track_caller]
fn check(script: &str, expected: &str) {
    let mut directory = organisation();
    let mut shell = Shell::new();
    let mut last = String::new();
    for line in script.lines() {
        let (server, command) = line.trim().split_once(": ").expect("a server and a command");
        directory.work_on(server).expect("a server");
        for outcome in shell.run(&mut directory, command) {
            last = outcome.result.unwrap_or_else(|error| error.code().to_owned());
        }
    }
    assert_eq!(last, expected, "{script}");
}

#[test]
fn source_servers_are_servers_that_can_be() {
    let new = "mbx1: New-SendConnector A -AddressSpaces *";
    let get = "mbx2: Get-SendConnector A | Format-List SourceTransportServers";
    check(&format!("{new}\n{get}"), "SourceTransportServers : {mbx1.sender.test}");
    check(
        &format!("{new} -SourceTransportServer mbx2,mbx1.sender.test\n{get}"),
        "SourceTransportServers : {mbx2.sender.test, mbx1.sender.test}",
    );
    check(
        &format!("{new}\nmbx2: Set-SendConnector A -SourceTransportServers @{{Add='mbx2'; Remove='mbx1'}}\n{get}"),
        "SourceTransportServers : {mbx2.sender.test}",
    );
    check(&format!("{new} -SourceTransportServers $null"), "no-source-server");
    check(&format!("{new} -SourceTransportServers cas"), "bad-value");
    check(&format!("{new} -SourceTransportServers edge"), "bad-value");
    check("cas: New-SendConnector A -AddressSpaces *", "no-transport-role");
    let subscribe =
        "edge: New-EdgeSubscription -FileName C:\\edge.xml\nmbx1: New-EdgeSubscription -FileName C:\\edge.xml";
    check(&format!("{subscribe}\n{new} -SourceTransportServers mbx1,edge"), "mixed-source-servers");
    check(
        &format!("{subscribe}\n{new} -SourceTransportServers edge\nedge: Get-SendConnector A | ft Name"),
        "Name\n----\nA",
    );
}

#[test]
fn values_are_added_and_removed() {
    let new = "mbx1: New-SendConnector A -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts a.test,b.test";
    let get = "mbx1: Get-SendConnector A | fl SmartHosts";
    for (change, expected) in [
        ("@{Add='c.test'; Remove='a.test'}", "SmartHosts : {b.test, c.test}"),
        ("@{add=c.test,b.test\n}", "SmartHosts : {a.test, b.test, c.test}"),
        ("d.test", "SmartHosts : {d.test}"),
    ] {
        let change = change.replace('\n', " ");
        check(&format!("{new}\nmbx1: Set-SendConnector A -SmartHosts {change}\n{get}"), expected);
    }
    check(&format!("{new}\nmbx1: Set-SendConnector A -SmartHosts @{{Plus='c.test'}}"), "bad-value");
    check(
        &format!("{new}\nmbx1: Set-SendConnector A -SmartHosts @{{Remove='a.test','b.test'}}"),
        "dns-routing-off-needs-smart-hosts",
    );
}

#[test]
fn an_edge_subscription_makes_its_connectors_and_closes_the_edge() {
    let subscribe = "edge: New-SendConnector Own -AddressSpaces *\nedge: New-EdgeSubscription -FileName e.xml\n\
                     mbx1: New-EdgeSubscription -FileData e.xml -Site North";
    check(subscribe, "edge.sender.test  North");
    let get = "mbx1: Get-SendConnector | where {$_.Name -eq 'EdgeSync - Inbound to North'} | fl AddressSpaces,DNSRoutingEnabled,SmartHosts,Enabled";
    check(
        &format!("{subscribe}\n{get}"),
        "AddressSpaces     : {SMTP:--;1}\nDNSRoutingEnabled : False\nSmartHosts        : {--}\nEnabled           : True",
    );
    let internet = "edge: Get-SendConnector 'EdgeSync - North to Internet' | fl AddressSpaces,DomainSecureEnabled,DNSRoutingEnabled";
    check(
        &format!("{subscribe}\n{internet}"),
        "AddressSpaces       : {SMTP:*;100}\nDomainSecureEnabled : True\nDNSRoutingEnabled   : True",
    );
    check(&format!("{subscribe}\nedge: Get-SendConnector Own"), "not-found");
    check(&format!("{subscribe}\nedge: New-SendConnector B -AddressSpaces *"), "edge-subscribed");
    check(
        &format!("{subscribe}\nedge: Set-SendConnector 'EdgeSync - North to Internet' -Enabled $false"),
        "edge-subscribed",
    );
    check(&format!("{subscribe}\nmbx2: New-EdgeSubscription -FileData e.xml"), "already-subscribed");
    check("mbx1: New-EdgeSubscription -FileData other.xml", "bad-value");
    check("mbx1: New-EdgeSubscription", "subscription-file-needed");
    let without = subscribe.replace("-Site", "-CreateInternetSendConnector $false -Site");
    check(&format!("{without}\nmbx1: Get-SendConnector | ft Name"), "Name\n----\nEdgeSync - Inbound to North");
    check(&format!("{subscribe}\nmbx1: Remove-EdgeSubscription edge"), "not-confirmed");
    check(&format!("{subscribe}\nmbx1: Remove-EdgeSubscription edge -Confirm:$false\nmbx1: Get-SendConnector"), "");
}

#[test]
fn accepted_domains_have_a_type() {
    let new = "mbx1: New-AcceptedDomain -Name A -DomainName a.test\nmbx1: New-AcceptedDomain B -DomainName *.b.test -DomainType InternalRelay";
    check(new, "B  *.b.test  InternalRelay  False");
    check(&format!("{new}\nmbx2: Get-AcceptedDomain a.test"), "A  a.test  Authoritative  True");
    check(
        &format!(
            "{new}\nmbx1: Set-AcceptedDomain B -DomainType externalrelay -MakeDefault $true\nmbx1: Get-AcceptedDomain B"
        ),
        "B  *.b.test  ExternalRelay  True",
    );
    check(&format!("{new}\nmbx1: New-AcceptedDomain C -DomainName A.test"), "name-taken");
    check(&format!("{new}\nmbx1: New-AcceptedDomain C -DomainName a..test"), "bad-value");
    check(&format!("{new}\nmbx1: Remove-AcceptedDomain A -Confirm:$false"), "default-domain");
    check(&format!("{new}\nmbx1: Remove-AcceptedDomain B"), "not-confirmed");
    check(
        &format!("{new}\nmbx1: Remove-AcceptedDomain B -Confirm:$false\nmbx1: Get-AcceptedDomain"),
        "A  a.test  Authoritative  True",
    );
    let inward = "edge: New-AcceptedDomain A -DomainName a.test\nedge: New-SendConnector In -AddressSpaces --\nedge: Get-SendConnector In";
    check(inward, "edge.sender.test\\In  {SMTP:--;1}  True");
}

#[test]
fn services_have_settings_of_their_own() {
    let set = "mbx2: Set-TransportService mbx1 -ExternalDNSServers 192.0.2.53,192.0.2.54 -ExternalDNSAdapterEnabled $false \
               -ExternalDNSProtocolOption UseTcpOnly -TransientFailureRetryCount 0";
    let get = "fl ExternalDNSServers,ExternalDNSAdapterEnabled,ExternalDNSProtocolOption,TransientFailureRetryCount";
    check(
        &format!("{set}\nmbx1: Get-TransportService mbx1 | {get}"),
        "ExternalDNSServers         : {192.0.2.53, 192.0.2.54}\nExternalDNSAdapterEnabled  : False\n\
         ExternalDNSProtocolOption  : UseTcpOnly\nTransientFailureRetryCount : 0",
    );
    for other in ["Get-TransportService mbx2", "Get-FrontendTransportService mbx1"] {
        check(
            &format!("{set}\nmbx1: {other} | {get}"),
            "ExternalDNSServers         : {}\nExternalDNSAdapterEnabled  : True\n\
             ExternalDNSProtocolOption  : Any\nTransientFailureRetryCount : 6",
        );
    }
    check("mbx1: Set-TransportService mbx1 -TransientFailureRetryCount 16", "bad-value");
    check("mbx1: Set-TransportService cas -TransientFailureRetryCount 1", "not-found");
    let limits = "-MaxOutboundConnections 10 -MaxPerDomainOutboundConnections";
    check(&format!("mbx1: Set-TransportService mbx1 {limits} 20"), "per-domain-above-total");
    check(&format!("mbx1: Set-TransportService mbx1 {limits} unlimited"), "per-domain-above-total");
    check(&format!("mbx1: Set-TransportService mbx1 {limits} 10"), "");
    let log = "mbx1: Set-TransportService mbx1 -SendProtocolLogMaxFileSize 20MB -SendProtocolLogMaxDirectorySize";
    check(&format!("{log} 10MB"), "log-file-above-directory");
    check(&format!("{log} unlimited"), "");
    check(
        "mbx1: Set-TransportService mbx1 -SendProtocolLogPath $null -SendProtocolLogMaxAge 00:00:00\n\
         mbx1: Get-TransportService mbx1 | fl SendProtocolLogPath,SendProtocolLogMaxAge",
        "SendProtocolLogPath   :\nSendProtocolLogMaxAge : 00:00:00",
    );
    check(
        "mbx1: Get-FrontendTransportService cas | ft IntraOrgConnectorProtocolLoggingLevel",
        "IntraOrgConnectorProtocolLoggingLevel\n-------------------------------------\nVerbose",
    );
    check("edge: Set-TransportService mbx1 -ExternalIPAddress 192.0.2.9", "not-found");
}

#[test]
fn the_organisation_has_limits_and_domains_of_mutual_tls() {
    let get = "Get-TransportConfig | fl MaxSendSize,TLSSendDomainSecureList";
    check(&format!("mbx1: {get}"), "MaxSendSize             : 10 MB (10,485,760 bytes)\nTLSSendDomainSecureList : {}");
    let set = "mbx1: Set-TransportConfig -MaxSendSize unlimited -TLSSendDomainSecureList a.test,b.test";
    check(
        &format!("{set}\nmbx2: {get}"),
        "MaxSendSize             : Unlimited\nTLSSendDomainSecureList : {a.test, b.test}",
    );
    check(
        &format!("{set}\nedge: {get}"),
        "MaxSendSize             : 10 MB (10,485,760 bytes)\nTLSSendDomainSecureList : {}",
    );
    check("mbx1: Set-TransportConfig -TLSSendDomainSecureList *.a.test", "bad-value");
}

#[test]
fn permissions_are_listed_with_what_denies_and_what_is_inherited() {
    let new = "mbx1: New-SendConnector A -AddressSpaces *";
    let user = "-User 'NT AUTHORITY\\ANONYMOUS LOGON'";
    let deny = format!("mbx1: Add-ADPermission A {user} -ExtendedRights ms-Exch-Send-Headers-Routing -Deny");
    let get = format!("mbx2: Get-ADPermission A {user}");
    check(
        &format!("{new}\n{deny}\n{get} | ft Deny,ExtendedRights"),
        "Deny  ExtendedRights\n----  --------------\nFalse {ms-Exch-Send-Headers-Routing}\nTrue  {ms-Exch-Send-Headers-Routing}",
    );
    check(
        &format!("{new}\n{deny}\n{get} | where {{($_.Deny -eq $false) -and ($_.IsInherited -eq $false)}} | ft Deny"),
        "Deny\n----\nFalse",
    );
    check(
        &format!("{new}\nmbx1: Get-ADPermission A | where {{$_.IsInherited -eq $true}} | ft User"),
        "User\n----\nSENDER\\Organization Management",
    );
    check(&format!("{new}\nmbx1: Get-ADPermission A {user} -Owner"), "user-and-owner");
    check(&format!("{new}\nmbx1: Get-ADPermission A -Owner"), "A  SENDER\\Organization Management");
    check(
        &format!(
            "{new}\nmbx1: Add-ADPermission A -User 'SENDER\\julia' -ExtendedRights ms-Exch-Send-Headers-Forest,ms-Exch-Send-Headers-Routing\nmbx1: Get-ADPermission A -User 'sender\\julia' | ft ExtendedRights"
        ),
        "ExtendedRights\n--------------\n{ms-Exch-Send-Headers-Forest}\n{ms-Exch-Send-Headers-Routing}",
    );
    check(
        &format!("{new}\nmbx1: Add-ADPermission A -User julia -ExtendedRights ms-Exch-Send-Headers-Forest"),
        "bad-value",
    );
}

#[test]
fn the_implicit_connector_is_not_there() {
    check("mbx1: Get-SendConnector", "");
    check("mbx1: Set-SendConnector 'Intra-Organization SMTP Send Connector' -Enabled $false", "not-found");
    check("mbx1: Get-SendConnector $null", "");
}

#[test]
fn receive_connectors_are_those_that_the_managed_servers_have() {
    let get =
        |server: &str, rest: &str| format!("{server}: Get-ReceiveConnector {rest} | Format-List Name, TransportRole");
    let proxy = "Outbound Proxy Frontend cas.sender.test";
    let shown = format!("Name          : {proxy}\nTransportRole : FrontendTransport");
    check(&get("mbx1", "-Server cas"), &shown);
    check(&get("mbx1", &format!("'cas.sender.test\\{proxy}'")), &shown);
    check(
        &get("edge", ""),
        "Name          : Default internal receive connector edge.sender.test\nTransportRole : HubTransport",
    );
    check("mbx1: Get-ReceiveConnector 'Default edge.sender.test'", "not-found");
    check("mbx1: Get-ReceiveConnector -Server edge", "not-found");
}
