//! Header fields that are taken out or renamed: tables of header_checks(5), at the door and in a connector's service.

use mtaspec_reference_transport::connector::{Connector, HeaderRights};

use super::files;

/// What the organisation's own fields are called in its other half (HDR-13).
const CROSSING: &str = "AuthAs|AuthDomain|AuthMechanism|AuthSource|SCL";

/// What no mailbox may send: the families that servers keep to themselves, and where a message has been. The field that
/// Postfix itself puts in front passes the same table, and is known by its form; one that is written just so passes, too.
pub(super) fn of_mailboxes(server: &str) -> String {
    let own = server.replace('.', "\\.");
    let rows = [
        ("/^X-MS-Exchange-(Forest|Organization)-/".to_owned(), "IGNORE".to_owned()),
        ("/^Resent-/".to_owned(), "IGNORE".to_owned()),
        (format!("/^Received: .*[[:space:]]by {own} \\(Postfix\\) with /"), "DUNNO".to_owned()),
        ("/^Received:/".to_owned(), "IGNORE".to_owned()),
    ];
    files::table(&rows)
}

/// What a connector takes out or renames, row by row; the first that matches counts.
pub(super) fn of_connector(connector: &Connector) -> Vec<(String, String)> {
    let HeaderRights { forest, organization, routing } = connector.header_rights;
    let mut rows = Vec::new();
    if !organization {
        // A journal report is known outside by another name (HDR-17).
        let journal = "/^X-MS-Exchange-Organization-Journal-Report:(.*)/".to_owned();
        rows.push((journal, "REPLACE X-MS-Journal-Report:$1".to_owned()));
        if connector.cloud_services_mail {
            let crossing = format!("/^X-MS-Exchange-Organization-({CROSSING}):(.*)/");
            rows.push((crossing, "REPLACE X-MS-Exchange-CrossPremises-$1:$2".to_owned()));
        }
    }
    let mut ignore = |pattern: &str| rows.push((format!("/^{pattern}/"), "IGNORE".to_owned()));
    if !connector.cloud_services_mail {
        ignore("X-MS-Exchange-CrossPremises-");
    }
    if !forest {
        ignore("X-MS-Exchange-Forest-");
    }
    if !organization {
        ignore("X-MS-Exchange-Organization-");
    }
    if !routing {
        ignore("Received:");
        ignore("Resent-");
    }
    rows
}
