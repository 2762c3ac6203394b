//! What Exim can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{Not, Partly, Whole},
};

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 20] = [
    Capability::row(
        "-AddressSpaces",
        Partly,
        "a partial0-lsearch lookup; no two connectors with the same space, for there is no cost",
    ),
    Capability::row("cost of an address space", Not, "the lookup knows patterns alone"),
    Capability::row("-AuthenticationCredential", Whole, "client_send of authenticators for the connector's transport"),
    Capability::row("-ConnectionInactivityTimeOut", Whole, "command_timeout, data_timeout, final_timeout"),
    Capability::row("-DNSRoutingEnabled", Whole, "a dnslookup router"),
    Capability::row("-Enabled", Whole, "a connector that is disabled is left out"),
    Capability::row("-ForceHELO", Whole, "hosts_avoid_esmtp"),
    Capability::row("-Fqdn", Whole, "helo_data"),
    Capability::row("-IgnoreSTARTTLS", Whole, "hosts_avoid_tls"),
    Capability::row("-MaxMessageSize", Whole, "message_size_limit of the transport"),
    Capability::row("-Port", Whole, "port of the transport"),
    Capability::row("-RequireTLS", Whole, "hosts_require_tls"),
    Capability::row(
        "-SmartHostAuthMechanism",
        Partly,
        "hosts_require_auth; BasicAuthRequireTLS with an address needs -TlsDomain",
    ),
    Capability::row("-SmartHosts", Whole, "a manualroute router with hosts_randomize"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "connection_max_messages"),
    Capability::row("-TlsAuthLevel CertificateValidation", Whole, "tls_verify_hosts without tls_verify_cert_hostnames"),
    Capability::row("-TlsAuthLevel DomainValidation", Whole, "the same, and the names by the event tls:cert"),
    Capability::row("-TlsDomain", Whole, "the event tls:cert"),
    Capability::row("ms-Exch-Send-Headers-*", Whole, "headers_remove"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
