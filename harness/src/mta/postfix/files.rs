//! Where the configuration stands, and the form of what Postfix reads.

/// The configuration's folder: Debian's, which is compiled in.
pub(super) const FOLDER: &str = "/etc/postfix";

/// A file of the configuration.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The lines of a `texthash:` table.
pub(super) fn table(rows: &[(String, String)]) -> String {
    rows.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect()
}

/// The file that holds this identity.
pub(super) fn identity_file(name: &str) -> String {
    path(&format!("identity-{name}.pem"))
}
