//! What the settings of both transport services have in common: name servers, logs, addresses.

use super::{conflict, may_manage, readings::address, refused};
use crate::{
    directory::{DnsProtocol, LogFiles, Refusal, Server},
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::Bound,
        nearest::nearest,
        object::{Object, Value},
        parameter::{self, Field},
        value::{Argument, Datum, Reading, shortened},
    },
};

/// `Any`, `UseTcpOnly`, `UseUdpOnly` (DNS-22).
pub(super) const PROTOCOLS: [(&str, DnsProtocol); 3] =
    [("Any", DnsProtocol::Any), ("UseTcpOnly", DnsProtocol::TcpOnly), ("UseUdpOnly", DnsProtocol::UdpOnly)];

pub(super) fn shown_protocol(protocol: DnsProtocol) -> Value {
    PROTOCOLS.iter().find(|(_, known)| *known == protocol).map_or(Value::Null, |(word, _)| Value::text(word))
}

/// A list of name servers.
pub(super) fn servers(known: &[std::net::IpAddr], reading: &Reading<'_>) -> Result<Vec<std::net::IpAddr>, ShellError> {
    reading.list(known, |item| address(reading.name, item))
}

/// The rows of the parameters that both services have, for one of their types.
macro_rules! shared_fields {
    ($service:ty) => {{
        use crate::shell::{
            noun::{readings::span, send_connector::LOGGING, service},
            object::Value,
            parameter::{Field, Kind, Parameter},
            value::{shown_size, shown_timespan},
        };
        const YEARS: u64 = 24_855 * 86_400;
        macro_rules! row {
            ($name:literal, $kind:ident, $validation:literal, $source:literal, $set:expr, $get:expr) => {
                Field::<$service> {
                    parameter: Parameter::new($name, Kind::$kind, $validation, $source),
                    set: $set,
                    get: $get,
                }
            };
        }
        macro_rules! lookup {
            ($servers:literal, $adapter:literal, $protocol:literal, $field:ident) => {
                [
                    row!(
                        $adapter,
                        Boolean,
                        "",
                        "DNS-20, DNS-21",
                        |settings, reading| {
                            settings.$field.adapter_enabled = reading.boolean()?;
                            Ok(())
                        },
                        |settings| Value::Boolean(settings.$field.adapter_enabled)
                    ),
                    row!(
                        $protocol,
                        Word,
                        "Any, UseTcpOnly, UseUdpOnly",
                        "DNS-22",
                        |settings, reading| {
                            settings.$field.protocol = reading.one_of(&service::PROTOCOLS)?;
                            Ok(())
                        },
                        |settings| service::shown_protocol(settings.$field.protocol)
                    ),
                    row!(
                        $servers,
                        List,
                        "addresses, asked in this order while the adapter's are not",
                        "DNS-10, DNS-20, DNS-21, DNS-23, DNS-24",
                        |settings, reading| {
                            settings.$field.servers = service::servers(&settings.$field.servers, reading)?;
                            Ok(())
                        },
                        |settings| Value::list(&settings.$field.servers)
                    ),
                ]
            };
        }
        macro_rules! log {
            ($path:literal, $age:literal, $directory:literal, $file:literal, $field:ident) => {
                [
                    row!(
                        $age,
                        TimeSpan,
                        "00:00:00 (none is too old) to 24855.00:00:00",
                        "LOG-15, LOG-16",
                        |settings, reading| {
                            settings.$field.max_age = span(reading, 0, YEARS)?;
                            Ok(())
                        },
                        |settings| shown_timespan(settings.$field.max_age)
                    ),
                    row!(
                        $directory,
                        Size,
                        "or `unlimited`; not below the size of a file",
                        "LOG-15, LOG-16",
                        |settings, reading| {
                            settings.$field.max_directory_size = reading.size()?;
                            Ok(())
                        },
                        |settings| shown_size(settings.$field.max_directory_size)
                    ),
                    row!(
                        $file,
                        Size,
                        "or `unlimited`",
                        "LOG-15, LOG-16",
                        |settings, reading| {
                            settings.$field.max_file_size = reading.size()?;
                            Ok(())
                        },
                        |settings| shown_size(settings.$field.max_file_size)
                    ),
                    row!(
                        $path,
                        Text,
                        "a folder; `$null`: nothing is logged",
                        "LOG-17, LOG-18",
                        |settings, reading| {
                            settings.$field.path = reading.text()?;
                            Ok(())
                        },
                        |settings| Value::optional(settings.$field.path.as_ref())
                    ),
                ]
            };
        }
        const LOOKUPS: [[Field<$service>; 3]; 2] = [
            lookup!("ExternalDNSServers", "ExternalDNSAdapterEnabled", "ExternalDNSProtocolOption", external_dns),
            lookup!("InternalDNSServers", "InternalDNSAdapterEnabled", "InternalDNSProtocolOption", internal_dns),
        ];
        const LOGS: [[Field<$service>; 4]; 3] = [
            log!("DnsLogPath", "DnsLogMaxAge", "DnsLogMaxDirectorySize", "DnsLogMaxFileSize", dns_log),
            log!(
                "ReceiveProtocolLogPath",
                "ReceiveProtocolLogMaxAge",
                "ReceiveProtocolLogMaxDirectorySize",
                "ReceiveProtocolLogMaxFileSize",
                receive_protocol_log
            ),
            log!(
                "SendProtocolLogPath",
                "SendProtocolLogMaxAge",
                "SendProtocolLogMaxDirectorySize",
                "SendProtocolLogMaxFileSize",
                send_protocol_log
            ),
        ];
        const OTHERS: [Field<$service>; 3] = [
            row!(
                "DnsLogEnabled",
                Boolean,
                "",
                "LOG-23",
                |settings, reading| {
                    settings.dns_log_enabled = reading.boolean()?;
                    Ok(())
                },
                |settings| Value::Boolean(settings.dns_log_enabled)
            ),
            row!(
                "ExternalIPAddress",
                Text,
                "an address, or `$null`",
                "FAIL-26",
                |settings, reading| {
                    settings.external_ip_address = reading.parsed(str::parse)?;
                    Ok(())
                },
                |settings| Value::optional(settings.external_ip_address)
            ),
            row!(
                "IntraOrgConnectorProtocolLoggingLevel",
                Word,
                "None, Verbose",
                "IMP-08, IMP-09",
                |settings, reading| {
                    settings.intra_org_protocol_logging = reading.one_of(&LOGGING)?;
                    Ok(())
                },
                |settings| Value::text(if settings.intra_org_protocol_logging { "Verbose" } else { "None" })
            ),
        ];
        const TABLES: [&[Field<$service>]; 6] = [&LOOKUPS[0], &LOOKUPS[1], &LOGS[0], &LOGS[1], &LOGS[2], &OTHERS];
        TABLES
    }};
}
pub(super) use shared_fields;

