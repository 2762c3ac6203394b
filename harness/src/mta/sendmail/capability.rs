//! What Sendmail can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{Not, Partly, Whole},
};

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 24] = [
    Capability::row("-AddressSpaces", Partly, "rulesets; no two connectors with the same space, for there is no cost"),
    Capability::row("cost of an address space", Not, "the rulesets know patterns alone"),
    Capability::row("-AuthenticationCredential", Whole, "the ruleset authinfo"),
    Capability::row("-CloudServicesMailEnabled", Not, "no field can be renamed"),
    Capability::row("-ConnectionInactivityTimeOut", Partly, "Timeout.*, one for all connectors"),
    Capability::row("-DNSRoutingEnabled", Whole, "the recipient's domain as the host of the mailer"),
    Capability::row("-DomainSecureEnabled", Not, "nothing asks a host to ask for our certificate"),
    Capability::row("-Enabled", Whole, "a connector that is disabled is left out"),
    Capability::row("-ForceHELO", Whole, "the mailer's flag `2`"),
    Capability::row("-Fqdn", Partly, "HeloName, one for all connectors"),
    Capability::row("-IgnoreSTARTTLS", Whole, "the ruleset try_tls"),
    Capability::row("-MaxMessageSize", Whole, "M= of the mailer"),
    Capability::row("-Port", Partly, "the argument of the mailer; no TLS from the first octet at 465"),
    Capability::row("-RequireTLS", Whole, "the ruleset tls_server"),
    Capability::row(
        "-SmartHostAuthMechanism",
        Partly,
        "the rulesets authinfo and tls_rcpt; BasicAuthRequireTLS with an address needs -TlsDomain",
    ),
    Capability::row("-SmartHosts", Partly, "hosts of one preference; they take turns from one queue run to the next"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "m= of the mailer"),
    Capability::row("-TlsAuthLevel CertificateValidation", Whole, "${verify} in tls_server"),
    Capability::row("-TlsAuthLevel DomainValidation", Whole, "the same, with $={cert_altnames}"),
    Capability::row("-TlsDomain", Partly, "a name, but no pattern"),
    Capability::row(
        "-UseExternalDNSServersEnabled",
        Partly,
        "/etc/resolv.conf, where all connectors look in one place",
    ),
    Capability::row(
        "Set-TransportConfig -MaxSendSize",
        Whole,
        "M= of the mailer, where a connector has no smaller limit",
    ),
    Capability::row(
        "ms-Exch-Send-Headers-*",
        Partly,
        "its own Received by a flag; no field can be taken out of a message",
    ),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
