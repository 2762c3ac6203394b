//! What OpenSMTPD can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{Not, Partly, Whole},
};

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 22] = [
    Capability::row(
        "-AddressSpaces",
        Partly,
        "match for domain; the first match counts, so no two connectors may serve one domain",
    ),
    Capability::row("cost of an address space", Not, "the first match counts"),
    Capability::row("-AuthenticationCredential", Whole, "auth, with a table of credentials"),
    Capability::row("-ConnectionInactivityTimeOut", Not, "it is compiled in"),
    Capability::row("-DNSRoutingEnabled", Whole, "relay without host"),
    Capability::row("-Enabled", Whole, "a connector that is disabled is left out"),
    Capability::row("-ForceHELO", Not, "HELO is for hosts that refuse EHLO"),
    Capability::row("-Fqdn", Partly, "helo; no certificate of its own"),
    Capability::row("-IgnoreSTARTTLS", Partly, "smtp+notls://, which needs a smart host"),
    Capability::row(
        "-MaxMessageSize",
        Partly,
        "smtp max-message-size, one for all connectors, applied when a message comes in",
    ),
    Capability::row("-Port", Whole, "in the URL; 465 with TLS required is smtps://"),
    Capability::row("-RequireTLS", Whole, "tls no-verify"),
    Capability::row("-SmartHostAuthMechanism", Partly, "smtp+tls://label@host: where TLS is required, and there alone"),
    Capability::row("-SmartHosts", Partly, "a list of host URLs; their addresses are asked for, not their MX records"),
    Capability::row("-SmtpMaxMessagesPerConnection", Partly, "mta limit session-mail-max, one for all connectors"),
    Capability::row("-TlsAuthLevel CertificateValidation", Not, "the name is checked with the chain"),
    Capability::row("-TlsAuthLevel DomainValidation", Partly, "tls; the name is that of the smart host"),
    Capability::row("-TlsDomain", Partly, "tls, where it is the name of the smart host"),
    Capability::row(
        "Set-TransportConfig -MaxSendSize",
        Whole,
        "smtp max-message-size, where a connector has no smaller limit",
    ),
    Capability::row(
        "ms-Exch-Send-Headers-*",
        Not,
        "it takes no header field out: a message with a header of a family is unsupported",
    ),
    Capability::row("a list of revoked certificates", Not, "nothing reads one"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
