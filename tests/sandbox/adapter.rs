//! The adapter of the tests' own MTA, which can be well, broken, dead or deaf.

use std::{env, net::SocketAddr, time::Duration};

use mtaspec_harness::mta::{
    Adapter, Brief, Plan, PlannedCommand, PlannedDirectory, PlannedFile, PlannedUser, StartError, VersionCommand,
};

use crate::probe;

/// What is the matter with the MTA: the word before the colon of its name. What is behind the colon marks its
/// processes, so that a test finds them.
pub(crate) struct Own {
    name: String,
}

impl Own {
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    fn matter(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }

    /// This program, in another of its roles.
    fn command(&self, role: &str, words: impl IntoIterator<Item = String>) -> PlannedCommand {
        let program = env::current_exe().expect("this program");
        PlannedCommand::new(program, [role.to_owned(), self.name.clone()].into_iter().chain(words))
    }
}

impl Adapter for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn quiet(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn version(&self) -> Option<VersionCommand> {
        let command = PlannedCommand::new("/bin/sh", ["-c", "echo version 7.11 of $(cat /proc/sys/kernel/hostname)"]);
        Some(VersionCommand { command, read: |text| Some(text.trim().to_owned()) })
    }

    fn plan(&self, brief: &Brief) -> Result<Plan, StartError> {
        let hop = brief.one_smart_host()?;
        let mut plan = Plan::new(SocketAddr::from(([127, 0, 0, 1], 25)));
        let routes: Vec<String> = brief.accepted.iter().map(|(domain, to)| format!("{domain}={to}")).collect();
        let routes: Vec<String> = routes.into_iter().chain([format!("*={}", hop.dial)]).collect();
        plan.users.push(PlannedUser { name: "postie".to_owned(), members: Vec::new() });
        plan.directories.push(PlannedDirectory {
            path: "/var/spool/own".into(),
            mode: 0o700,
            owner: Some("postie".to_owned()),
        });
        plan.files.push(PlannedFile::text("/etc/own/routes", routes.join("\n")));
        plan.files.push(PlannedFile::secret("/etc/own/password", "sesame\n"));
        let shell = |script: &str| PlannedCommand::new("/bin/sh", ["-c", script, &self.name]);
        plan.start = match self.matter() {
            "missing" => vec![PlannedCommand::new("/usr/sbin/no-such-mta", [""; 0])],
            "dies-at-once" => vec![shell("echo it cannot live here >&2; exit 3")],
            "hangs" => vec![shell("echo it thinks; while :; do sleep 60; done")],
            "deaf" => {
                plan.stop_grace = Duration::from_millis(500);
                let program = env::current_exe().expect("this program").display().to_string();
                let script = format!("trap '' TERM; exec {program} __relay deaf \"$@\"");
                let words = ["-c".to_owned(), script, "sh".to_owned()].into_iter().chain(routes);
                vec![PlannedCommand::new("/bin/sh", words)]
            }
            _ => vec![self.command("__relay", routes)],
        };
        match self.matter() {
            "unprepared" => plan.prepare.push(shell("echo no map today; exit 9")),
            "prepares-for-ever" => plan.prepare.push(shell("sleep 1000")),
            "unpacked" => {
                plan.files.push(PlannedFile {
                    path: "/usr/sbin/of-the-tree".into(),
                    contents: None,
                    mode: 0o2755,
                    owner: Some("root:postie".to_owned()),
                });
                plan.prepare.push(PlannedCommand::new("/usr/sbin/of-the-tree", [""; 0]));
            }
            "probes" => plan.prepare.push(self.command("__probe", [])),
            "gives-up" => {
                plan.prepare.push(self.command("__probe", []));
                plan.writes_notice = Some(probe::LOG_LINE);
            }
            _ => {}
        }
        Ok(plan)
    }
}
