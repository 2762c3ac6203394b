//! The header firewall: a filter (smtpd-filters(7)) at each door, for an action has no setting for header fields.
//!
//! A filter sees a message once, whoever it is for, so all connectors must be allowed the same.

use mtaspec_reference_transport::connector::{Connector, HeaderRights};

use crate::mta::StartError;

/// Where the filter stands.
pub(super) const PROGRAM: &str = "/etc/smtpd-firewall.pl";

/// The filter. Perl is on every Debian and Ubuntu, for `perl-base` is essential.
pub(super) const TEXT: &str = include_str!("firewall.pl");

/// The arguments of the filter at each door; `None`: there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Doors {
    /// Where mailboxes submit.
    pub(super) mailboxes: Option<String>,
    /// Where other servers hand over.
    pub(super) servers: Option<String>,
}

/// What is taken out at each door.
pub(super) fn doors(connectors: &[&Connector]) -> Result<Doors, StartError> {
    let mut rights: Vec<HeaderRights> = connectors.iter().map(|connector| connector.header_rights).collect();
    rights.dedup();
    let rights = match rights.as_slice() {
        [] => HeaderRights { forest: true, organization: true, routing: true },
        [rights] => *rights,
        _ => return Err(StartError::unsupported("`ms-Exch-Send-Headers-*` for each connector")),
    };
    // Whatever a connector may send, a mailbox has no header of a family to send, and has been nowhere.
    let mut mailboxes = vec!["forest", "organization", "crossing", "routing"];
    let mut servers = vec!["crossing"];
    if !rights.forest {
        servers.push("forest");
    }
    if !rights.organization {
        servers.extend(["journal", "organization"]);
    }
    if !rights.routing {
        servers.extend(["routing", "own"]);
        mailboxes.push("own");
    }
    let words = |words: Vec<&str>| Some(words.join(" "));
    Ok(Doors { mailboxes: words(mailboxes), servers: words(servers) })
}
