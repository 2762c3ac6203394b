//! `New-`, `Set-`, `Get-` and `Remove-AcceptedDomain`.

use super::{conflict, may_manage, readings::object_name};
use crate::{
    directory::{AcceptedDomain, DomainType, Refusal},
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        nearest::nearest,
        object::{Object, Value},
        parameter::{COMMON, IDENTITY, Kind, Parameter},
        value::{Argument, Datum, shortened},
    },
};

const NAME: Parameter = Parameter::new("Name", Kind::Text, "1 to 64 octets without control characters", "SEL-26");
const DOMAIN_NAME: Parameter =
    Parameter::new("DomainName", Kind::Text, "`contoso.com`, or `*.contoso.com` for subdomains, too", "SEL-25, SEL-26");
const DOMAIN_TYPE: Parameter =
    Parameter::new("DomainType", Kind::Word, "Authoritative, ExternalRelay, InternalRelay", "ADR-11, SEL-26");
const MAKE_DEFAULT: Parameter = Parameter::new("MakeDefault", Kind::Boolean, "`$true`", "");

pub(in crate::shell) const NEW: Cmdlet = Cmdlet {
    name: "New-AcceptedDomain",
    parameters: || [&[NAME, DOMAIN_NAME, DOMAIN_TYPE][..], &COMMON].concat(),
    positional: &["Name"],
    mandatory: &["Name", "DomainName"],
    run: new,
};

pub(in crate::shell) const SET: Cmdlet = Cmdlet {
    name: "Set-AcceptedDomain",
    parameters: || [&[IDENTITY, NAME, DOMAIN_TYPE, MAKE_DEFAULT][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: set,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-AcceptedDomain",
    parameters: || vec![IDENTITY, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: get,
};

pub(in crate::shell) const REMOVE: Cmdlet = Cmdlet {
    name: "Remove-AcceptedDomain",
    parameters: || [&[IDENTITY][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: remove,
};

const DEFAULT_STAYS: Refusal =
    Refusal::new("default-domain", "Identity", "the default accepted domain cannot be removed: make another one it");
const ONLY_TRUE: Refusal =
    Refusal::new("default-domain", "MakeDefault", "a domain stops being the default one when another one becomes it");

/// What two accepted domains, or two settings of one, can break together.
pub(in crate::shell) const RULES: [Refusal; 1] = [DEFAULT_STAYS];

fn new(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let name = object_name(bound.need("Name")?)?;
    let argument = bound.need("DomainName")?;
    let read = AcceptedDomain::read(argument.text("DomainName")?);
    let (domain, with_subdomains) = read.map_err(|error| argument.bad("DomainName", error.to_string()))?;
    if domain.name().is_none() {
        return Err(argument.bad("DomainName", "a name, not an address"));
    }
    let mut accepted = context.directory.accepted_domains().to_vec();
    let taken = accepted.iter().find(|known| {
        known.name.eq_ignore_ascii_case(&name) || (known.domain == domain && known.with_subdomains == with_subdomains)
    });
    if let Some(taken) = taken {
        let kind = ShellErrorKind::NameTaken { what: "an accepted domain", name: taken.name.clone() };
        return Err(ShellError::new(kind, bound.need("Name")?.span.clone()));
    }
    let kind = kind(bound)?.unwrap_or_default();
    let is_default = accepted.is_empty();
    let domain = AcceptedDomain { name, domain, with_subdomains, kind, is_default };
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Creating accepted domain \"{}\".", domain.name)));
    }
    let shown = object(&domain);
    accepted.push(domain);
    context.directory.set_accepted_domains(accepted);
    Ok(Datum::Objects(vec![shown]))
}

fn set(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let at = find(context, bound.need("Identity")?)?;
    let mut accepted = context.directory.accepted_domains().to_vec();
    if let Some(argument) = bound.find("Name") {
        let name = object_name(argument)?;
        let taken = accepted.iter().position(|known| known.name.eq_ignore_ascii_case(&name));
        if taken.is_some_and(|taken| taken != at) {
            let kind = ShellErrorKind::NameTaken { what: "an accepted domain", name };
            return Err(ShellError::new(kind, argument.span.clone()));
        }
        accepted[at].name = name;
    }
    if let Some(kind) = kind(bound)? {
        accepted[at].kind = kind;
    }
    if let Some(argument) = bound.find("MakeDefault") {
        if !argument.boolean("MakeDefault")? {
            return Err(conflict(ONLY_TRUE, argument.span.clone()));
        }
        for (index, domain) in accepted.iter_mut().enumerate() {
            domain.is_default = index == at;
        }
    }
    if !bound.is_on("WhatIf")? {
        context.directory.set_accepted_domains(accepted);
    }
    Ok(Datum::Null)
}

fn get(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let accepted = context.directory.accepted_domains();
    Ok(Datum::Objects(match bound.find("Identity").filter(|identity| !identity.is_null()) {
        Some(identity) => vec![object(&accepted[find(context, identity)?])],
        None => accepted.iter().map(object).collect(),
    }))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let identity = bound.need("Identity")?;
    let at = find(context, identity)?;
    let mut accepted = context.directory.accepted_domains().to_vec();
    if accepted[at].is_default && accepted.len() > 1 {
        return Err(conflict(DEFAULT_STAYS, identity.span.clone()));
    }
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Removing accepted domain \"{}\".", accepted[at].name)));
    }
    bound.confirm()?;
    accepted.remove(at);
    context.directory.set_accepted_domains(accepted);
    Ok(Datum::Null)
}

fn kind(bound: &Bound) -> Result<Option<DomainType>, ShellError> {
    bound.find("DomainType").map(|argument| argument.one_of("DomainType", &DomainType::WORDS)).transpose()
}

/// The place of the domain that is meant, by name or by domain.
fn find(context: &Context<'_>, identity: &Argument) -> Result<usize, ShellError> {
    let wanted = identity.text("Identity")?;
    let accepted = context.directory.accepted_domains();
    let is_meant = |domain: &AcceptedDomain| {
        domain.name.eq_ignore_ascii_case(wanted) || domain.to_string().eq_ignore_ascii_case(wanted)
    };
    accepted.iter().position(is_meant).ok_or_else(|| {
        let suggestions = nearest(wanted, accepted.iter().map(|domain| domain.name.as_str()));
        let kind = ShellErrorKind::NotFound { what: "accepted domain", name: shortened(wanted) };
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })
}

fn object(domain: &AcceptedDomain) -> Object {
    Object {
        properties: vec![
            ("Default", Value::Boolean(domain.is_default)),
            ("DomainName", Value::text(domain)),
            ("DomainType", Value::text(domain.kind.name())),
            ("Identity", Value::text(&domain.name)),
            ("Name", Value::text(&domain.name)),
        ],
        summary: &["Name", "DomainName", "DomainType", "Default"],
    }
}
