//! `New-`, `Set-`, `Get-` and `Remove-SendConnector`.

mod centre;
mod fields;

pub(super) use fields::LOGGING;

pub(in crate::shell) use fields::FIELDS;
use fields::USAGES;

use super::{conflict, may_manage, readings::object_name, refused};
use crate::{
    connector::{Connector, Routing},
    directory::{DirectoryError, Mechanism, Profile, Refusal, Settings, Usage},
    routing::Pattern,
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        nearest::nearest,
        object::{Object, Value},
        parameter::{self, COMMON, IDENTITY, Kind, Parameter, Where},
        value::{Argument, Datum, Reading},
    },
};

const NAME: Parameter = Parameter::new("Name", Kind::Text, "1 to 64 octets without control characters", "MOD-08");
const FORCE: Parameter = Parameter::new("Force", Kind::Switch, "nothing asks", "");

pub(in crate::shell) const NEW: Cmdlet = Cmdlet {
    name: "New-SendConnector",
    parameters: || {
        let switch = |name| Parameter::new(name, Kind::Switch, "one usage alone", "USE-01, USE-05 to USE-08");
        let mut parameters = changing();
        parameters.extend(USAGES.map(|(name, _)| switch(name)));
        let words = "Custom, Internal, Internet, Partner; one usage alone";
        parameters.push(Parameter::new("Usage", Kind::Word, words, "USE-01, USE-05 to USE-08"));
        parameters
    },
    positional: &["Name"],
    mandatory: &["Name", "AddressSpaces"],
    run: new,
};

// The usage belongs to creation alone (MOD-33, USE-04).
pub(in crate::shell) const SET: Cmdlet = Cmdlet {
    name: "Set-SendConnector",
    parameters: || {
        let mut parameters = changing();
        parameters.push(IDENTITY);
        parameters
    },
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: set,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-SendConnector",
    parameters: || vec![IDENTITY, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: get,
};

pub(in crate::shell) const REMOVE: Cmdlet = Cmdlet {
    name: "Remove-SendConnector",
    parameters: || [&[IDENTITY][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: remove,
};

/// What both `New-` and `Set-` take.
fn changing() -> Vec<Parameter> {
    let mut parameters = parameter::of_fields(&FIELDS);
    parameters.extend([NAME, FORCE]);
    parameters.extend(COMMON);
    parameters
}

const MIXED_SOURCES: Refusal = Refusal::new(
    "mixed-source-servers",
    "SourceTransportServers",
    "source servers are Mailbox servers or Edge servers, not both",
);
const NO_SOURCE: Refusal =
    Refusal::new("no-source-server", "SourceTransportServers", "a connector needs at least one source server");
const NO_TRANSPORT_ROLE: Refusal = Refusal::new(
    "no-transport-role",
    "SourceTransportServers",
    "a connector lives in the Transport service of a Mailbox server or on an Edge server",
);
const SUBSCRIBED: Refusal =
    Refusal::new("edge-subscribed", "", "the connectors of a subscribed Edge server are made in the organisation");
const TWO_USAGES: Refusal =
    Refusal::new("two-usages", "Usage", "a connector has one usage: the switches and `-Usage` exclude each other");

/// The rules that are about a connector's place (MOD-03, MOD-31, SCO-10, EDG-01, USE-07), and those of the graphical
/// centre.
pub(in crate::shell) fn rules() -> Vec<Refusal> {
    let mut rules = vec![MIXED_SOURCES, NO_SOURCE, NO_TRANSPORT_ROLE, SUBSCRIBED, TWO_USAGES];
    rules.extend(centre::RULES);
    rules
}

fn new(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_change(context)?;
    centre::check_creation(context, bound)?;
    let name = object_name(bound.need("Name")?)?;
    let usage = usage(bound)?;
    let mut settings = initial(context, usage);
    if !context.directory.local_server().hosts_connectors() && bound.find("SourceTransportServers").is_none() {
        return Err(refused(context, NO_TRANSPORT_ROLE));
    }
    apply(&mut settings, context, bound)?;
    secure_partner(&mut settings, context, bound);
    let connector = valid(&settings, &name, context, bound)?;
    if let Some(taken) = context.directory.find(&name) {
        let kind = ShellErrorKind::NameTaken { what: "a connector", name: taken.name.clone() };
        return Err(ShellError::new(kind, bound.need("Name")?.span.clone()));
    }
    warn(context, &settings, bound);
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Creating Send connector \"{name}\".")));
    }
    context.directory.insert(connector).map_err(|error| directory_error(context, error))?;
    context.directory.remember(&name, settings);
    context.directory.grant_defaults(&name, usage);
    let found = context.directory.find(&name).map(|connector| object(context, connector));
    Ok(Datum::Objects(found.into_iter().collect()))
}

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_change(context)?;
    let name = existing(context, bound)?;
    let new_name = bound.find("Name").map(object_name).transpose()?;
    let mut settings = known(context, &name);
    apply(&mut settings, context, bound)?;
    let connector = valid(&settings, &name, context, bound)?;
    if let (Some(to), Some(argument)) = (&new_name, bound.find("Name"))
        && let Some(taken) = context.directory.find(to).filter(|taken| taken.name != name)
    {
        let kind = ShellErrorKind::NameTaken { what: "a connector", name: taken.name.clone() };
        return Err(ShellError::new(kind, argument.span.clone()));
    }
    warn(context, &settings, bound);
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Modifying Send connector \"{name}\".")));
    }
    context.directory.update(connector).map_err(|error| directory_error(context, error))?;
    context.directory.remember(&name, settings);
    if let Some(to) = new_name {
        context.directory.rename(&name, &to).map_err(|error| directory_error(context, error))?;
    }
    Ok(Datum::Null)
}

