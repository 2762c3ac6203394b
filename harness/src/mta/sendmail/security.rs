//! TLS and passwords: rulesets that Sendmail asks while a session begins.
//!
//! They are told of the host alone, so each looks first for the connector of the recipient that is being delivered to
//! (`$u`), by the same search as the delivery.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mtaspec_reference_transport::connector::{
    Authentication, Connector, Credential, Routing, SmartHost, TlsAuthLevel, TlsPolicy,
};

use super::files::{Ruleset, unsupported};
use crate::mta::StartError;

/// Longest word in quotes of a rule, with room for what stands before it, in octets.
const TOKEN_OCTETS_MAX: usize = 240;

/// What one connector asks of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    /// The mailer.
    mailer: String,
    tls: Tls,
    account: Option<Account>,
}

/// What is asked of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tls {
    Ignored,
    IfOffered,
    Required(Certificate),
}

/// What is asked of the host's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Certificate {
    Any,
    Chain,
    /// The chain, and in each of these groups one of these names.
    Names(Vec<Name>),
}

/// A name that a certificate must have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// This one, letter by letter.
    Exactly(String),
    /// This one, or a wildcard in the place of its first label.
    Domain(String),
    /// The recipient's domain, or a wildcard in the place of its first label.
    Recipient,
    /// The host that is connected to, letter by letter.
    Host,
}

/// A user name and a password, in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    user: String,
    password: String,
}

/// Whether a session of this connector must be under TLS.
pub(super) fn is_required(connector: &Connector) -> bool {
    matches!(connector.tls, TlsPolicy::Required { .. }) || password_hosts(connector).is_some()
}

/// The smart hosts that are shown a password under TLS alone.
fn password_hosts(connector: &Connector) -> Option<&[SmartHost]> {
    match &connector.routing {
        Routing::SmartHosts(hosts) if matches!(connector.authentication, Authentication::BasicRequireTls(_)) => {
            Some(hosts)
        }
        _ => None,
    }
}

impl Session {
    /// What this connector asks.
    pub(super) fn of(mailer: &str, connector: &Connector) -> Result<Self, StartError> {
        Ok(Self { mailer: mailer.to_owned(), tls: tls(connector)?, account: account(connector)? })
    }
}

fn tls(connector: &Connector) -> Result<Tls, StartError> {
    let names = names(connector)?;
    Ok(match &connector.tls {
        TlsPolicy::Ignore => Tls::Ignored,
        _ if !names.is_empty() => Tls::Required(Certificate::Names(names)),
        TlsPolicy::Opportunistic => Tls::IfOffered,
        TlsPolicy::Required { level: TlsAuthLevel::EncryptionOnly, .. } => Tls::Required(Certificate::Any),
        TlsPolicy::Required { .. } => Tls::Required(Certificate::Chain),
        _ => return Err(unsupported("a TLS policy of this kind")),
    })
}

/// The names that a connector asks for. Each must be there; none: no name is asked for.
fn names(connector: &Connector) -> Result<Vec<Name>, StartError> {
    let mut names = Vec::new();
    if let TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain } = &connector.tls {
        match domain {
            Some(domain) if domain.starts_with("*.") => {
                return Err(unsupported("a -TlsDomain that is a pattern"));
            }
            Some(domain) => names.push(Name::Domain(domain.clone())),
            None => names.push(Name::Recipient),
        }
    }
    let is_address = |host: &SmartHost| matches!(host, SmartHost::Address(_));
    match password_hosts(connector) {
        None => {}
        Some([SmartHost::Name(name)]) => names.push(Name::Exactly(name.clone())),
        Some(hosts) if hosts.iter().all(|host| matches!(host, SmartHost::Name(_))) => names.push(Name::Host),
        Some(hosts) if matches!(names.as_slice(), [Name::Domain(_)]) && hosts.iter().all(is_address) => {}
        Some(_) => return Err(unsupported("a certificate that names an address")),
    }
    Ok(names)
}

/// What is shown to smart hosts; by DNS there is nobody to show it to.
fn account(connector: &Connector) -> Result<Option<Account>, StartError> {
    if !matches!(connector.routing, Routing::SmartHosts(_)) {
        return Ok(None);
    }
    let (Authentication::Basic(credential) | Authentication::BasicRequireTls(credential)) = &connector.authentication
    else {
        // Nothing of it is on the wire.
        return Ok(None);
    };
    let Credential { user, password } = credential;
    let (user, password) = (STANDARD.encode(user), STANDARD.encode(password));
    if user.len().max(password.len()) > TOKEN_OCTETS_MAX {
        return Err(unsupported("a user name or password that is longer than a token of a rule"));
    }
    Ok(Some(Account { user, password }))
}

/// Refuses for now.
fn not_now(why: &str) -> String {
    format!("$#error $@ 4.7.0 $: \"454 4.7.0 {why}\"")
}

