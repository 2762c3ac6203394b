//! Every parameter of `New-SendConnector` and `Set-SendConnector`: what it takes, and how it is shown.

use crate::{
    connector::{ErrorPolicy, TlsAuthLevel},
    directory::{Mechanism, Settings, Usage},
    routing::{AddressSpace, Side},
    shell::{
        ShellError,
        noun::readings::{DAY, domain_name, smart_host, span, tls_domain},
        object::Value,
        parameter::{Field, Kind, Parameter, Where},
        value::{Datum, Reading, shown_size, shown_timespan},
    },
    tls::CertificateName,
};

const MECHANISMS: [(&str, Mechanism); 5] = [
    ("None", Mechanism::None),
    ("BasicAuth", Mechanism::BasicAuth),
    ("BasicAuthRequireTLS", Mechanism::BasicAuthRequireTls),
    ("ExchangeServer", Mechanism::ExchangeServer),
    ("ExternalAuthoritative", Mechanism::ExternalAuthoritative),
];

const LEVELS: [(&str, TlsAuthLevel); 3] = [
    ("CertificateValidation", TlsAuthLevel::CertificateValidation),
    ("DomainValidation", TlsAuthLevel::DomainValidation),
    ("EncryptionOnly", TlsAuthLevel::EncryptionOnly),
];

const POLICIES: [(&str, Option<ErrorPolicy>); 4] = [
    ("Default", None),
    ("DowngradeCustomFailures", Some(ErrorPolicy::DowngradeCustomFailures)),
    ("DowngradeDnsFailures", Some(ErrorPolicy::DowngradeDnsFailures)),
    ("UpgradeCustomFailures", Some(ErrorPolicy::UpgradeCustomFailures)),
];

/// The usage types, by their words (USE-01).
pub(super) const USAGES: [(&str, Usage); 4] = [
    ("Custom", Usage::Custom),
    ("Internal", Usage::Internal),
    ("Internet", Usage::Internet),
    ("Partner", Usage::Partner),
];

fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> Value {
    words.iter().find(|(_, known)| known == value).map_or(Value::Null, |(word, _)| Value::text(word))
}

/// `None` or `Verbose`.
pub(in crate::shell::noun) const LOGGING: [(&str, bool); 2] = [("None", false), ("Verbose", true)];

