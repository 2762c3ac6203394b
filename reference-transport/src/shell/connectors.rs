//! `New-SendConnector`, `Set-SendConnector` and `Remove-SendConnector`.

use std::net::IpAddr;

use super::{
    Context, ShellError, ShellErrorKind,
    binding::{
        Bound, Cmdlet,
        Parameter::{Switch, Takes},
    },
    convert::{Argument, Datum},
};
use crate::{
    connector::{Connector, SmartHost, TlsAuthLevel},
    directory::{DirectoryError, Mechanism, Refusal, Settings, Usage},
    domain::Domain,
    tls::CertificateName,
};

/// What both cmdlets take, and what is their own.
macro_rules! parameters {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            Takes("AddressSpaces"),
            Takes("AuthenticationCredential"),
            Takes("CloudServicesMailEnabled"),
            Takes("Comment"),
            Switch("Confirm"),
            Takes("ConnectionInactivityTimeOut"),
            Takes("ConnectorType"),
            Takes("DNSRoutingEnabled"),
            Takes("DomainController"),
            Takes("DomainSecureEnabled"),
            Takes("Enabled"),
            Takes("ErrorPolicies"),
            Switch("Force"),
            Takes("ForceHELO"),
            Takes("Fqdn"),
            Takes("FrontendProxyEnabled"),
            Takes("IgnoreSTARTTLS"),
            Takes("IsScopedConnector"),
            Takes("MaxMessageSize"),
            Takes("Name"),
            Takes("Port"),
            Takes("ProtocolLoggingLevel"),
            Takes("RequireOorg"),
            Takes("RequireTLS"),
            Takes("SmartHostAuthMechanism"),
            Takes("SmartHosts"),
            Takes("SmtpMaxMessagesPerConnection"),
            Takes("SourceIPAddress"),
            Takes("SourceTransportServers"),
            Takes("TlsAuthLevel"),
            Takes("TlsCertificateName"),
            Takes("TlsDomain"),
            Takes("UseExternalDNSServersEnabled"),
            Switch("WhatIf"),
        ]
    };
}

pub(super) const NEW: Cmdlet = Cmdlet {
    name: "New-SendConnector",
    parameters: parameters![
        Switch("Custom"),
        Switch("Internal"),
        Switch("Internet"),
        Switch("Partner"),
        Takes("Usage"),
    ],
    positional: &["Name"],
    run: new,
};

// The usage belongs to creation alone (MOD-33, USE-04).
pub(super) const SET: Cmdlet = Cmdlet {
    name: "Set-SendConnector",
    parameters: parameters![Takes("Identity")],
    positional: &["Identity"],
    run: set,
};

pub(super) const REMOVE: Cmdlet = Cmdlet {
    name: "Remove-SendConnector",
    parameters: &[Switch("Confirm"), Takes("DomainController"), Takes("Identity"), Switch("WhatIf")],
    positional: &["Identity"],
    run: remove,
};

const USAGES: [(&str, Usage); 4] = [
    ("Custom", Usage::Custom),
    ("Internal", Usage::Internal),
    ("Internet", Usage::Internet),
    ("Partner", Usage::Partner),
];

