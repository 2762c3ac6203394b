//! `Retry-Queue`, `Suspend-Queue` and `Resume-Queue`: what an administrator asks of queues.

use super::may_manage;
use crate::{
    directory::{QueueOrder, QueueWish},
    shell::{
        Context, ShellError,
        binding::{Bound, Cmdlet},
        parameter::{COMMON, Kind, Parameter},
        value::Datum,
    },
};

const QUEUE: Parameter =
    Parameter::new("Identity", Kind::Text, "the next hop, `Server\\next hop`, or `Unreachable`", "FAIL-17, SEL-24");

pub(in crate::shell) const RETRY: Cmdlet = Cmdlet {
    name: "Retry-Queue",
    parameters: || [&[QUEUE, Parameter::new("Resubmit", Kind::Boolean, "", "FAIL-16")][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: |context, bound| {
        let wish = if bound.is_on("Resubmit")? { QueueWish::Resubmit } else { QueueWish::Retry };
        ask(context, bound, wish)
    },
};

pub(in crate::shell) const SUSPEND: Cmdlet = Cmdlet {
    name: "Suspend-Queue",
    parameters: || [&[QUEUE][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: |context, bound| ask(context, bound, QueueWish::Suspend),
};

pub(in crate::shell) const RESUME: Cmdlet = Cmdlet {
    name: "Resume-Queue",
    parameters: || [&[QUEUE][..], &COMMON].concat(),
    positional: &["Identity"],
    mandatory: &["Identity"],
    run: |context, bound| ask(context, bound, QueueWish::Resume),
};

fn ask(context: &mut Context<'_>, bound: &Bound, wish: QueueWish) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let identity = bound.need("Identity")?.text("Identity")?;
    // `Server\Queue`, and orders are for the local server.
    let next_hop = identity.rsplit_once('\\').map_or(identity, |(_, queue)| queue).to_owned();
    if !bound.is_on("WhatIf")? {
        context.directory.order(QueueOrder { next_hop, wish });
    }
    Ok(Datum::Null)
}
