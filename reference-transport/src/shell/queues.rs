//! `Retry-Queue`, `Suspend-Queue` and `Resume-Queue`: what an administrator asks of queues.

use super::{
    Context, ShellError,
    binding::{
        Bound, Cmdlet,
        Parameter::{self, Switch, Takes},
    },
    convert::Datum,
};
use crate::directory::{QueueOrder, QueueWish};

const PARAMETERS: &[Parameter] = &[Switch("Confirm"), Takes("Identity"), Takes("Resubmit")];

pub(super) const RETRY: Cmdlet =
    Cmdlet { name: "Retry-Queue", parameters: PARAMETERS, positional: &["Identity"], run: retry };

pub(super) const SUSPEND: Cmdlet = Cmdlet {
    name: "Suspend-Queue",
    parameters: &[Switch("Confirm"), Takes("Identity")],
    positional: &["Identity"],
    run: suspend,
};

pub(super) const RESUME: Cmdlet = Cmdlet {
    name: "Resume-Queue",
    parameters: &[Switch("Confirm"), Takes("Identity")],
    positional: &["Identity"],
    run: resume,
};

fn retry(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    let wish = if bound.is_on("Resubmit")? { QueueWish::Resubmit } else { QueueWish::Retry };
    ask(context, bound, wish)
}

fn suspend(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    ask(context, bound, QueueWish::Suspend)
}

fn resume(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    ask(context, bound, QueueWish::Resume)
}

fn ask(context: &mut Context<'_>, bound: &Bound, wish: QueueWish) -> Result<Datum, ShellError> {
    let identity = bound.need("Identity")?.text("Identity")?;
    // `Server\Queue`, and there is one server.
    let next_hop = identity.rsplit_once('\\').map_or(identity, |(_, queue)| queue).to_owned();
    context.directory.order(QueueOrder { next_hop, wish });
    Ok(Datum::Text(String::new()))
}
