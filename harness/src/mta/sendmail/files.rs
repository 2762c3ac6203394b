//! Where the configuration stands, and the form of what Sendmail reads.

use std::fmt::Write as _;

use mtaspec_reference_transport::connector::Connector;

use crate::mta::StartError;

/// The configuration's folder: Debian's, which is compiled in.
const FOLDER: &str = "/etc/mail";

/// A file of the configuration.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// The file that holds this identity.
pub(super) fn identity_file(name: &str) -> String {
    path(&format!("identity-{name}.pem"))
}

/// A comment that ends with its line, whatever the connector is called.
pub(super) fn comment(connector: &Connector) -> String {
    format!("# {}\n", connector.name.replace(char::is_control, " "))
}

/// A setting that Sendmail does not have, in the words of the page.
pub(super) fn unsupported(setting: &str) -> StartError {
    StartError::unsupported(setting)
}

/// A ruleset: a function of a workspace, rule by rule (Sendmail Installation and Operation Guide, 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ruleset(String);

impl Ruleset {
    /// An empty one of this name.
    pub(super) fn new(name: &str) -> Self {
        Self(format!("S{name}\n"))
    }

    /// Adds a rule: what matches the left side becomes the right side.
    #[must_use]
    pub(super) fn rule(mut self, left: &str, right: &str) -> Self {
        let _infallible = writeln!(self.0, "R{left}\t{right}");
        self
    }

    /// Adds a rule for each of these.
    #[must_use]
    pub(super) fn rules(self, rules: impl IntoIterator<Item = (String, String)>) -> Self {
        rules.into_iter().fold(self, |ruleset, (left, right)| ruleset.rule(&left, &right))
    }

    /// Its lines.
    pub(super) fn text(self) -> String {
        self.0
    }
}