fn new(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = read_name(bound.need("Name")?)?;
    bound.need("AddressSpaces")?;
    let mut settings = Settings::new(usage(bound)?);
    apply(&mut settings, bound)?;
    let connector = settings.connector(&name).map_err(|refusal| conflict(context, bound, &refusal))?;
    let printed = print(&connector, &settings);
    if let Some(taken) = context.directory.find(&name) {
        let kind = ShellErrorKind::NameTaken { name: taken.name.clone() };
        return Err(ShellError::new(kind, bound.need("Name")?.span.clone()));
    }
    if !bound.is_on("WhatIf")? {
        context.directory.insert(connector).map_err(|error| directory_error(context, error))?;
        context.directory.remember(&name, settings);
    }
    Ok(Datum::Text(printed))
}

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = existing(context, bound)?;
    if let Some(new_name) = bound.find("Name").filter(|new_name| new_name.text("Name") != Ok(&name)) {
        return Err(not_yet("Name", new_name));
    }
    let known = context.directory.settings(&name).cloned();
    let of_connector = || context.directory.find(&name).map(Settings::of_connector);
    let mut settings = known.or_else(of_connector).unwrap_or_else(|| Settings::new(Usage::Custom));
    apply(&mut settings, bound)?;
    let connector = settings.connector(&name).map_err(|refusal| conflict(context, bound, &refusal))?;
    if !bound.is_on("WhatIf")? {
        context.directory.update(connector).map_err(|error| directory_error(context, error))?;
        context.directory.remember(&name, settings);
    }
    Ok(Datum::Text(String::new()))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = existing(context, bound)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Text(String::new()));
    }
    // Without `-Confirm:$false` Exchange asks, and nobody is there to say yes (MOD-36).
    if bound.find("Confirm").is_none() || bound.is_on("Confirm")? {
        let rule = "removal asks for confirmation: `-Confirm:$false` answers it".to_owned();
        return Err(ShellError::new(ShellErrorKind::Conflict { rule }, bound.name_span.clone()));
    }
    context.directory.remove(&name).map_err(|error| directory_error(context, error))?;
    Ok(Datum::Text(String::new()))
}

/// The name as the directory has it.
fn existing(context: &Context<'_>, bound: &Bound) -> Result<String, ShellError> {
    let identity = bound.need("Identity")?;
    let name = identity.text("Identity")?;
    let kind = ShellErrorKind::NotFound { name: name.to_owned() };
    let known = context.directory.find(name).map(|connector| connector.name.clone());
    known.ok_or_else(|| {
        let names = context.directory.connectors().iter().map(|connector| connector.name.as_str());
        let suggestions = super::nearest::nearest(name, names);
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })
}

fn print(connector: &Connector, settings: &Settings) -> String {
    let spaces: Vec<_> = connector.address_spaces.iter().map(ToString::to_string).collect();
    let enabled = if connector.enabled { "True" } else { "False" };
    let mut text = format!("{}  {{{}}}  {enabled}", connector.name, spaces.join(", "));
    if settings.dns_routing_enabled && settings.smart_host_auth_mechanism != Mechanism::None {
        // A documented example does it, so it is taken (AMB-10).
        text.push_str("\nWARNING: SmartHostAuthMechanism has no effect while DNSRoutingEnabled is $true.");
    }
    text
}

/// One of the four switches, or `-Usage`: they exclude each other (USE-05, USE-07).
fn usage(bound: &Bound) -> Result<Usage, ShellError> {
    let mut found = None;
    let named = match bound.find("Usage") {
        Some(argument) => Some((argument.one_of("Usage", &USAGES)?, argument)),
        None => None,
    };
    let switches = USAGES.iter().filter_map(|(name, usage)| Some((name, *usage, bound.find(name)?)));
    for (name, usage, argument) in switches {
        if bound.is_on(name)? {
            if found.is_some() || named.is_some() {
                let rule = "a connector has one usage: the switches and `-Usage` exclude each other".to_owned();
                return Err(ShellError::new(ShellErrorKind::Conflict { rule }, argument.span.clone()));
            }
            found = Some(usage);
        }
    }
    Ok(found.or(named.map(|(usage, _)| usage)).unwrap_or_default())
}

/// Changes what the command names, and nothing else.
fn apply(settings: &mut Settings, bound: &Bound) -> Result<(), ShellError> {
    for (name, argument) in bound.iter() {
        let known = apply_routing(settings, name, argument)? || apply_session(settings, name, argument)?;
        if !known {
            check_default(name, argument)?;
        }
    }
    Ok(())
}

