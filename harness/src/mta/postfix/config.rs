//! `main.cf` and `master.cf`: what holds for every connector, and a service for each.

use std::fmt::Write as _;

use super::{RETRY, SUBMISSION_PORT, TRANSPORT_PORT, files, routes::TABLES, service::Service};
use crate::mta::Brief;

/// Postfix's own services: name, type, private, unprivileged, chroot, wake-up, processes, command (master(5)). None
/// runs in a chroot, so that the world's resolver and tables are seen by all. Nobody hands messages to `pickup`, so it is
/// never woken.
const OWN_SERVICES: &str = "\
pickup     unix       n - n 0     1 pickup
cleanup    unix       n - n -     0 cleanup
qmgr       unix       n - n 1     1 qmgr
tlsmgr     unix       - - n 1000? 1 tlsmgr
rewrite    unix       - - n -     - trivial-rewrite
bounce     unix       - - n -     0 bounce
defer      unix       - - n -     0 bounce
trace      unix       - - n -     0 bounce
verify     unix       - - n -     1 verify
flush      unix       n - n 1000? 0 flush
proxymap   unix       - - n -     - proxymap
proxywrite unix       - - n -     1 proxymap
smtp       unix       - - n -     - smtp
relay      unix       - - n -     - smtp
showq      unix       n - n -     - showq
error      unix       - - n -     - error
retry      unix       - - n -     - error
discard    unix       - - n -     - discard
anvil      unix       - - n -     1 anvil
scache     unix       - - n -     1 scache
";

/// Settings that are the same in every world, each for a reason.
const FIXED: &str = "\
compatibility_level = 3.6
# Nothing is local, nobody but the world is served, and what comes in is not rewritten.
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
mynetworks = 127.0.0.0/8, 192.0.2.0/24
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_reject_unlisted_recipient = no
smtpd_error_sleep_time = 0
smtpd_recipient_limit = 10000
in_flow_delay = 0
local_header_rewrite_clients =
append_dot_mydomain = no
swap_bangpath = no
allow_percent_hack = no
# Text beyond ASCII in a header asks for SMTPUTF8, whoever wrote it.
smtputf8_autodetect_classes = sendmail, verify, smtpd
notify_classes =
# What another server hands over keeps every Resent field.
message_drop_headers = bcc, content-length, return-path
mailbox_size_limit = 0
# What comes in is measured at the door alone: elsewhere the envelope would count, too.
message_size_limit = 0
# What no connector serves waits.
default_transport = retry:4.4.4 no connector serves this domain
# Every host of a domain is tried in an attempt.
smtp_mx_session_limit = 0
smtp_mx_address_limit = 0
# A transaction takes as many recipients as the host does.
default_destination_recipient_limit = 1000
smtp_connect_timeout = 3s
smtp_host_lookup = dns
inet_protocols = all
smtp_address_preference = ipv6
# A way that leads to the machine itself is a loop.
proxy_interfaces = 127.0.0.1, ::1
smtp_tls_loglevel = 1
smtp_tls_servername = hostname
# Whoever is let in speaks for nobody else (RFC 4954 §5).
smtp_send_dummy_mail_auth = yes
";

/// `main.cf`.
pub(super) fn main_cf(brief: &Brief) -> String {
    let tables: Vec<String> = TABLES.iter().map(|table| format!("texthash:{}", files::path(table))).collect();
    let mut text = FIXED.to_owned();
    let mut set = |parameter: &str, value: &str| {
        let _infallible = writeln!(text, "{parameter} = {value}");
    };
    set("myhostname", &brief.server);
    set("inet_interfaces", &brief.address.to_string());
    set("transport_maps", &tables.join(", "));
    set("smtp_tls_CAfile", &files::path("authority.pem"));
    let retry = format!("{}s", RETRY.as_secs());
    for parameter in ["queue_run_delay", "minimal_backoff_time", "maximal_backoff_time", "transport_retry_time"] {
        set(parameter, &retry);
    }
    // Exchange's default lifetime of a message.
    set("maximal_queue_lifetime", "2d");
    set("bounce_queue_lifetime", "2d");
    text
}

/// `master.cf`.
pub(super) fn master_cf(brief: &Brief, size_limit: Option<u64>, services: &[(Service, &str)]) -> String {
    let address = brief.address;
    let listen = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
    // 0 is no limit (postconf(5)).
    let door = format!("inet n - n - - smtpd\n  -o message_size_limit={}\n", size_limit.unwrap_or(0));
    let mut text = format!("{listen}:{TRANSPORT_PORT} {door}{OWN_SERVICES}");
    // Mailboxes may not say what servers say to each other.
    let _infallible = write!(text, "{listen}:{SUBMISSION_PORT} {door}");
    text.push_str("  -o cleanup_service_name=submission\n");
    text.push_str("submission unix n - n - 0 cleanup\n");
    let _infallible = writeln!(text, "  -o header_checks=regexp:{}", files::path("submission-headers"));
    // For our own domains, whatever the connectors say.
    text.push_str("accepted unix - - n - - smtp\n  -o smtp_tls_security_level=may\n");
    for (service, connector) in services {
        let _infallible = writeln!(text, "# {}", connector.replace(char::is_control, " "));
        let _infallible = writeln!(text, "{} unix - - n - - smtp", service.name);
        for (parameter, value) in &service.options {
            let _infallible = writeln!(text, "  -o {parameter}={value}");
        }
    }
    text
}

/// Whether a line stands in every world's configuration, and so says nothing of this one.
#[cfg(test)]
pub(super) fn is_in_every_world(line: &str) -> bool {
    FIXED.lines().chain(OWN_SERVICES.lines()).any(|own| own == line)
}
