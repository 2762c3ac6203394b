//! An organisation as a case page, to keep a disagreement by.

use std::fmt::Write as _;

use super::organisation::Organisation;

pub(crate) fn print(organisation: &Organisation) -> String {
    let mut page = String::from("# A disagreement\n\n```world\n");
    let mut write = |line: String| {
        page.push_str(&line);
        page.push('\n');
    };
    for (number, server) in organisation.servers.iter().enumerate() {
        write(format!("server {} 192.0.2.{} site={}", server.name, number + 1, server.site));
    }
    for (from, to, cost) in &organisation.links {
        write(format!("link {from} {to} cost={cost}"));
    }
    write("```\n\n```powershell".to_owned());
    for connector in &organisation.connectors {
        let spaces: Vec<_> = connector.spaces.iter().map(|space| format!("\"SMTP:{space}\"")).collect();
        let sources: Vec<_> =
            connector.sources.iter().map(|source| organisation.servers[*source].name.as_str()).collect();
        let mut line = format!(
            "New-SendConnector -Name {} -AddressSpaces {} -SourceTransportServers {} -Enabled ${}",
            connector.name,
            spaces.join(","),
            sources.join(","),
            connector.enabled,
        );
        if connector.scoped {
            line.push_str(" -IsScopedConnector $true");
        }
        match connector.limit {
            Some(limit) => write!(line, " -MaxMessageSize {limit}").expect("a string takes it"),
            None => line.push_str(" -MaxMessageSize unlimited"),
        }
        write(line);
    }
    write("```\n\n## Which connector takes it? {#which}".to_owned());
    for (domain, size) in &organisation.mail {
        write(format!("\n```eml to=u@{domain}\nSubject: {size} octets in all\n```"));
    }
    page
}