const FILE_ABOVE_DIRECTORY: Refusal =
    Refusal::new("log-file-above-directory", "", "a log file may not be larger than its directory may be");

/// What settings of a service can break together.
pub(in crate::shell) const RULES: [Refusal; 1] = [FILE_ABOVE_DIRECTORY];

/// Of a log that may grow larger than its directory may (LOG-16).
pub(super) fn check_logs(context: &Context<'_>, logs: [&LogFiles; 3]) -> Result<(), ShellError> {
    let is_wrong = |log: &&LogFiles| match (log.max_file_size, log.max_directory_size) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(file), Some(directory)) => file > directory,
    };
    if logs.iter().any(is_wrong) { Err(refused(context, FILE_ABOVE_DIRECTORY)) } else { Ok(()) }
}

/// A refusal at the parameter that it is about first, if the command has it.
pub(super) fn at_parameter(context: &Context<'_>, bound: &Bound, refusal: Refusal) -> ShellError {
    let span = bound.find(refusal.parameter).map_or_else(|| context.span.clone(), |given| given.span.clone());
    conflict(refusal, span)
}

/// Changes what the command names.
pub(super) fn apply<T>(
    tables: &[&[Field<T>]],
    settings: &mut T,
    context: &Context<'_>,
    bound: &Bound,
) -> Result<(), ShellError> {
    let directory = &*context.directory;
    for table in tables {
        parameter::apply(table, settings, bound.iter(), |name, argument| Reading { name, argument, directory })?;
    }
    Ok(())
}

/// The server that is meant, if it has the service.
pub(super) fn server(
    context: &Context<'_>,
    identity: &Argument,
    has: fn(&Server) -> bool,
) -> Result<String, ShellError> {
    let wanted = identity.text("Identity")?;
    visible(context, has).find(|server| server.is_named(wanted)).map(|server| server.name.clone()).ok_or_else(|| {
        let suggestions = nearest(wanted, visible(context, has).map(|server| server.name.as_str()));
        let kind = ShellErrorKind::NotFound { what: "server with this service", name: shortened(wanted) };
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })
}

/// What `Get-` gives: the server that is named, or all of them.
pub(super) fn get(
    context: &Context<'_>,
    bound: &Bound,
    has: fn(&Server) -> bool,
    object: impl Fn(&str) -> Option<Object>,
) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let names = match bound.find("Identity").filter(|identity| !identity.is_null()) {
        Some(identity) => vec![server(context, identity, has)?],
        None => visible(context, has).map(|server| server.name.clone()).collect(),
    };
    Ok(Datum::Objects(names.iter().filter_map(|name| object(name)).collect()))
}

/// The servers that the local one can manage: an Edge server itself, a Mailbox server all that are none.
pub(super) fn visible<'a>(context: &'a Context<'_>, has: fn(&Server) -> bool) -> impl Iterator<Item = &'a Server> {
    let local = context.directory.local_server();
    let servers = context.directory.organisation().servers.iter();
    servers
        .filter(move |server| if local.is_edge() { server.name == local.name } else { !server.is_edge() })
        .filter(move |server| has(server))
}
