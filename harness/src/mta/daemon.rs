//! The reference transport as a process of its own: judged in the sandbox, as any other MTA is.

use std::{net::SocketAddr, path::PathBuf};

use serde_json::{Value, json};

use super::{
    Adapter, Brief, CANARY_DOMAIN, Plan, PlannedCommand, PlannedDirectory, PlannedFile, ReportReader, StartError,
    VersionCommand, pem::certificate,
};
use crate::case::{
    model::ShellText,
    organisation::{OrganisationSpec, Profile, ServerSpec, ShellOrigin, SubscriptionSpec},
};

/// The folder of its files.
const FOLDER: &str = "/etc/reference-transport";

/// Where its protocol logs lie.
const LOG_ROOT: &str = "/var/log/reference-transport";

/// Where mailboxes submit, at its own address.
const SUBMISSION_PORT: u16 = 2525;

/// Where other servers submit.
const TRANSPORT_PORT: u16 = 2526;

/// What stands before the name of a message in the reply to its mail data.
const TAKEN_AS: &str = "Taken as ";

/// The program `reference-transport`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceDaemon {
    /// Where the program is; a path that the sandbox leaves as it is.
    pub program: PathBuf,
}

impl Adapter for ReferenceDaemon {
    fn name(&self) -> &'static str {
        "reference-daemon"
    }

    /// It comes back to what waits after a minute at the earliest, and no such case is judged on sockets.
    fn quiet(&self) -> std::time::Duration {
        std::time::Duration::from_secs(1)
    }

    fn reports_log(&self) -> bool {
        true
    }

    fn reports(&self) -> Option<ReportReader> {
        let name = |reply: &str| reply.split_once(TAKEN_AS).map(|(_, name)| name.trim().to_owned());
        Some(ReportReader { name, line: |line| serde_json::from_str(line).ok() })
    }

    fn knows_organisation(&self) -> bool {
        true
    }

    fn reports_shell(&self) -> bool {
        true
    }

    fn typed(&self) -> Option<fn(&ShellText) -> String> {
        Some(|text| format!("{}\n", told(text)))
    }

    fn version(&self) -> Option<VersionCommand> {
        let command = PlannedCommand::new(self.program.clone(), ["--version"]);
        Some(VersionCommand { command, read: |printed| printed.split_whitespace().nth(1).map(str::to_owned) })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        let path = |name: &str| format!("{FOLDER}/{name}");
        let at = |port: u16| SocketAddr::new(brief.address, port);
        let mut plan = Plan::new(at(SUBMISSION_PORT));
        plan.transport = Some(at(TRANSPORT_PORT));
        plan.directories = vec![PlannedDirectory { path: LOG_ROOT.into(), mode: 0o755, owner: None }];
        plan.files = vec![
            PlannedFile::secret(
                path("connectors.jsonl"),
                brief.shell.iter().map(|text| format!("{}\n", told(text))).collect::<String>(),
            ),
            PlannedFile::text(path("organisation.json"), organisation(&brief.organisation).to_string()),
            PlannedFile::text(path("authority.pem"), brief.authority.pem.clone()),
            PlannedFile::text(path("revoked.pem"), brief.authority.revocation_list_pem.clone()),
        ];
        let mut arguments = vec!["run".to_owned(), "--report".to_owned(), "--typed".to_owned()];
        let mut option = |name: &str, value: String| arguments.push(format!("--{name}={value}"));
        option("connectors", path("connectors.jsonl"));
        option("organisation", path("organisation.json"));
        option("log-root", LOG_ROOT.to_owned());
        option("listen", at(SUBMISSION_PORT).to_string());
        option("listen-transport", at(TRANSPORT_PORT).to_string());
        option("name", brief.server.clone());
        option("ca", path("authority.pem"));
        option("crl", path("revoked.pem"));
        for resolver in &brief.resolvers {
            option("resolver", resolver.to_string());
        }
        for (domain, server) in &brief.accepted {
            option(if domain == CANARY_DOMAIN { "deliver" } else { "accept" }, format!("{domain}={server}"));
        }
        for (number, identity) in brief.identities.iter().enumerate() {
            let file = path(&format!("identity-{number}-{}.pem", identity.name));
            option("identity", format!("{}={file}", identity.name));
            plan.files.push(PlannedFile::secret(file, identity.pem()));
        }
        for (server, own) in &brief.server_certificates {
            let file = path(&format!("server-{server}.pem"));
            option("server-certificate", format!("{server}={file}"));
            plan.files.push(PlannedFile::text(file, certificate(own)));
        }
        if !brief.organisation.keeps_size_limits {
            arguments.push("--any-size".to_owned());
        }
        plan.start = vec![PlannedCommand::new(self.program.clone(), arguments)];
        Ok(plan)
    }
}

/// A text for its shell, and where and by whom it is typed.
pub(super) fn told(text: &ShellText) -> Value {
    let origin = match text.origin {
        ShellOrigin::Eac => "eac",
        ShellOrigin::Shell => "shell",
    };
    json!({ "text": text.text, "origin": origin, "on": text.on })
}

/// Who there is beside it.
pub(super) fn organisation(all: &OrganisationSpec) -> Value {
    let profile = match all.profile {
        Profile::E2013 => "e2013",
        Profile::E2016 | Profile::Edge | Profile::Rfc => "e2016",
    };
    let server = |own: &ServerSpec| {
        let roles: Vec<&str> = own.roles.iter().map(|role| role.word()).collect();
        json!({ "name": own.name, "address": own.address, "site": own.site, "roles": roles })
    };
    let subscription = |own: &SubscriptionSpec| json!({ "edge": own.edge, "site": own.site, "internet": own.internet, "inbound": own.inbound });
    json!({
        "profile": profile,
        "servers": all.servers.iter().map(server).collect::<Vec<_>>(),
        "sites": all.sites,
        "links": all.links.iter().map(|own| json!({ "sites": own.sites, "cost": own.cost })).collect::<Vec<_>>(),
        "relays": all.relays.iter().map(|own| json!({ "domain": own.domain, "kind": own.kind.word() })).collect::<Vec<_>>(),
        "keys": all.keys.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect::<Vec<_>>(),
        "mailboxes": all.mailboxes.iter().map(|(own, server)| json!({ "mailbox": own, "server": server })).collect::<Vec<_>>(),
        "subscriptions": all.subscriptions.iter().map(subscription).collect::<Vec<_>>(),
    })
}
