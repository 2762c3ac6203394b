//! What a transport is told in files: the organisation it stands in, and shell text with where and by whom it was typed.
//!
//! ```json
//! {"profile":"e2016","sites":["Default-First-Site-Name"],"links":[{"sites":["A","B"],"cost":10}],
//!  "servers":[{"name":"mbx1.sender.test","address":"192.0.2.1","site":"A","roles":["transport"]}],
//!  "relays":[{"domain":"b.test","kind":"ExternalRelay"}],
//!  "subscriptions":[{"edge":"edge1.sender.test","site":"A","internet":true,"inbound":true}],
//!  "mailboxes":[{"mailbox":"ann@b.test","server":"mbx2.sender.test"}],
//!  "keys":[{"key":"DnsFaultTolerance","value":"Normal"}]}
//! {"text":"New-SendConnector ...","origin":"eac","on":"edge1"}
//! ```

use std::net::IpAddr;

use serde::Deserialize;

use crate::{
    directory::{
        AcceptedDomain, Automatic, Directory, DirectoryError, DomainType, Organisation, OrganisationError, Profile,
        Role, Server,
    },
    domain::{Domain, DomainError, Mailbox, MailboxError},
    routing::SiteLink,
    shell::Origin,
};

/// Why what it was told is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToldError {
    /// An accepted domain is none.
    #[error("accepted domain `{domain}`: {source}")]
    AcceptedDomain {
        /// As it was given.
        domain: String,
        /// Why.
        source: DomainError,
    },
    /// It is not JSON, or not of this shape.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The configuration file has no such key, or the key has no such value.
    #[error("`{key}` is no key that can be `{value}`")]
    Key {
        /// As it was given.
        key: String,
        /// As it was given.
        value: String,
    },
    /// A mailbox is none.
    #[error("mailbox `{mailbox}`: {source}")]
    Mailbox {
        /// As it was given.
        mailbox: String,
        /// Why.
        source: MailboxError,
    },
    /// The organisation cannot be.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// No generation of Exchange has the name.
    #[error("no profile is named `{profile}`: `e2013` or `e2016`")]
    Profile {
        /// As it was given.
        profile: String,
    },
    /// An Edge server is subscribed twice.
    #[error(transparent)]
    Subscription(#[from] DirectoryError),
}

