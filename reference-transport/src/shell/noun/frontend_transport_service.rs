//! `Set-FrontendTransportService` and `Get-FrontendTransportService`.

use super::{
    readings::{DAY, span},
    service::{apply, check_logs, get as get_servers, server, shared_fields},
};
use crate::{
    directory::{FrontendTransportService, Role, Server},
    shell::{
        Context, ShellError,
        binding::{Bound, Cmdlet},
        noun::may_manage,
        object::{Object, Value},
        parameter::{self, COMMON, Field, IDENTITY, Kind, Parameter},
        value::{Datum, shown_timespan},
    },
};

pub(in crate::shell) const SET: Cmdlet = Cmdlet {
    name: "Set-FrontendTransportService",
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
    name: "Get-FrontendTransportService",
    parameters: || vec![IDENTITY, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: |context, bound| {
        let directory = &*context.directory;
        get_servers(context, bound, has, |name| Some(object(name, directory.frontend_transport_service_of(name)?)))
    },
};

const OWN: [Field<FrontendTransportService>; 2] = [
    Field {
        parameter: Parameter::new("TransientFailureRetryCount", Kind::Number, "0 to 15", "FAIL-12"),
        set: |settings, reading| {
            settings.transient_failure_retry_count = reading.number(0..16)?;
            Ok(())
        },
        get: |settings| Value::Number(settings.transient_failure_retry_count.into()),
    },
    Field {
        parameter: Parameter::new("TransientFailureRetryInterval", Kind::TimeSpan, "00:00:01 to 12:00:00", "FAIL-10"),
        set: |settings, reading| {
            settings.transient_failure_retry_interval = span(reading, 1, DAY / 2)?;
            Ok(())
        },
        get: |settings| shown_timespan(settings.transient_failure_retry_interval),
    },
];

const SHARED: [&[Field<FrontendTransportService>]; 6] = shared_fields!(FrontendTransportService);

/// Every setting.
pub(in crate::shell) const FIELDS: [&[Field<FrontendTransportService>]; 7] =
    [&OWN, SHARED[0], SHARED[1], SHARED[2], SHARED[3], SHARED[4], SHARED[5]];

fn has(server: &Server) -> bool {
    server.roles.contains(&Role::FrontEnd)
}

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let name = server(context, bound.need("Identity")?, has)?;
    let profile = context.directory.organisation().profile;
    let known = context.directory.frontend_transport_service_of(&name).cloned();
    let mut settings = known.unwrap_or_else(|| FrontendTransportService::new(profile));
    apply(&FIELDS, &mut settings, context, bound)?;
    check_logs(context, [&settings.dns_log, &settings.receive_protocol_log, &settings.send_protocol_log])?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Modifying the Front End Transport service of \"{name}\".")));
    }
    if let Some(known) = context.directory.frontend_transport_service_of_mut(&name) {
        *known = settings;
    }
    Ok(Datum::Null)
}

fn object(name: &str, settings: &FrontendTransportService) -> Object {
    let mut properties: Vec<_> = FIELDS.iter().flat_map(|table| parameter::shown(table, settings)).collect();
    properties.extend([("Identity", Value::text(name)), ("Name", Value::text(name))]);
    properties.sort_by_key(|(name, _)| *name);
    Object { properties, summary: &["Name", "ExternalDNSServers", "InternalDNSServers"] }
}
