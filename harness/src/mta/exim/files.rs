//! Where the configuration stands, and the form of what Exim reads.

use mtaspec_reference_transport::connector::Connector;

use super::StartError;

/// The configuration's folder: Debian's, which is compiled in.
const FOLDER: &str = "/etc/exim4";

/// A file of the configuration.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The file that holds this identity.
pub(super) fn identity_file(name: &str) -> String {
    path(&format!("identity-{name}.pem"))
}

/// Text that string expansion (Exim specification, chapter 11) leaves as it is.
pub(super) fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '$' | '\\' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A comment that ends with its line, whatever the connector is called.
pub(super) fn comment(connector: &Connector) -> String {
    format!("# {}", connector.name.replace(|letter: char| letter.is_control() || letter == '\\', " "))
}

/// A setting that Exim does not have, in the words of the page.
pub(super) fn unsupported(setting: &str) -> StartError {
    StartError::unsupported(setting)
}