/// An organisation, as a file tells of it. The server at work is the first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationFile {
    profile: String,
    servers: Vec<ServerLine>,
    sites: Vec<String>,
    #[serde(default)]
    links: Vec<LinkLine>,
    #[serde(default)]
    relays: Vec<RelayLine>,
    #[serde(default)]
    subscriptions: Vec<SubscriptionLine>,
    #[serde(default)]
    mailboxes: Vec<MailboxLine>,
    #[serde(default)]
    keys: Vec<KeyLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerLine {
    name: String,
    address: IpAddr,
    site: String,
    roles: Vec<RoleWord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RoleWord {
    Edge,
    FrontEnd,
    MailboxTransport,
    Transport,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkLine {
    sites: [String; 2],
    cost: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelayLine {
    domain: String,
    kind: RelayWord,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum RelayWord {
    ExternalRelay,
    InternalRelay,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriptionLine {
    edge: String,
    site: String,
    internet: bool,
    inbound: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailboxLine {
    mailbox: String,
    server: String,
}

/// A key of the configuration file of the server at work.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyLine {
    key: String,
    value: String,
}

impl OrganisationFile {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// [`ToldError::Json`].
    pub fn parse(text: &str) -> Result<Self, ToldError> {
        Ok(serde_json::from_str(text)?)
    }

    /// Its directory, seen from the first server; it accepts mail for these domains, the first of them by default.
    ///
    /// # Errors
    ///
    /// What of it cannot be.
    pub fn directory(&self, accepts: &[String]) -> Result<Directory, ToldError> {
        let domains: Vec<Domain> = accepts.iter().map(|domain| parsed(domain)).collect::<Result<_, _>>()?;
        let local = self.servers.first().map_or("", |server| server.name.as_str());
        let mut directory = Directory::of(self.organisation()?, local, domains.clone())?;
        let mut accepted: Vec<AcceptedDomain> = domains.into_iter().map(|domain| self.accepted(domain)).collect();
        if let Some(first) = accepted.first_mut() {
            first.is_default = true;
        }
        // An Edge server keeps its own; the first server is at work in the end.
        for server in self.servers.iter().rev() {
            directory.work_on(&server.name)?;
            directory.set_accepted_domains(accepted.clone());
        }
        let mailbox = |own: &MailboxLine| match Mailbox::parse(&own.mailbox) {
            Ok(mailbox) => Ok((mailbox, own.server.clone())),
            Err(source) => Err(ToldError::Mailbox { mailbox: own.mailbox.clone(), source }),
        };
        directory.set_mailboxes(self.mailboxes.iter().map(mailbox).collect::<Result<_, ToldError>>()?);
        for KeyLine { key, value } in &self.keys {
            if !directory.transport_service_mut().set_key(key, value) {
                return Err(ToldError::Key { key: key.clone(), value: value.clone() });
            }
        }
        for own in &self.subscriptions {
            directory.subscribe(&own.edge, &own.site, Automatic { inbound: own.inbound, internet: own.internet })?;
        }
        Ok(directory)
    }

    fn accepted(&self, domain: Domain) -> AcceptedDomain {
        let name = domain.to_string();
        let kind = match self.relays.iter().find(|relay| relay.domain == name).map(|relay| relay.kind) {
            None => DomainType::Authoritative,
            Some(RelayWord::ExternalRelay) => DomainType::ExternalRelay,
            Some(RelayWord::InternalRelay) => DomainType::InternalRelay,
        };
        AcceptedDomain { kind, ..AcceptedDomain::authoritative(domain) }
    }

    fn organisation(&self) -> Result<Organisation, ToldError> {
        let unknown = || ToldError::Profile { profile: self.profile.clone() };
        let role = |word: &RoleWord| match word {
            RoleWord::Edge => Role::Edge,
            RoleWord::FrontEnd => Role::FrontEnd,
            RoleWord::MailboxTransport => Role::MailboxTransport,
            RoleWord::Transport => Role::Transport,
        };
        let server = |own: &ServerLine| Server {
            name: own.name.clone(),
            address: own.address,
            site: own.site.clone(),
            roles: own.roles.iter().map(role).collect(),
        };
        Ok(Organisation {
            profile: Profile::of_name(&self.profile).ok_or_else(unknown)?,
            servers: self.servers.iter().map(server).collect(),
            sites: self.sites.clone(),
            links: self.links.iter().map(|own| SiteLink { sites: own.sites.clone(), cost: own.cost }).collect(),
        })
    }
}

fn parsed(domain: &str) -> Result<Domain, ToldError> {
    Domain::parse(domain).map_err(|source| ToldError::AcceptedDomain { domain: domain.to_owned(), source })
}

/// Shell text, and where and by whom it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldText {
    /// The text.
    pub text: String,
    /// By what means.
    #[serde(default)]
    origin: OriginWord,
    /// On which server; `None`: on the one at work.
    #[serde(default)]
    pub on: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OriginWord {
    Eac,
    #[default]
    Shell,
}

impl ToldText {
    /// Text that was typed in the shell on the server at work.
    #[must_use]
    pub fn typed(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// Reads texts, a line of JSON each.
    ///
    /// # Errors
    ///
    /// [`ToldError::Json`] of the first line that is none.
    pub fn parse_lines(lines: &str) -> Result<Vec<Self>, ToldError> {
        let lines = lines.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// By what means it was typed.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self.origin {
            OriginWord::Eac => Origin::Centre,
            OriginWord::Shell => Origin::Shell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"profile":"e2016","sites":["A","B"],"links":[{"sites":["A","B"],"cost":7}],
        "servers":[{"name":"mbx1.a.test","address":"192.0.2.1","site":"A","roles":["front-end","transport"]},
                   {"name":"edge1.a.test","address":"192.0.2.9","site":"B","roles":["edge"]}],
        "relays":[{"domain":"b.test","kind":"ExternalRelay"}],
        "subscriptions":[{"edge":"edge1.a.test","site":"A","internet":true,"inbound":false}]}"#;

    fn file_of(text: &str) -> Directory {
        OrganisationFile::parse(text).and_then(|file| file.directory(&[])).expect("it can be")
    }

    #[test]
    fn an_organisation_is_as_its_file_says() {
        let file = OrganisationFile::parse(TWO).expect("of that shape");
        let directory = file.directory(&["a.test".into(), "b.test".into()]).expect("it can be");
        assert_eq!(directory.local_server().name, "mbx1.a.test");
        let kinds: Vec<_> = directory.accepted_domains().iter().map(|own| (own.kind, own.is_default)).collect();
        assert_eq!(kinds, [(DomainType::Authoritative, true), (DomainType::ExternalRelay, false)]);
        let names: Vec<_> = directory.connectors().iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["EdgeSync - A to Internet"]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let unknown = TWO.replace("e2016", "e2030");
        let file = OrganisationFile::parse(&unknown).expect("of that shape");
        assert!(matches!(file.directory(&[]), Err(ToldError::Profile { .. })));
        assert!(matches!(OrganisationFile::parse("{}"), Err(ToldError::Json(_))));
        let with = |line: &str| TWO.replacen('{', &format!("{{{line},"), 1);
        let of = |line: &str| OrganisationFile::parse(&with(line)).expect("of that shape").directory(&[]);
        let unknown = of(r#""keys":[{"key":"DnsFaultTolerance","value":"None at all"}]"#);
        assert!(matches!(unknown, Err(ToldError::Key { .. })));
        let unreadable = of(r#""mailboxes":[{"mailbox":"ann","server":"mbx1"}]"#);
        assert!(matches!(unreadable, Err(ToldError::Mailbox { .. })));
        let strict = of(r#""keys":[{"key":"DnsFaultTolerance","value":"Normal"}]"#).expect("it can be");
        assert_ne!(strict.transport_service(), file_of(TWO).transport_service());
        let file = OrganisationFile::parse(TWO).expect("of that shape");
        assert!(matches!(file.directory(&["a b".into()]), Err(ToldError::AcceptedDomain { .. })));
    }

    #[test]
    fn a_text_says_where_and_by_whom() {
        let texts = ToldText::parse_lines("{\"text\":\"a\"}\n\n{\"text\":\"b\",\"origin\":\"eac\",\"on\":\"edge1\"}\n");
        let texts = texts.expect("of that shape");
        assert_eq!(texts[0], ToldText::typed("a".to_owned()));
        assert_eq!((texts[1].origin(), texts[1].on.as_deref()), (Origin::Centre, Some("edge1")));
    }
}
