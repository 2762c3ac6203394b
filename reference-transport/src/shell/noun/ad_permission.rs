//! `Get-`, `Add-` and `Remove-ADPermission` on a Send connector.

use super::{may_manage, send_connector};
use crate::{
    directory::{Entry, Principal, Refusal, Right},
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        noun::conflict,
        object::{Object, Value},
        parameter::{COMMON, IDENTITY, Kind, Parameter},
        value::{Argument, Datum, shortened},
    },
};

const USER: Parameter = Parameter::new(
    "User",
    Kind::Text,
    "a principal of Send connectors, or `Domain\\account` for any other",
    "PRM-01 to PRM-05, PRM-08, PRM-12",
);
const RIGHTS: Parameter = Parameter::new(
    "ExtendedRights",
    Kind::List,
    "ms-Exch-Send-Headers-Forest, ms-Exch-Send-Headers-Organization, ms-Exch-Send-Headers-Routing, \
     ms-Exch-SMTP-Send-Exch50, ms-Exch-SMTP-Send-XShadow",
    "PRM-06, PRM-08",
);
const DENY: Parameter = Parameter::new("Deny", Kind::Switch, "", "PRM-10");
const OWNER: Parameter = Parameter::new("Owner", Kind::Switch, "not with User", "PRM-11");

pub(in crate::shell) const ADD: Cmdlet = Cmdlet {
    name: "Add-ADPermission",
    parameters: || [&[IDENTITY, USER, RIGHTS, DENY][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity", "User", "ExtendedRights"],
    run: add,
};

pub(in crate::shell) const REMOVE: Cmdlet = Cmdlet {
    name: "Remove-ADPermission",
    parameters: || [&[IDENTITY, USER, RIGHTS, DENY][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity", "User", "ExtendedRights"],
    run: remove,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-ADPermission",
    parameters: || vec![IDENTITY, USER, OWNER, COMMON[1]],
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: get,
};

const USER_AND_OWNER: Refusal = Refusal::new("user-and-owner", "Owner", "`User` and `Owner` exclude each other");

/// What two parameters can break together.
pub(in crate::shell) const RULES: [Refusal; 1] = [USER_AND_OWNER];

fn add(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = begin(context, bound)?;
    let rights = rights(bound)?;
    let user = bound.need("User")?;
    let account = account(user)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Adding permissions on \"{name}\".")));
    }
    let principal = context.directory.principal(&account);
    let entries: Vec<_> = rights.into_iter().map(|right| entry(principal, right, bound)).collect::<Result<_, _>>()?;
    for entry in &entries {
        context.directory.grant(&name, *entry).map_err(|_| gone(context, &name))?;
    }
    Ok(Datum::Objects(entries.into_iter().map(|entry| object(context, &name, entry)).collect()))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = begin(context, bound)?;
    let rights = rights(bound)?;
    let account = account(bound.need("User")?)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Removing permissions on \"{name}\".")));
    }
    // Who was never named has nothing to lose.
    if let Some(principal) = context.directory.known_principal(&account) {
        for right in rights {
            let entry = entry(principal, right, bound)?;
            context.directory.revoke(&name, entry).map_err(|_| gone(context, &name))?;
        }
    }
    Ok(Datum::Null)
}

fn get(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let name = begin(context, bound)?;
    let is_owner = bound.is_on("Owner")?;
    if let (true, Some(argument)) = (is_owner && bound.find("User").is_some(), bound.find("Owner")) {
        return Err(conflict(USER_AND_OWNER, argument.span.clone()));
    }
    if is_owner {
        return Ok(Datum::Objects(vec![owner(&name)]));
    }
    let wanted = bound.find("User").map(account).transpose()?;
    let mut rows: Vec<_> = context.directory.permissions().entries(&name).collect();
    if let Some(account) = &wanted {
        let principal = context.directory.known_principal(account);
        rows.retain(|entry| Some(entry.principal) == principal);
    }
    let mut objects: Vec<_> = rows.into_iter().map(|entry| object(context, &name, entry)).collect();
    if wanted.is_none_or(|account| account.eq_ignore_ascii_case(MANAGERS)) {
        objects.push(managers(&name));
    }
    Ok(Datum::Objects(objects))
}

fn begin(context: &Context<'_>, bound: &Bound) -> Result<String, ShellError> {
    may_manage(context)?;
    send_connector::find(context, bound.need("Identity")?)
}

fn rights(bound: &Bound) -> Result<Vec<Right>, ShellError> {
    let rights = bound.need("ExtendedRights")?;
    if rights.is_null() {
        return Err(rights.bad("ExtendedRights", "at least one right"));
    }
    let words = Right::ALL.map(|right| (right.name(), right));
    rights.items().into_iter().map(|item| item.one_of("ExtendedRights", &words)).collect()
}

/// A well-known principal, or `Domain\account`.
fn account(user: &Argument) -> Result<String, ShellError> {
    let name = user.text("User")?;
    let is_account = name.split_once('\\').is_some_and(|(domain, account)| {
        let is_part =
            |part: &str| !part.is_empty() && part.len() <= 256 && !part.chars().any(|c| c.is_control() || c == '\\');
        is_part(domain) && is_part(account)
    });
    if Principal::of_name(name).is_some() || is_account {
        return Ok(name.to_owned());
    }
    let names = Principal::ALL.map(Principal::name).join(", ");
    Err(user.bad("User", format!("`Domain\\account`, or one of {names}")))
}

fn entry(principal: Principal, right: Right, bound: &Bound) -> Result<Entry, ShellError> {
    Ok(Entry { principal, right, deny: bound.is_on("Deny")?, inherited: false })
}

const SUMMARY: &[&str] = &["Identity", "User", "Deny", "IsInherited"];

fn object(context: &Context<'_>, connector: &str, entry: Entry) -> Object {
    row(
        connector,
        context.directory.principal_name(entry.principal),
        [entry.deny, entry.inherited],
        [&["ExtendedRight"], &[entry.right.name()]],
    )
}

/// The administrators, whose full control stands at the organisation and is inherited (MOD-39).
const MANAGERS: &str = "SENDER\\Organization Management";

fn managers(connector: &str) -> Object {
    row(connector, MANAGERS, [false, true], [&["GenericAll"], &[]])
}

fn row(connector: &str, user: &str, [deny, inherited]: [bool; 2], [access, extended]: [&[&str]; 2]) -> Object {
    Object {
        properties: vec![
            ("AccessRights", Value::list(access)),
            ("Deny", Value::Boolean(deny)),
            ("ExtendedRights", Value::list(extended)),
            ("Identity", Value::text(connector)),
            ("IsInherited", Value::Boolean(inherited)),
            ("User", Value::text(user)),
        ],
        summary: SUMMARY,
    }
}

fn owner(connector: &str) -> Object {
    let properties = vec![("Identity", Value::text(connector)), ("Owner", Value::text(MANAGERS))];
    Object { properties, summary: &["Identity", "Owner"] }
}

fn gone(context: &Context<'_>, name: &str) -> ShellError {
    let kind = ShellErrorKind::NotFound { what: "connector", name: shortened(name) };
    ShellError::new(kind, context.span.clone())
}