fn get(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    // A null identity is every connector (MOD-35).
    if bound.find("Identity").is_none_or(Argument::is_null) {
        let all = context.directory.connectors().iter().map(|connector| object(context, connector));
        return Ok(Datum::Objects(all.collect()));
    }
    let name = existing(context, bound)?;
    let found = context.directory.find(&name).map(|connector| object(context, connector));
    Ok(Datum::Objects(found.into_iter().collect()))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_change(context)?;
    let name = existing(context, bound)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Removing Send connector \"{name}\".")));
    }
    bound.confirm()?;
    context.directory.remove(&name).map_err(|error| directory_error(context, error))?;
    Ok(Datum::Null)
}

/// Not in the graphical centre of an Edge server (MOD-38), and not on a subscribed one (EDG-01).
fn may_change(context: &Context<'_>) -> Result<(), ShellError> {
    may_manage(context)?;
    let local = context.directory.local_server();
    if local.is_edge() && context.directory.is_subscribed(&local.name) {
        return Err(refused(context, SUBSCRIBED));
    }
    Ok(())
}

/// What a new connector has before its command says more.
fn initial(context: &Context<'_>, usage: Usage) -> Settings {
    let settings = Settings::new(usage);
    let max_message_size = match context.directory.organisation().profile {
        Profile::E2013 => Some(SIZE_2013),
        Profile::E2016 => settings.max_message_size,
    };
    let local = context.directory.local_server().name.clone();
    Settings { max_message_size, source_transport_servers: vec![local], ..settings }
}

/// `-MaxMessageSize` of a new connector in Exchange 2013, in octets: 25 MB for every usage (AMB-01).
const SIZE_2013: u64 = 25 * 1024 * 1024;

/// In 2013 a Partner connector for single domains has mutual TLS, unless it is told otherwise (AMB-03).
fn secure_partner(settings: &mut Settings, context: &Context<'_>, bound: &Bound) {
    let is_single = settings.address_spaces.iter().all(|space| matches!(space.pattern, Pattern::Domain(_)));
    let is_partner = settings.usage == Usage::Partner && context.directory.organisation().profile == Profile::E2013;
    let can = settings.dns_routing_enabled && !settings.ignore_starttls && !settings.frontend_proxy_enabled;
    if is_partner && is_single && can && bound.find("DomainSecureEnabled").is_none() {
        settings.domain_secure_enabled = true;
    }
}

/// The settings of an existing connector.
fn known(context: &Context<'_>, name: &str) -> Settings {
    let remembered = context.directory.settings(name).cloned();
    let of_connector = || context.directory.find(name).map(Settings::of_connector);
    remembered.or_else(of_connector).unwrap_or_else(|| Settings::new(Usage::Custom))
}

/// Changes what the command names, and nothing else.
fn apply(settings: &mut Settings, context: &Context<'_>, bound: &Bound) -> Result<(), ShellError> {
    let directory = &*context.directory;
    parameter::apply(&FIELDS, settings, bound.iter(), |name, argument| Reading { name, argument, directory })
}

