//! What Exim can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{self, Not, Partly, Whole},
};

const fn row(setting: &'static str, extent: Extent, how: &'static str) -> Capability {
    Capability { setting, extent, how }
}

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 20] = [
    row(
        "-AddressSpaces",
        Partly,
        "a partial0-lsearch lookup; no two connectors with the same space, for there is no cost",
    ),
    row("cost of an address space", Not, "the lookup knows patterns alone"),
    row("-AuthenticationCredential", Whole, "client_send of authenticators for the connector's transport"),
    row("-ConnectionInactivityTimeOut", Whole, "command_timeout, data_timeout, final_timeout"),
    row("-DNSRoutingEnabled", Whole, "a dnslookup router"),
    row("-Enabled", Whole, "a connector that is disabled is left out"),
    row("-ForceHELO", Whole, "hosts_avoid_esmtp"),
    row("-Fqdn", Whole, "helo_data"),
    row("-IgnoreSTARTTLS", Whole, "hosts_avoid_tls"),
    row("-MaxMessageSize", Whole, "message_size_limit of the transport"),
    row("-Port", Whole, "port of the transport"),
    row("-RequireTLS", Whole, "hosts_require_tls"),
    row("-SmartHostAuthMechanism", Partly, "hosts_require_auth; BasicAuthRequireTLS with an address needs -TlsDomain"),
    row("-SmartHosts", Whole, "a manualroute router with hosts_randomize"),
    row("-SmtpMaxMessagesPerConnection", Whole, "connection_max_messages"),
    row("-TlsAuthLevel CertificateValidation", Whole, "tls_verify_hosts without tls_verify_cert_hostnames"),
    row("-TlsAuthLevel DomainValidation", Whole, "the same, and the names by the event tls:cert"),
    row("-TlsDomain", Whole, "the event tls:cert"),
    row("ms-Exch-Send-Headers-*", Whole, "headers_remove"),
    row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
