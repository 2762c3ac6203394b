//! The organisation around the judged server: what the lines of a `world` fence say of servers, sites, links, domains
//! and Edge subscriptions.

use std::net::{IpAddr, Ipv4Addr};

use mtaspec_fake_smarthost::host::{CertificateKind, CertificateSpec};

/// The site of a server for which none is named.
pub const SITE_DEFAULT: &str = "Default-First-Site-Name";

/// Settings that no shell knows: keys of the Transport service's configuration file, each with the values that it may
/// have.
pub const KEYS: [(&str, &[&str]); 1] = [("DnsFaultTolerance", &["Lenient", "Normal"])];

/// Who there is beside the judged server, and how they stand to each other.
///
/// # Invariants
///
/// There is at least one server, the judged one first. Names of servers and of sites differ in more than case; whatever
/// is named exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationSpec {
    /// Whose defaults hold.
    pub profile: Profile,
    /// Whether nobody has raised the organisation's limits of size: without that they are unlimited, so that the limits
    /// of connectors can be seen (AMB-37).
    pub keeps_size_limits: bool,
    /// Keys of the judged server's configuration file, with their values; each is one of [`KEYS`].
    pub keys: Vec<(&'static str, &'static str)>,
    /// The servers. All but the first are played by hosts.
    pub servers: Vec<ServerSpec>,
    /// Names of the sites, the default one first.
    pub sites: Vec<String>,
    /// Links between sites.
    pub links: Vec<LinkSpec>,
    /// What accepted domains are that are not authoritative.
    pub relays: Vec<RelaySpec>,
    /// Edge subscriptions, in page order.
    pub subscriptions: Vec<SubscriptionSpec>,
    /// Mailboxes of other servers than the judged one, and the server that keeps them; others are kept by the judged
    /// one, and their mail reaches `origin`.
    pub mailboxes: Vec<(String, String)>,
}

impl Default for OrganisationSpec {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            keeps_size_limits: false,
            keys: Vec::new(),
            servers: vec![ServerSpec {
                name: "mta.sender.test".to_owned(),
                address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
                site: SITE_DEFAULT.to_owned(),
                roles: Role::MAILBOX.to_vec(),
            }],
            sites: vec![SITE_DEFAULT.to_owned()],
            links: Vec::new(),
            relays: Vec::new(),
            subscriptions: Vec::new(),
            mailboxes: Vec::new(),
        }
    }
}

impl OrganisationSpec {
    /// The server of that name, case ignored, or the only one whose name begins with that label.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&ServerSpec> {
        let exact = self.servers.iter().find(|server| server.name.eq_ignore_ascii_case(name));
        exact.or_else(|| {
            let label = |server: &&ServerSpec| {
                server.name.split('.').next().is_some_and(|label| label.eq_ignore_ascii_case(name))
            };
            let mut short = self.servers.iter().filter(label);
            short.next().filter(|_| short.next().is_none())
        })
    }

    /// The site of that name, as the page writes it.
    #[must_use]
    pub fn site(&self, name: &str) -> Option<&str> {
        self.sites.iter().map(String::as_str).find(|site| site.eq_ignore_ascii_case(name))
    }

    /// What of this an MTA that is one server by itself has no notion of, if anything.
    #[must_use]
    pub fn beyond_one_server(&self) -> Option<String> {
        let first = self.servers.first();
        if let Some(server) = self.servers.get(1) {
            return Some(format!("a second server: `{}`", server.name));
        }
        if let Some(subscription) = self.subscriptions.first() {
            return Some(format!("the Edge subscription of `{}`", subscription.edge));
        }
        if let Some(relay) = self.relays.first() {
            return Some(format!("the accepted domain `{}` as {}", relay.domain, relay.kind.word()));
        }
        if let Some(server) = first.filter(|server| server.roles != Role::MAILBOX) {
            let roles: Vec<&str> = server.roles.iter().map(|role| role.word()).collect();
            return Some(format!("the roles {}", roles.join(",")));
        }
        if let Some((key, _)) = self.keys.first() {
            return Some(format!("the key `{key}`"));
        }
        (self.sites.len() > 1).then(|| format!("the site `{}`", self.sites[1]))
    }
}

