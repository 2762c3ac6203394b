//! What Haraka can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{Not, Partly, Whole},
};

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 22] = [
    Capability::row(
        "-AddressSpaces",
        Partly,
        "a plugin's hook get_mx; it knows no table of routes, so no two connectors may serve one domain",
    ),
    Capability::row("cost of an address space", Not, "it knows no table of routes"),
    Capability::row("-AuthenticationCredential", Whole, "auth_user, auth_pass of get_mx"),
    Capability::row("-ConnectionInactivityTimeOut", Not, "connect_timeout is the time for a connection, too"),
    Capability::row("-DNSRoutingEnabled", Whole, "get_mx without an answer"),
    Capability::row("-Enabled", Whole, "a connector that is disabled is left out"),
    Capability::row("-ForceHELO", Not, "HELO is for hosts that refuse EHLO"),
    Capability::row("-Fqdn", Whole, "outbound_helo; one certificate for all connectors, key and cert of tls.ini"),
    Capability::row("-IgnoreSTARTTLS", Partly, "enable_tls of outbound.ini; beside another connector no_tls_hosts"),
    Capability::row(
        "-MaxMessageSize",
        Partly,
        "bytes of connection.ini, one for all connectors, applied when a message comes in",
    ),
    Capability::row("-Port", Partly, "port of get_mx; never TLS from the start"),
    Capability::row("-RequireTLS", Partly, "force_tls_hosts, which verifies the host's name, too"),
    Capability::row("-SmartHostAuthMechanism", Partly, "auth_user; BasicAuthRequireTLS with names alone"),
    Capability::row("-SmartHosts", Partly, "hosts of get_mx in the order given: they do not take turns"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "a connection carries one message"),
    Capability::row("-TlsAuthLevel CertificateValidation", Not, "the name is checked with the chain"),
    Capability::row("-TlsAuthLevel DomainValidation", Partly, "force_tls_hosts; the name is that of the smart host"),
    Capability::row("-TlsDomain", Partly, "force_tls_hosts, where it is the name of the smart host"),
    Capability::row(
        "Set-TransportConfig -MaxSendSize",
        Whole,
        "bytes of connection.ini, where a connector has no smaller limit",
    ),
    Capability::row(
        "ms-Exch-Send-Headers-*",
        Not,
        "it takes no header field out: a message with a header of a family is unsupported",
    ),
    Capability::row("a list of revoked certificates", Not, "nothing reads one"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
