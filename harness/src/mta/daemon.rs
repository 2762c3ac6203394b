//! The reference transport as a process of its own: judged in the sandbox, as any other MTA is.

use std::{net::SocketAddr, path::PathBuf};

use super::{Adapter, Brief, Plan, PlannedCommand, PlannedFile, StartError, VersionCommand};

/// The folder of its files.
const FOLDER: &str = "/etc/reference-transport";

/// Where mailboxes submit, at its own address.
const SUBMISSION_PORT: u16 = 2525;

/// Where other servers submit.
const TRANSPORT_PORT: u16 = 2526;

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

    /// Each message gets one attempt, and nothing follows it.
    fn quiet(&self) -> std::time::Duration {
        std::time::Duration::from_secs(1)
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
        plan.files = vec![
            PlannedFile::secret(path("connectors.ps1"), brief.shell.join("\n")),
            PlannedFile::text(path("authority.pem"), brief.authority.pem.clone()),
            PlannedFile::text(path("revoked.pem"), brief.authority.revocation_list_pem.clone()),
        ];
        let mut arguments = vec!["run".to_owned()];
        let mut option = |name: &str, value: String| arguments.push(format!("--{name}={value}"));
        option("connectors", path("connectors.ps1"));
        option("listen", at(SUBMISSION_PORT).to_string());
        option("listen-transport", at(TRANSPORT_PORT).to_string());
        option("name", brief.server.clone());
        option("ca", path("authority.pem"));
        option("crl", path("revoked.pem"));
        for resolver in &brief.resolvers {
            option("resolver", resolver.to_string());
        }
        for (domain, server) in &brief.accepted {
            option("accept", format!("{domain}={server}"));
        }
        for (number, identity) in brief.identities.iter().enumerate() {
            let file = path(&format!("identity-{number}-{}.pem", identity.name));
            option("identity", format!("{}={file}", identity.name));
            plan.files.push(PlannedFile::secret(file, identity.pem()));
        }
        plan.start = vec![PlannedCommand::new(self.program.clone(), arguments)];
        Ok(plan)
    }
}