/// The rulesets of all connectors.
pub(super) fn rulesets(sessions: &[Session]) -> String {
    let parts = [
        recipient(),
        under_way(),
        Ruleset::new("try_tls").rule("$*", "$: $>underway $1").rules(try_tls(sessions)).rule("$*", "$@ ok"),
        Ruleset::new("tls_clt_features").rule("$*", "$: $>underway $1").rules(features(sessions)).rule("$*", "$@"),
        Ruleset::new("tls_server").rule("$*", "$: $1 $| $>underway $1").rules(tls_server(sessions)).rule("$*", "$@ ok"),
        encrypted(),
        verified(),
        Ruleset::new("authinfo").rule("$*", "$: $>underway $1").rules(authinfo(sessions)).rule("$*", "$@ none"),
        Ruleset::new("tls_rcpt").rule("$*", "$: $>underway $1").rules(tls_rcpt(sessions)).rule("$*", "$@ ok"),
    ];
    let named = sessions.iter().filter_map(|own| match &own.tls {
        Tls::Required(Certificate::Names(names)) => Some((&own.mailer, names)),
        _ => None,
    });
    let names: String = named.map(|(mailer, names)| name_checks(mailer, names)).collect();
    parts.map(Ruleset::text).concat() + &names
}

/// The domain of the recipient that is being delivered to.
fn recipient() -> Ruleset {
    Ruleset::new("recipient").rule("$*", "$: $>canonify $&u").rule("$* <@ $+ > $*", "$@ $2").rule("$*", "$@")
}

/// Its mailer.
fn under_way() -> Ruleset {
    Ruleset::new("underway").rule("$*", "$: $>recipient $1").rule("$*", "$@ $>find $1")
}

fn try_tls(sessions: &[Session]) -> Vec<(String, String)> {
    let refuses = "$#error $@ 5.7.1 $: \"550 5.7.1 STARTTLS is not asked for\"";
    let ignoring = sessions.iter().filter(|own| own.tls == Tls::Ignored);
    ignoring.map(|own| (own.mailer.clone(), refuses.to_owned())).collect()
}

fn features(sessions: &[Session]) -> Vec<(String, String)> {
    // Once more, without TLS, where it could not be agreed upon.
    let opportunistic = sessions.iter().filter(|own| own.tls == Tls::IfOffered);
    opportunistic.map(|own| (own.mailer.clone(), "$@ \"Flags=C\"".to_owned())).collect()
}

fn tls_server(sessions: &[Session]) -> Vec<(String, String)> {
    let row = |own: &Session| {
        let check = match &own.tls {
            Tls::Ignored | Tls::IfOffered => return None,
            Tls::Required(Certificate::Any) => "encrypted".to_owned(),
            Tls::Required(Certificate::Chain) => "verified".to_owned(),
            Tls::Required(Certificate::Names(_)) => format!("names_{}", own.mailer),
        };
        Some((format!("$* $| {}", own.mailer), format!("$@ $>{check} $1")))
    };
    sessions.iter().filter_map(row).collect()
}

/// Of the words for the outcome of STARTTLS, those that say that there is TLS.
fn encrypted() -> Ruleset {
    ["OK", "TRUSTED", "NO", "NOT", "FAIL"]
        .into_iter()
        .fold(Ruleset::new("encrypted"), |ruleset, word| ruleset.rule(word, "$@ ok"))
        .rule("$*", &not_now("TLS is required"))
}

fn verified() -> Ruleset {
    Ruleset::new("verified")
        .rule("OK", "$@ ok")
        .rule("TRUSTED", "$@ ok")
        .rule("$*", &not_now("no certificate to trust"))
}

/// Asks for the chain, then for one name after the other.
fn name_checks(mailer: &str, names: &[Name]) -> String {
    let first = format!("$@ $>name0_{mailer} ok");
    let chain = Ruleset::new(&format!("names_{mailer}")).rule("OK", &first).rule("TRUSTED", &first);
    let mut text = chain.rule("$*", &not_now("no certificate to trust")).text();
    for (number, name) in names.iter().enumerate() {
        let then = match names.get(number + 1) {
            Some(_) => format!("$@ $>name{}_{mailer} ok", number + 1),
            None => "$@ ok".to_owned(),
        };
        text += &name_check(&format!("name{number}_{mailer}"), name, &then).text();
    }
    text
}

/// Looks for one name among those of the certificate. Its subject is for people: it counts for nothing.
fn name_check(ruleset: &str, name: &Name, then: &str) -> Ruleset {
    let asked = match name {
        Name::Exactly(name) | Name::Domain(name) => name.clone(),
        Name::Host => "$&{server_name}".to_owned(),
        Name::Recipient => "$>recipient $1".to_owned(),
    };
    let checks =
        Ruleset::new(ruleset).rule("$*", &format!("$: {asked}")).rule("$+ .", "$: $1").rule("$={cert_altnames}", then);
    match name {
        Name::Domain(_) | Name::Recipient => checks.rule("$- . $+", "$: *.$2").rule("$={cert_altnames}", then),
        Name::Exactly(_) | Name::Host => checks,
    }
    .rule("$*", &not_now("a name is not in the certificate"))
}

fn authinfo(sessions: &[Session]) -> Vec<(String, String)> {
    let row = |(own, Account { user, password }): (&Session, &Account)| {
        (own.mailer.clone(), format!("$# \"I={user}\" \"P={password}\" \"M:PLAIN LOGIN\""))
    };
    sessions.iter().filter_map(|own| Some((own, own.account.as_ref()?))).map(row).collect()
}

/// Whoever could not log in is not let through: the one ruleset that is asked after AUTH.
fn tls_rcpt(sessions: &[Session]) -> Vec<(String, String)> {
    let rows = |own: &Session| {
        [
            (own.mailer.clone(), format!("$: {} $| $&{{auth_type}}", own.mailer)),
            (format!("{} $|", own.mailer), not_now("not authenticated")),
        ]
    };
    sessions.iter().filter(|own| own.account.is_some()).flat_map(rows).collect()
}
