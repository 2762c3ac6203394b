//! `Set-TransportConfig`: what holds for the whole organisation.

use super::{
    Context, ShellError,
    binding::{
        Bound, Cmdlet,
        Parameter::{Switch, Takes},
    },
    convert::{Argument, Datum},
};
use crate::domain::Domain;

pub(super) const SET: Cmdlet = Cmdlet {
    name: "Set-TransportConfig",
    parameters: &[Switch("Confirm"), Takes("DomainController"), Takes("TLSSendDomainSecureList"), Switch("WhatIf")],
    positional: &[],
    run: set,
};

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let mut config = context.directory.transport_config().clone();
    if let Some(argument) = bound.find("TLSSendDomainSecureList") {
        config.tls_send_domain_secure_list = argument.items().into_iter().map(domain).collect::<Result<_, _>>()?;
    }
    if !bound.is_on("WhatIf")? {
        *context.directory.transport_config_mut() = config;
    }
    Ok(Datum::Text(String::new()))
}

/// A domain by name: no wildcard (TLS-22), no address.
fn domain(item: &Argument) -> Result<Domain, ShellError> {
    const NAME: &str = "TLSSendDomainSecureList";
    let domain = Domain::parse(item.text(NAME)?).map_err(|error| item.bad(NAME, format!("a domain; {error}")))?;
    if domain.name().is_some() { Ok(domain) } else { Err(item.bad(NAME, "a domain, not an address")) }
}
