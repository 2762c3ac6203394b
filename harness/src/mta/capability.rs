//! What an MTA can be asked for: a row for each setting of a connector, for people who choose pages.

use serde::Serialize;

/// Whether an MTA has a setting of the pages.
#[expect(clippy::exhaustive_enums, reason = "yes, in part, no")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of it.
    Whole,
    /// Some values of it, or not in every combination: the others are refused as unsupported.
    Partly,
    /// None of it: a page that asks for it is unsupported.
    Not,
}

/// One setting. Fields may be added, never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// As the page has it: `-TlsAuthLevel`.
    pub setting: &'static str,
    /// How much of it.
    pub extent: Extent,
    /// By which setting of the MTA's own, or why not.
    pub how: &'static str,
}

impl Capability {
    /// One setting, in one line.
    pub(super) const fn row(setting: &'static str, extent: Extent, how: &'static str) -> Self {
        Self { setting, extent, how }
    }
}

/// The adapters that there are, with every setting of a connector that a page may ask for.
pub const ADAPTERS: [(&str, &[Capability]); 8] = [
    ("dma", &super::dma::CAPABILITIES),
    ("exim", &super::exim::CAPABILITIES),
    ("haraka", &super::haraka::CAPABILITIES),
    ("msmtp", &super::msmtp::CAPABILITIES),
    ("nullmailer", &super::nullmailer::CAPABILITIES),
    ("opensmtpd", &super::opensmtpd::CAPABILITIES),
    ("postfix", &super::postfix::CAPABILITIES),
    ("sendmail", &super::sendmail::CAPABILITIES),
];