/// Whose defaults hold where sources differ.
#[expect(clippy::exhaustive_enums, reason = "the profiles of the requirements")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Exchange 2013.
    E2013,
    /// Exchange 2016 and 2019.
    #[default]
    E2016,
    /// Exchange 2016 and 2019, and the judged server is an Edge server.
    Edge,
    /// The RFCs alone: nothing of what Exchange adds to them is asked. An MTA is run as it comes.
    Rfc,
}

impl Profile {
    /// All of them, by the words of pages.
    pub const WORDS: [(&str, Self); 4] =
        [("e2013", Self::E2013), ("e2016", Self::E2016), ("edge", Self::Edge), ("rfc", Self::Rfc)];
}

/// A server of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSpec {
    /// Its name, in lower case.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Its site, as the page writes it.
    pub site: String,
    /// What it runs, in the order of [`Role::WORDS`].
    pub roles: Vec<Role>,
}

impl ServerSpec {
    /// The certificate that it made for itself, and that the directory knows (IMP-05).
    #[must_use]
    pub fn certificate(&self) -> CertificateSpec {
        CertificateSpec { kind: CertificateKind::SelfSigned, names: vec![self.name.clone()] }
    }
}

/// A service that a server runs.
#[expect(clippy::exhaustive_enums, reason = "the transport services of Exchange")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Edge Transport; such a server has no other role.
    Edge,
    /// Front End Transport.
    FrontEnd,
    /// Mailbox Transport.
    MailboxTransport,
    /// Transport.
    Transport,
}

impl Role {
    /// All of them, by the words of pages.
    pub const WORDS: [(&str, Self); 4] = [
        ("edge", Self::Edge),
        ("front-end", Self::FrontEnd),
        ("mailbox-transport", Self::MailboxTransport),
        ("transport", Self::Transport),
    ];
    /// What a Mailbox server runs.
    pub const MAILBOX: [Self; 3] = [Self::FrontEnd, Self::MailboxTransport, Self::Transport];

    /// Where it listens for other servers, and for the world (IMP-04).
    #[must_use]
    pub fn ports(self) -> &'static [u16] {
        match self {
            Self::Edge => &[25],
            Self::FrontEnd => &[25, 717],
            Self::MailboxTransport => &[475],
            Self::Transport => &[2525],
        }
    }

    /// The word of pages.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }
}

/// A link between two sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// Its ends, as the page names the sites.
    pub sites: [String; 2],
    /// What it costs to go along it, from 1.
    pub cost: u32,
}

/// An accepted domain that is not authoritative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelaySpec {
    /// In lower case.
    pub domain: String,
    /// What it is.
    pub kind: RelayKind,
}

/// Kinds of accepted domain beside the authoritative one.
#[expect(clippy::exhaustive_enums, reason = "New-AcceptedDomain -DomainType")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayKind {
    /// All mail goes to servers outside.
    External,
    /// Recipients who are not here are outside.
    Internal,
}

impl RelayKind {
    /// The word of pages, and of Exchange.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::External => "ExternalRelay",
            Self::Internal => "InternalRelay",
        }
    }
}

/// An Edge server that works for the Mailbox servers of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionSpec {
    /// The Edge server.
    pub edge: String,
    /// The site.
    pub site: String,
    /// Whether the connector to the internet comes with it.
    pub internet: bool,
    /// Whether the connector to the inside comes with it.
    pub inbound: bool,
}

/// On whose behalf the shell is told something.
#[expect(clippy::exhaustive_enums, reason = "the graphical centre and the shell itself")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShellOrigin {
    /// The graphical centre, whose dialogues offer less than the shell.
    Eac,
    /// Somebody who types.
    #[default]
    Shell,
}
