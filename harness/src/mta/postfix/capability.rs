//! What Postfix can be asked for. `README.md` beside this file says the same at more length.

use crate::mta::capability::{
    Capability,
    Extent::{self, Not, Partly, Whole},
};

const fn row(setting: &'static str, extent: Extent, how: &'static str) -> Capability {
    Capability { setting, extent, how }
}

/// Every setting of a connector, as the pages write it.
pub const CAPABILITIES: [Capability; 27] = [
    row("-AddressSpaces", Partly, "transport_maps; no two connectors with the same space, for there is no cost"),
    row("cost of an address space", Not, "the transport table knows patterns alone"),
    row("-AuthenticationCredential", Whole, "smtp_sasl_password_maps"),
    row("-CloudServicesMailEnabled", Whole, "smtp_header_checks with REPLACE"),
    row("-ConnectionInactivityTimeOut", Whole, "the smtp_*_timeout of each step"),
    row("-DNSRoutingEnabled", Whole, "an empty next hop in the transport table"),
    row("-DomainSecureEnabled", Partly, "smtp_tls_policy_maps; the host need not ask for our certificate"),
    row("-Enabled", Whole, "a connector that is disabled is left out"),
    row("-ForceHELO", Whole, "smtp_never_send_ehlo"),
    row("-Fqdn", Whole, "smtp_helo_name"),
    row("-IgnoreSTARTTLS", Whole, "smtp_tls_security_level = none"),
    row("-MaxMessageSize", Partly, "message_size_limit, one for all connectors, applied when a message comes in"),
    row("-Port", Whole, "in the next hop; 465 with TLS required is smtp_tls_wrappermode"),
    row("-RequireTLS", Whole, "smtp_tls_security_level = encrypt"),
    row(
        "-SmartHostAuthMechanism",
        Partly,
        "smtp_sasl_auth_enable; BasicAuthRequireTLS with an address needs -TlsDomain",
    ),
    row("-SmartHosts", Partly, "next hops in the order given: they do not take turns"),
    row("-SmtpMaxMessagesPerConnection", Whole, "smtp_connection_reuse_count_limit, one less"),
    row("-TlsAuthLevel CertificateValidation", Whole, "secure, with any name of a world"),
    row("-TlsAuthLevel DomainValidation", Partly, "secure; no name can be asked of a smart host that is an address"),
    row("-TlsDomain", Whole, "smtp_tls_secure_cert_match"),
    row("-UseExternalDNSServersEnabled", Partly, "/etc/resolv.conf, where all connectors look in one place"),
    row("Set-TransportConfig -MaxSendSize", Whole, "message_size_limit, where a connector has no smaller limit"),
    row("Set-TransportService -ExternalDNS*, -InternalDNS*", Partly, "/etc/resolv.conf; not over UDP alone"),
    row("ms-Exch-Send-Headers-*", Whole, "smtp_header_checks with IGNORE; a journal report by REPLACE"),
    row(
        "an accepted domain that is relayed, or a second server",
        Not,
        "one server, and every accepted domain is its own",
    ),
    row("a list of revoked certificates", Not, "nothing reads one"),
    row("a change of connectors at run time", Not, "the configuration is that of the start"),
];