const fn field(
    parameter: Parameter,
    set: fn(&mut Settings, &Reading<'_>) -> Result<(), ShellError>,
    get: fn(&Settings) -> Value,
) -> Field<Settings> {
    Field { parameter, set, get }
}

/// What a command names of these is set, all are shown, in this order.
pub(in crate::shell) const FIELDS: [Field<Settings>; 31] = [
    field(
        Parameter::new(
            "AddressSpaces",
            Kind::List,
            "`type:space;cost`, cost 1 to 100; SMTP: `*`, `contoso.com`, `*.contoso.com`, on an Edge server `--`; X400: \
             an address of RFC 1685; other types: any text",
            "MOD-08, ADR-01 to ADR-17",
        ),
        set_address_spaces,
        |settings| Value::list(&settings.address_spaces),
    ),
    field(
        Parameter::new("AuthenticationCredential", Kind::Credential, "", "AUT-04"),
        set_credential,
        // A password is shown to nobody (AUT-24).
        |settings| Value::optional(settings.authentication_credential.as_ref().map(|known| &known.user)),
    ),
    field(
        Parameter::new("CloudServicesMailEnabled", Kind::Boolean, "", "MOD-43"),
        |settings, reading| {
            settings.cloud_services_mail_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.cloud_services_mail_enabled),
    ),
    field(
        Parameter::new("Comment", Kind::Text, "without control characters", ""),
        |settings, reading| {
            settings.comment = reading.text()?.unwrap_or_default();
            Ok(())
        },
        |settings| Value::text(&settings.comment),
    ),
    field(
        Parameter::new("ConnectionInactivityTimeOut", Kind::TimeSpan, "00:00:01 to 1.00:00:00", "MOD-21"),
        |settings, reading| {
            settings.connection_inactivity_timeout = span(reading, 1, DAY)?;
            Ok(())
        },
        |settings| shown_timespan(settings.connection_inactivity_timeout),
    ),
    field(
        Parameter::new("ConnectorType", Kind::Word, "Default, XPremises", "MOD-43"),
        |settings, reading| {
            settings.cross_premises = reading.one_of(&[("Default", false), ("XPremises", true)])?;
            Ok(())
        },
        |settings| Value::text(if settings.cross_premises { "XPremises" } else { "Default" }),
    ),
    field(
        Parameter::new("DNSRoutingEnabled", Kind::Boolean, "`$false` needs SmartHosts", "MOD-11, MOD-12, MOD-13"),
        |settings, reading| {
            settings.dns_routing_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.dns_routing_enabled),
    ),
    field(
        Parameter::new(
            "DomainSecureEnabled",
            Kind::Boolean,
            "needs DNS routing; not with IgnoreSTARTTLS or FrontendProxyEnabled",
            "TLS-21, TLS-24, TLS-25",
        ),
        |settings, reading| {
            settings.domain_secure_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.domain_secure_enabled),
    ),
    field(
        Parameter::new("Enabled", Kind::Boolean, "", "MOD-09, MOD-10"),
        |settings, reading| {
            settings.enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.enabled),
    ),
    field(
        Parameter::new(
            "ErrorPolicies",
            Kind::List,
            "Default, DowngradeDnsFailures, DowngradeCustomFailures, UpgradeCustomFailures",
            "MOD-42, FAIL-20 to FAIL-22",
        ),
        set_error_policies,
        |settings| match settings.error_policies[..] {
            [] => Value::text("Default"),
            _ => {
                let names = settings.error_policies.iter().map(|policy| word(&POLICIES, &Some(*policy)).to_string());
                Value::Text(names.collect::<Vec<_>>().join(", "))
            }
        },
    ),
    field(
        Parameter::new("ForceHELO", Kind::Boolean, "", "MOD-23"),
        |settings, reading| {
            settings.force_helo = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.force_helo),
    ),
    field(
        Parameter::new("Fqdn", Kind::Text, "a name; `$null`: the server's own", "MOD-24, MOD-25"),
        |settings, reading| {
            settings.fqdn = domain_name(reading)?;
            Ok(())
        },
        |settings| Value::optional(settings.fqdn.as_ref()),
    ),
    field(
        Parameter::new("FrontendProxyEnabled", Kind::Boolean, "", "MOD-16, MOD-17, FEP-01, FEP-02")
            .only(Where::Mailbox),
        |settings, reading| {
            settings.frontend_proxy_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.frontend_proxy_enabled),
    ),
    field(
        Parameter::new("IgnoreSTARTTLS", Kind::Boolean, "not with RequireTLS", "TLS-05, TLS-06"),
        |settings, reading| {
            settings.ignore_starttls = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.ignore_starttls),
    ),
    field(
        Parameter::new("IsCoexistenceConnector", Kind::Boolean, "", "MOD-18").only(Where::In2013),
        |settings, reading| {
            settings.is_coexistence_connector = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.is_coexistence_connector),
    ),
    field(
        Parameter::new("IsScopedConnector", Kind::Boolean, "", "MOD-15, SCO-01, SCO-02, SCO-12").only(Where::Mailbox),
        |settings, reading| {
            settings.is_scoped_connector = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.is_scoped_connector),
    ),
    field(
        Parameter::new("LinkedReceiveConnector", Kind::Text, "", "MOD-19").only(Where::In2013),
        |settings, reading| {
            settings.linked_receive_connector = reading.text()?;
            Ok(())
        },
        |settings| Value::optional(settings.linked_receive_connector.as_ref()),
    ),
    field(
        Parameter::new(
            "MaxMessageSize",
            Kind::Size,
            "0 to 2147483647 bytes, with B, KB, MB, GB or TB, rounded up to the next KB, or `unlimited`",
            "MOD-41, USE-08, USE-09, AMB-01",
        ),
        |settings, reading| {
            settings.max_message_size = reading.size()?;
            Ok(())
        },
        |settings| shown_size(settings.max_message_size),
    ),
    field(
        Parameter::new("Port", Kind::Number, "0 to 65535; for smart hosts", "MOD-20, AMB-14"),
        |settings, reading| {
            settings.port = u16::try_from(reading.number(0..65_536)?).unwrap_or(u16::MAX);
            Ok(())
        },
        |settings| Value::Number(settings.port.into()),
    ),
    field(
        Parameter::new("ProtocolLoggingLevel", Kind::Word, "None, Verbose", "MOD-26, LOG-01"),
        |settings, reading| {
            settings.protocol_logging = reading.one_of(&LOGGING)?;
            Ok(())
        },
        |settings| word(&LOGGING, &settings.protocol_logging),
    ),
    field(
        Parameter::new("RequireOorg", Kind::Boolean, "reserved", "MOD-43"),
        |settings, reading| {
            settings.require_oorg = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.require_oorg),
    ),
    field(
        Parameter::new("RequireTLS", Kind::Boolean, "not with IgnoreSTARTTLS", "MOD-27, TLS-06, TLS-07"),
        |settings, reading| {
            settings.require_tls = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.require_tls),
    ),
    field(
        Parameter::new(
            "SmartHostAuthMechanism",
            Kind::Word,
            "None, BasicAuth, BasicAuthRequireTLS, ExchangeServer, ExternalAuthoritative; no effect while \
             DNSRoutingEnabled is `$true`",
            "AUT-01 to AUT-06, AUT-09, AUT-14, AUT-17, AMB-10",
        ),
        |settings, reading| {
            settings.smart_host_auth_mechanism = reading.one_of(&MECHANISMS)?;
            Ok(())
        },
        |settings| word(&MECHANISMS, &settings.smart_host_auth_mechanism),
    ),
    field(
        Parameter::new(
            "SmartHosts",
            Kind::List,
            "addresses and names; needs DNSRoutingEnabled `$false`",
            "MOD-07, MOD-12, MOD-32, SMH-02 to SMH-07",
        ),
        |settings, reading| {
            let hosts = reading.list(&settings.smart_hosts, |item| smart_host(reading.name, item))?;
            settings.smart_hosts = hosts;
            Ok(())
        },
        |settings| Value::list(&settings.smart_hosts),
    ),
    field(
        Parameter::new("SmtpMaxMessagesPerConnection", Kind::Number, "1 to 2147483647", "MOD-22"),
        |settings, reading| {
            settings.smtp_max_messages_per_connection = reading.number(1..2_147_483_648)?;
            Ok(())
        },
        |settings| Value::Number(settings.smtp_max_messages_per_connection.into()),
    ),
    field(
        Parameter::new("SourceIPAddress", Kind::Text, "an address of the server; 0.0.0.0: any", "MOD-29")
            .only(Where::Edge),
        |settings, reading| {
            let address: Option<std::net::IpAddr> = reading.parsed(str::parse)?;
            settings.source_ip_address = address.filter(|address| !address.is_unspecified());
            Ok(())
        },
        |settings| settings.source_ip_address.map_or_else(|| Value::text("0.0.0.0"), Value::text),
    ),
    field(
        Parameter::new(
            "SourceTransportServers",
            Kind::List,
            "servers with the Transport role, or subscribed Edge servers, not both; at least one",
            "MOD-14, MOD-30, MOD-31, MOD-32, SCO-06 to SCO-10",
        )
        .only(Where::Mailbox),
        |settings, reading| {
            let servers = reading.list(&settings.source_transport_servers, |item| server(reading, item))?;
            settings.source_transport_servers = servers;
            Ok(())
        },
        |settings| Value::list(&settings.source_transport_servers),
    ),
    field(
        Parameter::new(
            "TlsAuthLevel",
            Kind::Word,
            "EncryptionOnly, CertificateValidation, DomainValidation; needs RequireTLS",
            "TLS-09 to TLS-14, AMB-21",
        ),
        |settings, reading| {
            let level = if reading.argument.is_null() { None } else { Some(reading.one_of(&LEVELS)?) };
            settings.tls_auth_level = level;
            Ok(())
        },
        |settings| settings.tls_auth_level.map_or(Value::Null, |level| word(&LEVELS, &level)),
    ),
    field(
        Parameter::new("TlsCertificateName", Kind::Text, "`<I>issuer<S>subject`", "TLS-26, TLS-27, AMB-35"),
        |settings, reading| {
            let read = |text: &str| {
                let name = CertificateName::parse(text).map(|_| text.to_owned());
                name.ok_or("`<I>issuer<S>subject` is needed")
            };
            settings.tls_certificate_name = reading.parsed(read)?;
            Ok(())
        },
        |settings| Value::optional(settings.tls_certificate_name.as_ref()),
    ),
    field(
        Parameter::new(
            "TlsDomain",
            Kind::Text,
            "a domain or `*.contoso.com`; for DomainValidation",
            "TLS-12 to TLS-15",
        ),
        |settings, reading| {
            settings.tls_domain = tls_domain(reading)?;
            Ok(())
        },
        |settings| Value::optional(settings.tls_domain.as_ref()),
    ),
    field(
        Parameter::new("UseExternalDNSServersEnabled", Kind::Boolean, "", "MOD-28, DNS-19, AMB-19"),
        |settings, reading| {
            settings.use_external_dns_servers_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.use_external_dns_servers_enabled),
    ),
];

/// What `Get-SendConnector` shows beside the fields.
pub(super) fn usage(settings: &Settings) -> Value {
    word(&USAGES, &settings.usage)
}

fn set_address_spaces(settings: &mut Settings, reading: &Reading<'_>) -> Result<(), ShellError> {
    let place = if reading.directory.local_server().is_edge() { Side::Edge } else { Side::Mailbox };
    settings.address_spaces = reading.list(&settings.address_spaces, |item| {
        let space = AddressSpace::parse_for(item.text(reading.name)?, place);
        space.map_err(|error| item.bad(reading.name, error.to_string()))
    })?;
    Ok(())
}

fn set_credential(settings: &mut Settings, reading: &Reading<'_>) -> Result<(), ShellError> {
    settings.authentication_credential = match &reading.argument.datum {
        Datum::Credential(credential) => Some(credential.clone()),
        Datum::Null => None,
        _ => return Err(reading.argument.bad(reading.name, "a credential: New-Object PSCredential(...)")),
    };
    Ok(())
}

fn set_error_policies(settings: &mut Settings, reading: &Reading<'_>) -> Result<(), ShellError> {
    let mut policies = Vec::new();
    for item in reading.argument.items() {
        policies.extend(item.one_of(reading.name, &POLICIES)?);
    }
    policies.sort_unstable();
    policies.dedup();
    settings.error_policies = policies;
    Ok(())
}

/// A server that can be a source server, by the name that the organisation has for it.
fn server(reading: &Reading<'_>, item: &crate::shell::value::Argument) -> Result<String, ShellError> {
    let Some(server) = reading.directory.organisation().server(item.text(reading.name)?) else {
        return Err(item.bad(reading.name, "a server of the organisation"));
    };
    let can = server.hosts_connectors() && (!server.is_edge() || reading.directory.is_subscribed(&server.name));
    if can {
        return Ok(server.name.clone());
    }
    // A connector lives in a Transport service or on an Edge server, and nowhere else (MOD-03).
    Err(item.bad(reading.name, "a server with the Transport role, or a subscribed Edge server"))
}
