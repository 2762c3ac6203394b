//! `Set-TransportConfig` and `Get-TransportConfig`.

use super::{may_manage, readings::domain, service::apply};
use crate::{
    directory::TransportConfig,
    domain::Mailbox,
    shell::{
        Context, ShellError,
        binding::{Bound, Cmdlet},
        object::{Object, Value},
        parameter::{self, COMMON, Field, Kind, Parameter},
        value::{Datum, Reading, shown_limit, shown_size},
    },
};

pub(in crate::shell) const SET: Cmdlet = Cmdlet {
    name: "Set-TransportConfig",
    parameters: || [&parameter::of_fields(&FIELDS)[..], &COMMON].concat(),
    positional: &[],
    mandatory: &[],
    run: set,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-TransportConfig",
    parameters: || vec![COMMON[1]],
    positional: &[],
    mandatory: &[],
    run: |context, _| {
        may_manage(context)?;
        let properties = parameter::shown(&FIELDS, context.directory.transport_config());
        Ok(Datum::Objects(vec![Object {
            properties,
            summary: &["MaxSendSize", "MaxReceiveSize", "TLSSendDomainSecureList"],
        }]))
    },
};

const fn field(
    parameter: Parameter,
    set: fn(&mut TransportConfig, &Reading<'_>) -> Result<(), ShellError>,
    get: fn(&TransportConfig) -> Value,
) -> Field<TransportConfig> {
    Field { parameter, set, get }
}

/// Every setting.
pub(in crate::shell) const FIELDS: [Field<TransportConfig>; 8] = [
    field(
        Parameter::new("ExternalDelayDsnEnabled", Kind::Boolean, "", "FAIL-15"),
        |settings, reading| {
            settings.external_delay_dsn_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.external_delay_dsn_enabled),
    ),
    field(
        Parameter::new("ExternalPostmasterAddress", Kind::Text, "a mailbox, or `$null`", "FAIL-19"),
        |settings, reading| {
            settings.external_postmaster_address = reading.parsed(Mailbox::parse)?;
            Ok(())
        },
        |settings| Value::optional(settings.external_postmaster_address.as_ref()),
    ),
    field(
        Parameter::new("InternalDelayDsnEnabled", Kind::Boolean, "", "FAIL-15"),
        |settings, reading| {
            settings.internal_delay_dsn_enabled = reading.boolean()?;
            Ok(())
        },
        |settings| Value::Boolean(settings.internal_delay_dsn_enabled),
    ),
    field(
        Parameter::new("MaxReceiveSize", Kind::Size, "0 to 2147483647 bytes, or `unlimited`", "SIZ-11"),
        |settings, reading| {
            settings.max_receive_size = reading.size()?;
            Ok(())
        },
        |settings| shown_size(settings.max_receive_size),
    ),
    field(
        Parameter::new("MaxRecipientEnvelopeLimit", Kind::Number, "0 to 2147483647, or `unlimited`", ""),
        |settings, reading| {
            settings.max_recipient_envelope_limit = reading.limit(0..2_147_483_648)?;
            Ok(())
        },
        |settings| shown_limit(settings.max_recipient_envelope_limit),
    ),
    field(
        Parameter::new("MaxSendSize", Kind::Size, "0 to 2147483647 bytes, or `unlimited`", "SIZ-10, SIZ-11, AMB-37"),
        |settings, reading| {
            settings.max_send_size = reading.size()?;
            Ok(())
        },
        |settings| shown_size(settings.max_send_size),
    ),
    field(
        Parameter::new("TLSReceiveDomainSecureList", Kind::List, "domains without wildcards", "TLS-22"),
        |settings, reading| {
            let known = &settings.tls_receive_domain_secure_list;
            settings.tls_receive_domain_secure_list = reading.list(known, |item| domain(reading.name, item))?;
            Ok(())
        },
        |settings| Value::list(&settings.tls_receive_domain_secure_list),
    ),
    field(
        Parameter::new("TLSSendDomainSecureList", Kind::List, "domains without wildcards", "TLS-22, TLS-23"),
        |settings, reading| {
            let known = &settings.tls_send_domain_secure_list;
            settings.tls_send_domain_secure_list = reading.list(known, |item| domain(reading.name, item))?;
            Ok(())
        },
        |settings| Value::list(&settings.tls_send_domain_secure_list),
    ),
];

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let mut settings = context.directory.transport_config().clone();
    apply(&[&FIELDS], &mut settings, context, bound)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed("What if: Modifying the transport configuration.".to_owned()));
    }
    context.directory.set_transport_config(settings);
    Ok(Datum::Null)
}
