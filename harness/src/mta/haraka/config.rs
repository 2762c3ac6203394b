//! The folder `config`, and the plugin beside it.

use std::{fmt::Write as _, net::SocketAddr};

use serde::Serialize;

use super::{
    AUTHORITY, FOLDER, PATIENCE, RETRY, SUBMISSION_PORT, TRANSPORT_PORT,
    route::{Route, Security},
};
use crate::mta::{Brief, PlannedFile};

/// What the plugin reads.
#[derive(Serialize)]
struct Table<'a> {
    accepted: Vec<Accepted<'a>>,
    connectors: &'a [Route],
}

/// One of our own domains, and the server that keeps it.
#[derive(Serialize)]
struct Accepted<'a> {
    domain: &'a str,
    host: String,
    port: u16,
}

/// The plugin.
const PLUGIN: &str = include_str!("connectors.js");

/// Exchange's default lifetime of a message, in seconds.
const LIFETIME_SECS: u64 = 172_800;

/// A file of the configuration.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/config/{name}")
}

/// All files, but for a certificate of its own.
pub(super) fn files(brief: &Brief, size: Option<u64>, routes: &[Route]) -> Vec<PlannedFile> {
    let file = |name: &str, text: String| PlannedFile::text(path(name), text);
    let accepted = brief.accepted.iter().map(|(domain, server)| Accepted {
        domain,
        host: server.ip().to_string(),
        port: server.port(),
    });
    let table = Table { accepted: accepted.collect(), connectors: routes };
    let json = serde_json::to_string_pretty(&table).unwrap_or_default();
    let listen =
        [SUBMISSION_PORT, TRANSPORT_PORT].map(|port| SocketAddr::new(brief.address, port).to_string()).join(",");
    vec![
        file("smtp.ini", format!("[main]\nlisten={listen}\nnodes=0\n")),
        file("me", format!("{}\n", brief.server)),
        file("plugins", "connectors\n".to_owned()),
        file("connection.ini", connection(size)),
        file("outbound.ini", outbound(routes)),
        file("tls.ini", tls(brief, routes)),
        PlannedFile::secret(path("connectors.json"), json + "\n"),
        file("log.ini", "[main]\nlevel=info\n".to_owned()),
        PlannedFile::text(AUTHORITY, brief.authority.pem.clone()),
        PlannedFile::text(format!("{FOLDER}/plugins/connectors.js"), PLUGIN),
        PlannedFile::text(format!("{FOLDER}/package.json"), "{}\n"),
    ]
}

/// The door: as large a message as the connectors may send, and lines as long as RFC 5321 §4.5.3.1.6 has them, with their
/// end.
fn connection(size: Option<u64>) -> String {
    format!(
        "[main]\n[haproxy]\n[headers]\nmax_received=100\n[max]\nbytes={}\ndata_line_length=1000\n[message]\n\
         helo=welcome\nclose=goodbye\n[uuid]\n",
        size.unwrap_or(0)
    )
}

fn outbound(routes: &[Route]) -> String {
    let retry = RETRY.as_secs();
    let is_without_tls = routes.iter().any(|route| route.security == Security::None);
    format!(
        "; Each recipient's attempts, for two days.\ntemp_fail_intervals={retry}s*{}\nconnect_timeout={}\n\
         received_header=disabled\nenable_tls={}\n",
        LIFETIME_SECS / retry,
        PATIENCE.as_secs(),
        !is_without_tls
    )
}

/// `tls.ini`, of which the part for what goes out is used alone.
fn tls(brief: &Brief, routes: &[Route]) -> String {
    let mut text = "[redis]\ndisable_for_failed_hosts=false\n[outbound]\nrejectUnauthorized=false\n".to_owned();
    if !brief.identities.is_empty() {
        text.push_str("key=identity.pem\ncert=identity.pem\n");
    }
    for route in routes {
        let (list, hosts) = match &route.security {
            Security::None | Security::May => continue,
            Security::NotAt(hosts) => ("no_tls_hosts", hosts),
            Security::Verify(hosts) => ("force_tls_hosts", hosts),
        };
        for host in hosts {
            let _infallible = writeln!(text, "{list}[]={host}");
        }
    }
    text
}
