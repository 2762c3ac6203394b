//! `New-`, `Get-` and `Remove-EdgeSubscription`.
//!
//! On the Edge server `New-EdgeSubscription -FileName` writes a file; on a Mailbox server the same file, by
//! `-FileName` or `-FileData`, makes the subscription. There are no files here: the name alone is remembered.

use super::{may_manage, refused};
use crate::{
    directory::{Automatic, DirectoryError, EdgeSubscription, Refusal},
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        nearest::nearest,
        object::{Object, Value},
        parameter::{COMMON, IDENTITY, Kind, Parameter, Where},
        value::{Argument, Datum, shortened},
    },
};

pub(in crate::shell) const NEW: Cmdlet = Cmdlet {
    name: "New-EdgeSubscription",
    parameters: || {
        let kinds = [
            Parameter::new("CreateInboundSendConnector", Kind::Boolean, "`$true` unless it is given", "EDG-03, EDG-04")
                .only(Where::Mailbox),
            Parameter::new(
                "CreateInternetSendConnector",
                Kind::Boolean,
                "`$true` unless it is given",
                "EDG-02, EDG-04",
            )
            .only(Where::Mailbox),
            Parameter::new("FileData", Kind::Text, "the file that an Edge server has written", "EDG-01")
                .only(Where::Mailbox),
            Parameter::new("FileName", Kind::Text, "the file to write, or that an Edge server has written", "EDG-01"),
            Parameter::new("Force", Kind::Switch, "nothing asks", ""),
            Parameter::new("Site", Kind::Text, "a site; that of the local server unless it is given", "EDG-02, EDG-06")
                .only(Where::Mailbox),
        ];
        [&kinds[..], &COMMON].concat()
    },
    positional: &[],
    mandatory: &[],
    run: new,
};

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-EdgeSubscription",
    parameters: || vec![IDENTITY, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: get,
};

pub(in crate::shell) const REMOVE: Cmdlet = Cmdlet {
    name: "Remove-EdgeSubscription",
    parameters: || [&[IDENTITY, Parameter::new("Force", Kind::Switch, "nothing asks", "")][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: remove,
};

const ALREADY: Refusal = Refusal::new("already-subscribed", "", "the Edge server is subscribed already");
const FILE_NEEDED: Refusal =
    Refusal::new("subscription-file-needed", "", "the file of an Edge server is needed: `-FileName` or `-FileData`");

/// What can stand in the way of a subscription.
pub(in crate::shell) const RULES: [Refusal; 2] = [ALREADY, FILE_NEEDED];

fn new(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let Some((name, file)) = ["FileName", "FileData"].iter().find_map(|name| Some((*name, bound.find(name)?))) else {
        return Err(refused(context, FILE_NEEDED));
    };
    let text = file.text(name)?;
    if context.directory.local_server().is_edge() {
        if !bound.is_on("WhatIf")? {
            context.directory.export_subscription(text);
        }
        let warning = "Once the Edge server is subscribed, its Send connectors and accepted domains are replaced.";
        context.warnings.push(warning.to_owned());
        return Ok(Datum::Null);
    }
    let Some(edge) = context.directory.exporter(text).map(str::to_owned) else {
        return Err(file.bad(name, "a file that an Edge server has written by New-EdgeSubscription -FileName"));
    };
    let site = site(context, bound)?;
    let is_wanted = |name: &'static str| bound.find(name).map_or(Ok(true), |argument| argument.boolean(name));
    let automatic = Automatic {
        inbound: is_wanted("CreateInboundSendConnector")?,
        internet: is_wanted("CreateInternetSendConnector")?,
    };
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Subscribing Edge server \"{edge}\" to site \"{site}\".")));
    }
    context.directory.subscribe(&edge, &site, automatic).map_err(|error| match error {
        DirectoryError::AlreadySubscribed { .. } => refused(context, ALREADY),
        DirectoryError::NameTaken { name } | DirectoryError::NotFound { name } => {
            ShellError::new(ShellErrorKind::NameTaken { what: "a connector", name }, context.span.clone())
        }
    })?;
    Ok(Datum::Objects(vec![object(&EdgeSubscription { server: edge, site })]))
}

fn site(context: &Context<'_>, bound: &Bound) -> Result<String, ShellError> {
    let organisation = context.directory.organisation();
    let Some(argument) = bound.find("Site") else { return Ok(context.directory.local_server().site.clone()) };
    let wanted = argument.text("Site")?;
    organisation.site(wanted).map(str::to_owned).ok_or_else(|| {
        let suggestions = nearest(wanted, organisation.sites.iter().map(String::as_str));
        let kind = ShellErrorKind::NotFound { what: "site", name: shortened(wanted) };
        ShellError { suggestions, ..ShellError::new(kind, argument.span.clone()) }
    })
}

fn get(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let known = context.directory.subscriptions();
    Ok(Datum::Objects(match bound.find("Identity").filter(|identity| !identity.is_null()) {
        Some(identity) => vec![object(&find(context, identity)?)],
        None => known.iter().map(object).collect(),
    }))
}

fn remove(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let subscription = find(context, bound.need("Identity")?)?;
    if bound.is_on("WhatIf")? {
        return Ok(Datum::Printed(format!("What if: Removing the subscription of \"{}\".", subscription.server)));
    }
    bound.confirm()?;
    context.directory.unsubscribe(&subscription.server);
    Ok(Datum::Null)
}

fn find(context: &Context<'_>, identity: &Argument) -> Result<EdgeSubscription, ShellError> {
    let wanted = identity.text("Identity")?;
    let server = context.directory.organisation().server(wanted);
    let known = context.directory.subscriptions().iter();
    let found = known.clone().find(|known| server.is_some_and(|server| server.name == known.server)).cloned();
    found.ok_or_else(|| {
        let suggestions = nearest(wanted, known.map(|known| known.server.as_str()));
        let kind = ShellErrorKind::NotFound { what: "Edge subscription", name: shortened(wanted) };
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })
}

fn object(subscription: &EdgeSubscription) -> Object {
    Object {
        properties: vec![
            ("Identity", Value::text(&subscription.server)),
            ("Name", Value::text(&subscription.server)),
            ("Site", Value::text(&subscription.site)),
        ],
        summary: &["Name", "Site"],
    }
}
