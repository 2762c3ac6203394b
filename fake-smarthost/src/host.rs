//! A host: a correct, modern SMTP server, and the list of its differences.

mod builder;

use std::{net::IpAddr, sync::Arc};

use crate::{
    rule::{Conditions, Rule, Tag},
    script::Script,
};

/// One next hop: a name, what it offers, and where it departs from a correct server.
///
/// By default it offers PIPELINING, SIZE 36700160, 8BITMIME, SMTPUTF8, DSN, ENHANCEDSTATUSCODES, CHUNKING, and
/// STARTTLS with a certificate that is valid for its name; AUTH only by a posture.
#[derive(Clone, Debug)]
pub struct Host {
    /// The name in its greeting and in its certificate.
    pub name: String,
    /// All differences but rules and scripts, each with when it applies; a later one wins over an earlier one.
    pub properties: Vec<Property>,
    /// Tried in order; the first that matches is used.
    pub rules: Vec<Rule>,
    /// Dialogues; they go before the rules.
    pub scripts: Vec<Script>,
}

/// One property of a host, and when it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What.
    pub value: PropertyValue,
    /// When (`until`, `since`, `tls`, and `count` over connections).
    pub conditions: Conditions,
    /// Reported when it is used: a certificate that was shown, a client certificate that was asked for, a connection
    /// that was refused.
    pub tag: Option<Tag>,
}

/// What a property says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertyValue {
    /// Who may send, and how they show who they are.
    Auth(Posture),
    /// Which certificate is shown.
    Certificate(CertificateSpec),
    /// Whether a client certificate is asked for.
    ClientCertificate(ClientCertificate),
    /// Connections are refused.
    Down,
    /// An EHLO keyword with its parameters, `SIZE 1000`. It takes the place of the same keyword.
    Offers {
        /// In capitals.
        keyword: String,
        /// What stands behind it.
        parameters: Vec<String>,
    },
    /// TLS begins with the connection, before the greeting (RFC 8314 §3.3).
    ImplicitTls,
    /// Listens here instead of port 25. Read by whoever listens.
    Port(u16),
    /// Takes mail from these addresses only: 550 5.7.1 to MAIL from any other.
    TakesFrom(Vec<IpAddr>),
    /// The TLS versions it speaks: `1.2`, `1.3`.
    Tls(Vec<String>),
    /// An EHLO keyword that is not offered; `*` is all of them.
    Withholds(String),
}

/// What a host asks of a client before it takes mail (`New-SendConnector -SmartHostAuthMechanism`, seen from the
/// other side).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Posture {
    /// Offers AUTH LOGIN PLAIN and answers 530 5.7.0 to MAIL before it.
    BasicAuth(Credential),
    /// Offers AUTH under TLS only; 530 5.7.0 before STARTTLS and before AUTH.
    BasicAuthRequireTls(Credential),
    /// Offers X-ANONYMOUSTLS and X-EXPS GSSAPI, and answers 530 5.7.1 to MAIL before an exchange of tokens.
    ExchangeServer,
    /// Needs none, offers AUTH, and takes mail only from these addresses (550 5.7.1 else).
    ExternalAuthoritative(Vec<IpAddr>),
    /// Offers AUTH LOGIN PLAIN and needs none.
    None(Option<Credential>),
}

/// A user name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Whether a host asks for a client certificate.
#[expect(clippy::exhaustive_enums, reason = "TLS has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate {
    /// Asks, and goes on without.
    Requested,
    /// Asks, and ends the handshake without.
    Required,
}

/// A certificate, as a page asks for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateSpec {
    /// What is right or wrong with it.
    pub kind: CertificateKind,
    /// Its DNS names (or addresses); the first is its common name, too, if `kind` does not say otherwise.
    pub names: Vec<String>,
}

/// What is right or wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CertificateKind {
    /// Valid, but the first name is its common name alone; the others are its DNS names.
    CommonName,
    /// Ended a day before the world began.
    Expired,
    /// Begins a day after a world of any length has ended.
    NotYetValid,
    /// Valid, but each name goes on behind a NUL, which ends a text for programs that count on it.
    NulInName,
    /// Trusted and valid, and in the list of revoked certificates of its issuer.
    Revoked,
    /// Its own issuer.
    SelfSigned,
    /// Of an issuer that nobody trusts.
    UnknownIssuer,
    /// Trusted, and valid all the time.
    Valid,
}

/// A host that is shared by its connections.
pub type SharedHost = Arc<Host>;