fn apply_routing(settings: &mut Settings, name: &'static str, argument: &Argument) -> Result<bool, ShellError> {
    match name {
        "AddressSpaces" => {
            let read = |item: &Argument| item.text(name)?.parse().map_err(|error| item.bad(name, format!("{error}")));
            settings.address_spaces = argument.items().into_iter().map(read).collect::<Result<_, _>>()?;
        }
        "Comment" => settings.comment = optional_text(name, argument)?.unwrap_or_default(),
        "DNSRoutingEnabled" => settings.dns_routing_enabled = argument.boolean(name)?,
        "Enabled" => settings.enabled = argument.boolean(name)?,
        "MaxMessageSize" => settings.max_message_size = argument.size(name)?,
        "Port" => settings.port = u16::try_from(argument.number(name, 0..65_536)?).unwrap_or(u16::MAX),
        "SmartHosts" => {
            let hosts = argument.items().into_iter().map(|item| smart_host(name, item));
            settings.smart_hosts = hosts.collect::<Result<_, _>>()?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn apply_session(settings: &mut Settings, name: &'static str, argument: &Argument) -> Result<bool, ShellError> {
    match name {
        "AuthenticationCredential" => {
            settings.authentication_credential = match &argument.datum {
                Datum::Credential(credential) => Some(credential.clone()),
                Datum::Null => None,
                _ => return Err(argument.bad(name, "a credential: New-Object PSCredential(...)")),
            }
        }
        "ConnectionInactivityTimeOut" => {
            settings.connection_inactivity_timeout = argument.timespan(name, 1..86_401)?;
        }
        "DomainSecureEnabled" => settings.domain_secure_enabled = argument.boolean(name)?,
        "ForceHELO" => settings.force_helo = argument.boolean(name)?,
        "Fqdn" => settings.fqdn = domain_name(name, argument)?,
        "IgnoreSTARTTLS" => settings.ignore_starttls = argument.boolean(name)?,
        "ProtocolLoggingLevel" => {
            settings.protocol_logging = argument.one_of(name, &[("None", false), ("Verbose", true)])?;
        }
        "SourceIPAddress" => settings.source_ip_address = source_address(name, argument)?,
        "RequireTLS" => settings.require_tls = argument.boolean(name)?,
        "SmartHostAuthMechanism" => settings.smart_host_auth_mechanism = mechanism(name, argument)?,
        "SmtpMaxMessagesPerConnection" => {
            let number = argument.number(name, 1..2_147_483_648)?;
            settings.smtp_max_messages_per_connection = u32::try_from(number).unwrap_or(u32::MAX);
        }
        "TlsAuthLevel" => settings.tls_auth_level = tls_auth_level(name, argument)?,
        "TlsCertificateName" => settings.tls_certificate_name = certificate_name(name, argument)?,
        "TlsDomain" => settings.tls_domain = tls_domain(name, argument)?,
        "UseExternalDNSServersEnabled" => settings.use_external_dns_servers_enabled = argument.boolean(name)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// What the transport does not act on is taken at its default, so that nobody relies on what does not happen.
fn check_default(name: &'static str, argument: &Argument) -> Result<(), ShellError> {
    let is_default = match name {
        "CloudServicesMailEnabled" | "FrontendProxyEnabled" | "IsScopedConnector" | "RequireOorg" => {
            !argument.boolean(name)?
        }
        "ConnectorType" | "ErrorPolicies" => argument.text(name)?.eq_ignore_ascii_case("Default"),
        "DomainController" | "SourceTransportServers" => argument.is_null(),
        // Identity, Name, switches: somebody else has read them.
        _ => true,
    };
    if is_default { Ok(()) } else { Err(not_yet(name, argument)) }
}

fn read_name(argument: &Argument) -> Result<String, ShellError> {
    let name = argument.text("Name")?;
    if name.is_empty() || name.len() > 64 || name.chars().any(char::is_control) {
        return Err(argument.bad("Name", "1 to 64 octets without control characters"));
    }
    Ok(name.to_owned())
}

fn optional_text(name: &'static str, argument: &Argument) -> Result<Option<String>, ShellError> {
    if argument.is_null() { Ok(None) } else { argument.text(name).map(|text| Some(text.to_owned())) }
}

fn domain_name(name: &'static str, argument: &Argument) -> Result<Option<String>, ShellError> {
    let Some(text) = optional_text(name, argument)? else { return Ok(None) };
    let domain = Domain::parse(&text).map_err(|error| argument.bad(name, format!("{error}")))?;
    match domain.name() {
        Some(domain) => Ok(Some(domain.to_owned())),
        None => Err(argument.bad(name, "a name, not an address")),
    }
}

/// `<I>issuer<S>subject` (TLS-27).
fn certificate_name(name: &'static str, argument: &Argument) -> Result<Option<String>, ShellError> {
    let Some(text) = optional_text(name, argument)? else { return Ok(None) };
    match CertificateName::parse(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(argument.bad(name, "`<I>issuer<S>subject`")),
    }
}

/// An address to connect from; 0.0.0.0 and :: leave it open.
fn source_address(name: &'static str, argument: &Argument) -> Result<Option<IpAddr>, ShellError> {
    let address: IpAddr = argument.text(name)?.parse().map_err(|_| argument.bad(name, "an address"))?;
    Ok((!address.is_unspecified()).then_some(address))
}

/// A domain, or every subdomain of one: `*.contoso.com` (TLS-15).
fn tls_domain(name: &'static str, argument: &Argument) -> Result<Option<String>, ShellError> {
    let Some(text) = optional_text(name, argument)? else { return Ok(None) };
    let Some(rest) = text.strip_prefix("*.") else { return domain_name(name, argument) };
    let rest = Argument { datum: Datum::Text(rest.to_owned()), span: argument.span.clone() };
    Ok(domain_name(name, &rest)?.map(|domain| format!("*.{domain}")))
}

/// An address, with or without brackets, or a name (SMH-03 to SMH-06).
fn smart_host(name: &'static str, item: &Argument) -> Result<SmartHost, ShellError> {
    let text = item.text(name)?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Ok(SmartHost::Address(address));
    }
    // Four numbers with dots are a mistyped address, not a name.
    if bare.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.') {
        return Err(item.bad(name, "an address or a name"));
    }
    let domain = Domain::parse(text).map_err(|error| item.bad(name, format!("an address or a name; {error}")))?;
    match (domain.address(), domain.name()) {
        (Some(address), _) => Ok(SmartHost::Address(address)),
        (None, Some(host)) => Ok(SmartHost::Name(host.to_owned())),
        (None, None) => Err(item.bad(name, "an address or a name")),
    }
}

fn mechanism(name: &'static str, argument: &Argument) -> Result<Mechanism, ShellError> {
    let words = [
        ("None", Mechanism::None),
        ("BasicAuth", Mechanism::BasicAuth),
        ("BasicAuthRequireTLS", Mechanism::BasicAuthRequireTls),
        ("ExchangeServer", Mechanism::ExchangeServer),
        ("ExternalAuthoritative", Mechanism::ExternalAuthoritative),
    ];
    argument.one_of(name, &words)
}

fn tls_auth_level(name: &'static str, argument: &Argument) -> Result<Option<TlsAuthLevel>, ShellError> {
    if argument.is_null() {
        return Ok(None);
    }
    let words = [
        ("CertificateValidation", TlsAuthLevel::CertificateValidation),
        ("DomainValidation", TlsAuthLevel::DomainValidation),
        ("EncryptionOnly", TlsAuthLevel::EncryptionOnly),
    ];
    argument.one_of(name, &words).map(Some)
}

fn not_yet(parameter: &'static str, argument: &Argument) -> ShellError {
    ShellError::new(ShellErrorKind::NotYet { parameter }, argument.span.clone())
}

/// Points at the parameter to look at first if the command has it, else at the whole command.
fn conflict(context: &Context<'_>, bound: &Bound, refusal: &Refusal) -> ShellError {
    let span = bound.find(refusal.parameter).map_or_else(|| context.span.clone(), |argument| argument.span.clone());
    ShellError::new(ShellErrorKind::Conflict { rule: refusal.rule.to_owned() }, span)
}

fn directory_error(context: &Context<'_>, error: DirectoryError) -> ShellError {
    let kind = match error {
        DirectoryError::NameTaken { name } => ShellErrorKind::NameTaken { name },
        DirectoryError::NotFound { name } => ShellErrorKind::NotFound { name },
    };
    ShellError::new(kind, context.span.clone())
}
