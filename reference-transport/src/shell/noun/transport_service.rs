//! `Set-TransportService` and `Get-TransportService`.

use super::{
    readings::{DAY, span},
    service::{apply, at_parameter, check_logs, get as get_servers, server, shared_fields},
};
use crate::{
    directory::{Refusal, Role, Server, TransportService},
    shell::{
        Context, ShellError,
        binding::{Bound, Cmdlet},
        noun::may_manage,
        object::{Object, Value},
        parameter::{self, COMMON, Field, IDENTITY, Kind, Parameter},
        value::{Datum, Reading, shown_limit, shown_timespan},
    },
};

pub(in crate::shell) const SET: Cmdlet = Cmdlet {
    name: "Set-TransportService",
    parameters: || {
        let mut parameters: Vec<_> = FIELDS.iter().flat_map(|table| parameter::of_fields(table)).collect();
        parameters.push(IDENTITY);
        parameters.extend(COMMON);
        parameters
    },
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: set,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-TransportService",
    parameters: || vec![IDENTITY, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: |context, bound| {
        let directory = &*context.directory;
        get_servers(context, bound, has, |name| Some(object(name, directory.transport_service_of(name)?)))
    },
};

const PER_DOMAIN_ABOVE_ALL: Refusal = Refusal::new(
    "per-domain-above-total",
    "MaxPerDomainOutboundConnections",
    "`MaxPerDomainOutboundConnections` may not exceed `MaxOutboundConnections`",
);

/// What settings can break together.
pub(in crate::shell) const RULES: [Refusal; 1] = [PER_DOMAIN_ABOVE_ALL];

const fn field(
    parameter: Parameter,
    set: fn(&mut TransportService, &Reading<'_>) -> Result<(), ShellError>,
    get: fn(&TransportService) -> Value,
) -> Field<TransportService> {
    Field { parameter, set, get }
}

const OWN: [Field<TransportService>; 8] = [
    field(
        Parameter::new("DelayNotificationTimeout", Kind::TimeSpan, "00:00:01 to 30.00:00:00", "FAIL-15"),
        |settings, reading| {
            settings.delay_notification_timeout = span(reading, 1, 30 * DAY)?;
            Ok(())
        },
        |settings| shown_timespan(settings.delay_notification_timeout),
    ),
    field(
        Parameter::new("MaxOutboundConnections", Kind::Number, "1 to 2147483647, or `unlimited`", "FAIL-27"),
        |settings, reading| {
            settings.max_outbound_connections = reading.limit(1..2_147_483_648)?;
            Ok(())
        },
        |settings| shown_limit(settings.max_outbound_connections),
    ),
    field(
        Parameter::new(
            "MaxPerDomainOutboundConnections",
            Kind::Number,
            "1 to 2147483647, or `unlimited`; not above MaxOutboundConnections",
            "FAIL-27, FAIL-28, AMB-29",
        ),
        |settings, reading| {
            settings.max_per_domain_outbound_connections = reading.limit(1..2_147_483_648)?;
            Ok(())
        },
        |settings| shown_limit(settings.max_per_domain_outbound_connections),
    ),
    field(
        Parameter::new("MessageExpirationTimeout", Kind::TimeSpan, "00:00:05 to 90.00:00:00", "FAIL-14"),
        |settings, reading| {
            settings.message_expiration_timeout = span(reading, 5, 90 * DAY)?;
            Ok(())
        },
        |settings| shown_timespan(settings.message_expiration_timeout),
    ),
    field(
        Parameter::new("MessageRetryInterval", Kind::TimeSpan, "00:00:01 to 1.00:00:00", "FAIL-13, AMB-29"),
        |settings, reading| {
            settings.message_retry_interval = span(reading, 1, DAY)?;
            Ok(())
        },
        |settings| shown_timespan(settings.message_retry_interval),
    ),
    field(
        Parameter::new("OutboundConnectionFailureRetryInterval", Kind::TimeSpan, "00:00:01 to 20.00:00:00", "FAIL-11"),
        |settings, reading| {
            settings.outbound_connection_failure_retry_interval = span(reading, 1, 20 * DAY)?;
            Ok(())
        },
        |settings| shown_timespan(settings.outbound_connection_failure_retry_interval),
    ),
    field(
        Parameter::new("TransientFailureRetryCount", Kind::Number, "0 to 15; 0 skips the stage", "FAIL-10, FAIL-12"),
        |settings, reading| {
            settings.transient_failure_retry_count = reading.number(0..16)?;
            Ok(())
        },
        |settings| Value::Number(settings.transient_failure_retry_count.into()),
    ),
    field(
        Parameter::new("TransientFailureRetryInterval", Kind::TimeSpan, "00:00:01 to 12:00:00", "FAIL-10"),
        |settings, reading| {
            settings.transient_failure_retry_interval = span(reading, 1, DAY / 2)?;
            Ok(())
        },
        |settings| shown_timespan(settings.transient_failure_retry_interval),
    ),
];

const SHARED: [&[Field<TransportService>]; 6] = shared_fields!(TransportService);

/// Every setting.
pub(in crate::shell) const FIELDS: [&[Field<TransportService>]; 7] =
    [&OWN, SHARED[0], SHARED[1], SHARED[2], SHARED[3], SHARED[4], SHARED[5]];

fn has(server: &Server) -> bool {
    // What is said of the log covers Mailbox Transport Submission, too (IMP-09), so its server can be named.
    let roles = [Role::Edge, Role::MailboxTransport, Role::Transport];
    roles.iter().any(|role| server.roles.contains(role))
}

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let name = server(context, bound.need("Identity")?, has)?;
    let mut settings = context.directory.transport_service_of(&name).cloned().unwrap_or_default();
    apply(&FIELDS, &mut settings, context, bound)?;
    let all = settings.max_outbound_connections;
    let per_domain = settings.max_per_domain_outbound_connections;
    if all.is_some_and(|all| per_domain.is_none_or(|per_domain| per_domain > all)) {
        return Err(at_parameter(context, bound, PER_DOMAIN_ABOVE_ALL));
    }
    check_logs(context, [&settings.dns_log, &settings.receive_protocol_log, &settings.send_protocol_log])?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Modifying the Transport service of \"{name}\".")));
    }
    if let Some(known) = context.directory.transport_service_of_mut(&name) {
        *known = settings;
    }
    Ok(Datum::Null)
}

fn object(name: &str, settings: &TransportService) -> Object {
    let mut properties: Vec<_> = FIELDS.iter().flat_map(|table| parameter::shown(table, settings)).collect();
    properties.extend([("Identity", Value::text(name)), ("Name", Value::text(name))]);
    properties.sort_by_key(|(name, _)| *name);
    Object { properties, summary: &["Name", "MaxOutboundConnections", "MaxPerDomainOutboundConnections"] }
}