/// The connector, if its settings go together, also with where it is.
fn valid(settings: &Settings, name: &str, context: &Context<'_>, bound: &Bound) -> Result<Connector, ShellError> {
    let connector = settings.connector(name).map_err(|refusal| at_parameter(context, bound, refusal))?;
    let organisation = context.directory.organisation();
    let is_edge = |server: &String| organisation.server(server).is_some_and(crate::directory::Server::is_edge);
    let sources = &settings.source_transport_servers;
    if sources.is_empty() {
        return Err(at_parameter(context, bound, NO_SOURCE));
    }
    if sources.iter().any(is_edge) && !sources.iter().all(is_edge) {
        return Err(at_parameter(context, bound, MIXED_SOURCES));
    }
    Ok(connector)
}

/// Points at the parameter to look at first if the command has it, else at the whole command.
fn at_parameter(context: &Context<'_>, bound: &Bound, refusal: Refusal) -> ShellError {
    let span = bound.find(refusal.parameter).map_or_else(|| context.span.clone(), |argument| argument.span.clone());
    conflict(refusal, span)
}

fn warn(context: &mut Context<'_>, settings: &Settings, bound: &Bound) {
    if settings.dns_routing_enabled && settings.smart_host_auth_mechanism != Mechanism::None {
        // A documented example does it, so it is taken (AMB-10).
        let warning = "SmartHostAuthMechanism has no effect while DNSRoutingEnabled is $true.";
        context.warnings.push(warning.to_owned());
    }
    for field in FIELDS.iter().filter(|field| field.parameter.place == Where::In2013) {
        if bound.find(field.parameter.name).is_some() {
            context.warnings.push(format!("{} is deprecated.", field.parameter.name));
        }
    }
}

/// The name as the directory has it.
fn existing(context: &Context<'_>, bound: &Bound) -> Result<String, ShellError> {
    find(context, bound.need("Identity")?)
}

/// The name of the connector that is meant.
pub(super) fn find(context: &Context<'_>, identity: &Argument) -> Result<String, ShellError> {
    let wanted = identity.text("Identity")?;
    let found = context.directory.identify(wanted).map(|connector| connector.name.clone());
    found.ok_or_else(|| {
        let names = context.directory.connectors().iter().map(|connector| connector.name.as_str());
        let suggestions = nearest(wanted, names);
        let kind = ShellErrorKind::NotFound { what: "connector", name: crate::shell::value::shortened(wanted) };
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })
}

/// What `Get-SendConnector` gives of a connector.
fn object(context: &Context<'_>, connector: &Connector) -> Object {
    let directory = &*context.directory;
    let of_connector;
    let settings = match directory.settings(&connector.name) {
        Some(settings) => settings,
        None => {
            of_connector = Settings::of_connector(connector);
            &of_connector
        }
    };
    let local = directory.local_server();
    let identity = if local.is_edge() { format!("{}\\{}", local.name, connector.name) } else { connector.name.clone() };
    let hosts = match &connector.routing {
        Routing::SmartHosts(hosts) => hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        Routing::Dns => String::new(),
    };
    let mut properties = parameter::shown(&FIELDS, settings);
    let is_2013 = directory.organisation().profile == Profile::E2013;
    properties.retain(|(name, _)| is_2013 || !["IsCoexistenceConnector", "LinkedReceiveConnector"].contains(name));
    properties.extend([
        ("Guid", Value::optional(directory.guid(&connector.name))),
        ("Identity", Value::Text(identity)),
        ("Name", Value::text(&connector.name)),
        ("SmartHostsString", Value::Text(hosts)),
        ("Usage", fields::usage(settings)),
    ]);
    properties.sort_by_key(|(name, _)| *name);
    Object { properties, summary: &["Identity", "AddressSpaces", "Enabled"] }
}

/// One of the four switches, or `-Usage`: they exclude each other (USE-05, USE-07).
fn usage(bound: &Bound) -> Result<Usage, ShellError> {
    let mut found = None;
    let named = match bound.find("Usage") {
        Some(argument) => Some(argument.one_of("Usage", &USAGES)?),
        None => None,
    };
    for (name, usage) in USAGES {
        let Some(argument) = bound.find(name) else { continue };
        if bound.is_on(name)? {
            if found.is_some() || named.is_some() {
                return Err(conflict(TWO_USAGES, argument.span.clone()));
            }
            found = Some(usage);
        }
    }
    Ok(found.or(named).unwrap_or_default())
}

fn directory_error(context: &Context<'_>, error: DirectoryError) -> ShellError {
    let kind = match error {
        DirectoryError::NameTaken { name } => ShellErrorKind::NameTaken { what: "a connector", name },
        DirectoryError::AlreadySubscribed { server: name, .. } | DirectoryError::NotFound { name } => {
            ShellErrorKind::NotFound { what: "connector", name }
        }
    };
    ShellError::new(kind, context.span.clone())
}
