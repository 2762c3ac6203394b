//! What the tests of adapters share: a brief without a world, and a plan as one text.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use mtaspec_reference_transport::{directory::Directory, network::Sockets, shell::Shell};

use super::{Adapter, Authority, Brief, Plan, QueueReport, Reporter, ServerSettings, ShellRefusal, StartError};
use crate::{case::model::ShellText, trace::event::ReportedFate};

/// Nobody listens.
struct Silent;

impl Reporter for Silent {
    fn queue(&self, _: QueueReport) {}

    fn fate(&self, _: &str, _: &str, _: ReportedFate, _: &str) {}

    fn shell(&self, _: &str, _: Result<&str, ShellRefusal>) {}

    fn route(&self, _: &str, _: &str, _: &str, _: &str) {}
}

/// Puts a credential into `$c`, for the shell text behind it.
pub(super) const PASSWORD: &str =
    "$c = New-Object PSCredential(\"relay-user\", (ConvertTo-SecureString \"s3cret-9f2ab1d7\" -AsPlainText -Force))\n";

/// The shell text of a connector for everything, with these further parameters; [`PASSWORD`] goes before it.
pub(super) fn relay(hosts: &str, further: &str) -> String {
    format!(
        "{PASSWORD}New-SendConnector -Name Relay -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts {hosts} {further}"
    )
}

/// The brief of a page with this shell text.
#[track_caller]
pub(super) fn brief(shell: &str) -> Brief {
    let mut directory = Directory::default();
    for outcome in Shell::new().run(&mut directory, shell) {
        outcome.result.expect("the shell takes it");
    }
    Brief {
        server: "mta.sender.test".to_owned(),
        address: [192, 0, 2, 1].into(),
        resolvers: vec![SocketAddr::from(([192, 0, 2, 53], 53))],
        horizon: std::time::Duration::from_secs(10),
        authority: Authority {
            pem: "the authority\n".to_owned(),
            der: Vec::new(),
            revocation_list: Vec::new().into(),
            revocation_list_pem: "the list\n".to_owned(),
        },
        identities: vec![],
        accepted: vec![("sender.test".to_owned(), SocketAddr::from(([192, 0, 2, 2], 25)))],
        server_certificates: Vec::new(),
        connectors: directory.connectors().to_vec(),
        settings: ServerSettings {
            service: directory.transport_service().clone(),
            organisation: directory.transport_config().clone(),
        },
        shell: vec![ShellText { text: shell.to_owned(), ..Default::default() }],
        organisation: Default::default(),
        network: Arc::new(Sockets::default()),
        names: BTreeMap::new(),
        dial: BTreeMap::new(),
        reporter: Arc::new(Silent),
        evidence: Arc::default(),
    }
}

/// The configuration, file by file, without the lines that are the same in all worlds.
#[track_caller]
pub(super) fn told(plan: &Plan, is_in_every_world: fn(&str) -> bool) -> String {
    let mut text = String::new();
    for file in &plan.files {
        let contents = String::from_utf8(file.contents.clone().unwrap_or_default()).expect("text");
        let own: Vec<&str> = contents.lines().filter(|line| !is_in_every_world(line)).collect();
        if !own.is_empty() {
            text += &format!("==> {} {:o}\n{}\n", file.path.display(), file.mode, own.join("\n"));
        }
    }
    text
}

/// The configuration that an adapter makes of this shell text, without the lines that are the same in all worlds.
#[track_caller]
pub(super) fn own(adapter: &dyn Adapter, shell: &str, is_in_every_world: fn(&str) -> bool) -> String {
    told(&adapter.plan(&brief(shell)).expect("it can be asked for it"), is_in_every_world)
}

/// Three connectors of which the closest takes a recipient, and one that is disabled.
pub(super) const CLOSENESS: &str = "\
New-SendConnector -Name Everything -AddressSpaces * -Custom
New-SendConnector -Name Family -AddressSpaces *.contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts family.relay.test
New-SendConnector -Name Exact -AddressSpaces contoso.test -Custom -DNSRoutingEnabled $false -SmartHosts 192.0.2.21,b.relay.test -Port 2525
New-SendConnector -Name Off -AddressSpaces * -Custom -Enabled $false";

/// Two connectors with one space are not compared: the cost between them is Exchange's.
#[track_caller]
pub(super) fn check_compares_no_cost(adapter: &dyn Adapter) {
    let connector = |name: &str, cost: u8| {
        format!("New-SendConnector -Name {name} -AddressSpaces \"SMTP:*.contoso.test;{cost}\" -Custom\n")
    };
    let both = connector("Birch", 5) + &connector("Aardvark", 6);
    check_refused(adapter, &both, "the choice between connectors that both have `*.contoso.test`");
}

/// The adapter cannot be asked for what this shell text has, and names the setting.
#[track_caller]
pub(super) fn check_refused(adapter: &dyn Adapter, shell: &str, setting: &str) {
    let refused = adapter.plan(&brief(shell)).expect_err("it cannot be asked for it");
    assert_eq!(refused, StartError::Unsupported { setting: setting.to_owned() });
}
