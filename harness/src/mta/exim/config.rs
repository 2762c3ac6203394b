//! `exim4.conf`: what holds for every connector, and the parts of each.

use std::fmt::Write as _;

use super::{RETRY, SUBMISSION_PORT, TRANSPORT_PORT, authenticators, files, transport::Transport};
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
# What is fixed is loaded, and a certificate that is not there is made, at every start: a key of RSA takes a second. What
# must be expanded is not touched before it is asked for, and nobody asks.
tls_certificate = ${if bool{false}{}}
tls_verify_certificates = ${if bool{false}{}}
# A way that leads to the machine itself is a loop.
extra_local_interfaces = <; 127.0.0.1 ; ::1
dkim_verify_signers =
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
# A connector has a limit of its own.
message_size_limit = 0
keep_environment =
# Nothing is delivered here, so root is not needed, and a delivery needs no program of its own.
deliver_drop_privilege
never_users =
timezone = UTC
log_file_path = /var/log/exim4/%slog
log_selector = +all_parents +outgoing_port +smtp_connection +tls_certificate_verified
";

/// The main section: in a file of its own, for no option may stand in it twice.
pub(super) fn main(brief: &Brief) -> String {
    let mut text = FIXED.to_owned();
    let mut set = |option: &str, value: &str| {
        let _infallible = writeln!(text, "{option} = {value}");
    };
    set("primary_hostname", &brief.server);
    set("local_interfaces", &format!("<; {}", brief.address));
    set("daemon_smtp_ports", &format!("{SUBMISSION_PORT} : {TRANSPORT_PORT}"));
    text
}

/// `exim4.conf`; the routers are given as text.
pub(super) fn whole(routers: &str, transports: &[Transport]) -> String {
    format!(
        ".include {main}\n\
         begin acl\n\
         take:\n  accept\n\
         begin routers\n{routers}\
         begin transports\naccepted:\n  driver = smtp\n  headers_remove = {forged}\n  max_rcpt = 0\n{transports}\
         begin retry\n* * F,2d,{retry}s\n\
         begin authenticators\n{authenticators}",
        main = files::path(super::MAIN),
        forged = forged_headers().join(" : "),
        transports = transports.iter().map(|own| own.transport.as_str()).collect::<String>(),
        retry = RETRY.as_secs(),
        authenticators = authenticators::section(transports),
    )
}

/// The families that are never passed on from a mailbox: items of `headers_remove`.
pub(super) fn forged_headers() -> Vec<String> {
    ["Forest", "Organization"].map(submitted_header).into()
}

/// A family of an organisation, where a mailbox has submitted the message.
pub(super) fn submitted_header(family: &str) -> String {
    format!("${{if eq{{$received_port}}{{{SUBMISSION_PORT}}}{{X-MS-Exchange-{family}-*}}}}")
}

/// Whether a line stands in every world's configuration, and so says nothing of this one.
#[cfg(test)]
pub(super) fn is_in_every_world(line: &str) -> bool {
    FIXED.lines().any(|own| own == line)
}
