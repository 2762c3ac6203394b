//! `Add-ADPermission` and `Remove-ADPermission` on a Send connector.

use super::{
    Context, ShellError, ShellErrorKind,
    binding::{
        Bound, Cmdlet,
        Parameter::{self, Switch, Takes},
    },
    convert::{Argument, Datum},
};
use crate::directory::{Entry, Principal, Right};

const PARAMETERS: &[Parameter] =
    &[Switch("Confirm"), Switch("Deny"), Takes("ExtendedRights"), Takes("Identity"), Takes("User"), Switch("WhatIf")];

pub(super) const ADD: Cmdlet =
    Cmdlet { name: "Add-ADPermission", parameters: PARAMETERS, positional: &["Identity"], run: add };

pub(super) const REMOVE: Cmdlet =
    Cmdlet { name: "Remove-ADPermission", parameters: PARAMETERS, positional: &["Identity"], run: remove };

fn add(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let (name, entries) = read(context, bound)?;
    let lines = entries.iter().map(line).collect::<Vec<_>>();
    if !bound.is_on("WhatIf")? {
        for entry in entries {
            context.directory.grant(&name, entry).map_err(|_| not_found(bound, &name))?;
        }
    }
    Ok(Datum::Text(lines.join("\n")))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let (name, entries) = read(context, bound)?;
    if !bound.is_on("WhatIf")? {
        for entry in entries {
            context.directory.revoke(&name, entry).map_err(|_| not_found(bound, &name))?;
        }
    }
    Ok(Datum::Text(String::new()))
}

fn read(context: &Context<'_>, bound: &Bound) -> Result<(String, Vec<Entry>), ShellError> {
    let name = bound.need("Identity")?.text("Identity")?;
    if context.directory.find(name).is_none() {
        return Err(not_found(bound, name));
    }
    let principal = principal(bound.need("User")?)?;
    let deny = bound.is_on("Deny")?;
    let rights = bound.need("ExtendedRights")?;
    if rights.is_null() {
        return Err(rights.bad("ExtendedRights", "at least one right"));
    }
    let entry = |right| Entry { principal, right, deny, inherited: false };
    let entries: Result<Vec<_>, _> = rights.items().into_iter().map(|item| right(item).map(entry)).collect();
    Ok((name.to_owned(), entries?))
}

fn principal(user: &Argument) -> Result<Principal, ShellError> {
    let names = || Principal::ALL.map(Principal::name).join(", ");
    Principal::of_name(user.text("User")?).ok_or_else(|| user.bad("User", format!("one of {}", names())))
}

fn right(item: &Argument) -> Result<Right, ShellError> {
    item.one_of("ExtendedRights", &Right::ALL.map(|right| (right.name(), right)))
}

fn line(entry: &Entry) -> String {
    let sign = if entry.deny { "Deny" } else { "Allow" };
    format!("{}  {sign}  {}", entry.principal.name(), entry.right.name())
}

fn not_found(bound: &Bound, name: &str) -> ShellError {
    let span = bound.find("Identity").map_or_else(|| bound.name_span.clone(), |identity| identity.span.clone());
    ShellError::new(ShellErrorKind::NotFound { name: name.to_owned() }, span)
}
