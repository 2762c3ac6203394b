//! What Postfix can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{Not, Partly, Whole},
};

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 27] = [
    Capability::row(
        "-AddressSpaces",
        Partly,
        "transport_maps; no two connectors with the same space, for there is no cost",
    ),
    Capability::row("cost of an address space", Not, "the transport table knows patterns alone"),
    Capability::row("-AuthenticationCredential", Whole, "smtp_sasl_password_maps"),
    Capability::row("-CloudServicesMailEnabled", Whole, "smtp_header_checks with REPLACE"),
    Capability::row("-ConnectionInactivityTimeOut", Whole, "the smtp_*_timeout of each step"),
    Capability::row("-DNSRoutingEnabled", Whole, "an empty next hop in the transport table"),
    Capability::row("-DomainSecureEnabled", Partly, "smtp_tls_policy_maps; the host need not ask for our certificate"),
    Capability::row("-Enabled", Whole, "a connector that is disabled is left out"),
    Capability::row("-ForceHELO", Whole, "smtp_never_send_ehlo"),
    Capability::row("-Fqdn", Whole, "smtp_helo_name"),
    Capability::row("-IgnoreSTARTTLS", Whole, "smtp_tls_security_level = none"),
    Capability::row(
        "-MaxMessageSize",
        Partly,
        "message_size_limit, one for all connectors, applied when a message comes in",
    ),
    Capability::row("-Port", Whole, "in the next hop; 465 with TLS required is smtp_tls_wrappermode"),
    Capability::row("-RequireTLS", Whole, "smtp_tls_security_level = encrypt"),
    Capability::row(
        "-SmartHostAuthMechanism",
        Partly,
        "smtp_sasl_auth_enable; BasicAuthRequireTLS with an address needs -TlsDomain",
    ),
    Capability::row("-SmartHosts", Partly, "next hops in the order given: they do not take turns"),
    Capability::row("-SmtpMaxMessagesPerConnection", Whole, "smtp_connection_reuse_count_limit, one less"),
    Capability::row("-TlsAuthLevel CertificateValidation", Whole, "secure, with any name of a world"),
    Capability::row(
        "-TlsAuthLevel DomainValidation",
        Partly,
        "secure; no name can be asked of a smart host that is an address",
    ),
    Capability::row("-TlsDomain", Whole, "smtp_tls_secure_cert_match"),
    Capability::row(
        "-UseExternalDNSServersEnabled",
        Partly,
        "/etc/resolv.conf, where all connectors look in one place",
    ),
    Capability::row(
        "Set-TransportConfig -MaxSendSize",
        Whole,
        "message_size_limit, where a connector has no smaller limit",
    ),
    Capability::row(
        "Set-TransportService -ExternalDNS*, -InternalDNS*",
        Partly,
        "/etc/resolv.conf; not over UDP alone",
    ),
    Capability::row("ms-Exch-Send-Headers-*", Whole, "smtp_header_checks with IGNORE; a journal report by REPLACE"),
    Capability::row(
        "an accepted domain that is relayed, or a second server",
        Not,
        "one server, and every accepted domain is its own",
    ),
    Capability::row("a list of revoked certificates", Not, "nothing reads one"),
    Capability::row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
