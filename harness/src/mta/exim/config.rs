//! `exim4.conf`: what holds for every connector, and the parts of each.

use std::fmt::Write as _;

use mtaspec_reference_transport::connector::{Connector, Routing, SmartHost};

use super::{RETRY, SUBMISSION_PORT, TRANSPORT_PORT, files, transport::Transport};
use crate::mta::Brief;

/// Settings that are the same in every world, each for a reason.
const FIXED: &str = "\
# Whoever reaches it is served, and what comes in is not rewritten.
acl_smtp_rcpt = take
allow_domain_literals
allow_utf8_domains
host_lookup =
helo_accept_junk_hosts = *
dsn_advertise_hosts = *
tls_advertise_hosts =
dkim_verify_signers =
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
# A connector has a limit of its own.
message_size_limit = 0
keep_environment =
never_users =
timezone = UTC
log_file_path = /var/log/exim4/%slog
log_selector = +all_parents +outgoing_port +smtp_connection +tls_certificate_verified
";

/// What mailboxes may not say to servers is taken out of what they submit.
const SUBMISSION_HEADERS: &str = "X-MS-Exchange-Forest-* : X-MS-Exchange-Organization-*";

/// The main section: in a file of its own, for no option may stand in it twice.
pub(super) fn main(brief: &Brief, connectors: &[&Connector]) -> String {
    let mut text = FIXED.to_owned();
    let mut set = |option: &str, value: &str| {
        let _infallible = writeln!(text, "{option} = {value}");
    };
    set("primary_hostname", &brief.server);
    set("local_interfaces", &format!("<; {}", brief.address));
    set("daemon_smtp_ports", &format!("{SUBMISSION_PORT} : {TRANSPORT_PORT}"));
    let six = |host: &SmartHost| matches!(host, SmartHost::Address(address) if address.is_ipv6());
    let uses_six = |connector: &&Connector| match &connector.routing {
        Routing::SmartHosts(hosts) => hosts.iter().any(six),
        _ => false,
    };
    if !brief.address.is_ipv6() && !connectors.iter().any(uses_six) {
        set("disable_ipv6", "true");
    }
    text
}

/// `exim4.conf`; the routers are given as text.
pub(super) fn whole(routers: &str, transports: &[Transport]) -> String {
    let parts = |part: fn(&Transport) -> &str| transports.iter().map(part).collect::<String>();
    format!(
        ".include {main}\n\
         begin acl\n\
         take:\n  warn condition = ${{if eq{{$received_port}}{{{SUBMISSION_PORT}}}}}\n       \
         remove_header = {SUBMISSION_HEADERS}\n  accept\n\
         begin routers\n{routers}\
         begin transports\naccepted:\n  driver = smtp\n  message_linelength_limit = 1G\n  max_rcpt = 0\n{transports}\
         begin retry\n* * F,2d,{retry}s\n\
         begin authenticators\n{authenticators}",
        main = files::path(super::MAIN),
        transports = parts(|own| &own.transport),
        retry = RETRY.as_secs(),
        authenticators = parts(|own| &own.authenticators),
    )
}

/// Whether a line stands in every world's configuration, and so says nothing of this one.
#[cfg(test)]
pub(super) fn is_in_every_world(line: &str) -> bool {
    FIXED.lines().any(|own| own == line)
}
