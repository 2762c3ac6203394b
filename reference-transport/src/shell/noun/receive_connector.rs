//! `Get-ReceiveConnector`: by what the servers of the organisation take mail from one another. What takes mail from the
//! world or from clients is not shown, for none of it is received here.

use super::{may_manage, service::visible};
use crate::{
    directory::{ReceiveConnector, Server},
    shell::{
        Context, ShellError, ShellErrorKind,
        binding::{Bound, Cmdlet},
        nearest::nearest,
        object::{Object, Value},
        parameter::{COMMON, IDENTITY, Kind, Parameter},
        value::{Datum, shortened},
    },
};

const SERVER: Parameter = Parameter::new("Server", Kind::Text, "a server: those of it alone", "FEP-03");

pub(in crate::shell) const GET: Cmdlet = Cmdlet {
    name: "Get-ReceiveConnector",
    parameters: || vec![IDENTITY, SERVER, COMMON[1]],
    positional: &["Identity"],
    mandatory: &[],
    run: get,
};

/// A Receive connector of a server.
struct Owned<'a> {
    server: &'a Server,
    connector: ReceiveConnector,
}

impl Owned<'_> {
    fn name(&self) -> String {
        self.connector.name(&self.server.name)
    }

    /// `SERVER\NAME`.
    fn identity(&self) -> String {
        format!("{}\\{}", self.server.name, self.name())
    }

    fn is_named(&self, wanted: &str) -> bool {
        self.name().eq_ignore_ascii_case(wanted) || self.identity().eq_ignore_ascii_case(wanted)
    }
}

fn get(context: &mut Context<'_>, bound: &Bound) -> Result<Datum, ShellError> {
    may_manage(context)?;
    let servers: Vec<&Server> = match bound.find("Server") {
        None => visible(context, |_| true).collect(),
        Some(argument) => {
            let wanted = argument.text("Server")?;
            let found = visible(context, |_| true).find(|server| server.is_named(wanted));
            vec![found.ok_or_else(|| {
                let suggestions = nearest(wanted, visible(context, |_| true).map(|server| server.name.as_str()));
                let kind = ShellErrorKind::NotFound { what: "server", name: shortened(wanted) };
                ShellError { suggestions, ..ShellError::new(kind, argument.span.clone()) }
            })?]
        }
    };
    let of = |server| {
        let has = ReceiveConnector::ALL.into_iter().filter(move |connector| connector.is_on(server));
        has.map(move |connector| Owned { server, connector })
    };
    let all: Vec<Owned<'_>> = servers.into_iter().flat_map(of).collect();
    let Some(identity) = bound.find("Identity").filter(|identity| !identity.is_null()) else {
        return Ok(Datum::Objects(all.iter().map(object).collect()));
    };
    let wanted = identity.text("Identity")?;
    let found = all.iter().find(|owned| owned.is_named(wanted)).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(Owned::name).collect();
        let kind = ShellErrorKind::NotFound { what: "Receive connector", name: shortened(wanted) };
        let suggestions = nearest(wanted, names.iter().map(String::as_str));
        ShellError { suggestions, ..ShellError::new(kind, identity.span.clone()) }
    })?;
    Ok(Datum::Objects(vec![object(found)]))
}

fn object(owned: &Owned<'_>) -> Object {
    let port = owned.connector.port();
    let role = if owned.connector == ReceiveConnector::OutboundProxy { "FrontendTransport" } else { "HubTransport" };
    Object {
        properties: vec![
            ("Bindings", Value::list([format!("[::]:{port}"), format!("0.0.0.0:{port}")])),
            ("Enabled", Value::Boolean(true)),
            ("Identity", Value::text(owned.identity())),
            ("Name", Value::text(owned.name())),
            ("Server", Value::text(&owned.server.name)),
            ("TransportRole", Value::text(role)),
        ],
        summary: &["Identity", "Bindings", "Enabled"],
    }
}
