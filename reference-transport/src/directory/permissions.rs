//! Who may be sent which header families: the extended rights on connectors.

use std::collections::{BTreeMap, BTreeSet};

use super::key;
use crate::connector::HeaderRights;

/// An extended right on a Send connector; there are these five (PRM-06).
#[expect(clippy::exhaustive_enums, reason = "the set is complete")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// `ms-Exch-Send-Headers-Forest`.
    HeadersForest,
    /// `ms-Exch-Send-Headers-Organization`.
    HeadersOrganization,
    /// `ms-Exch-Send-Headers-Routing`.
    HeadersRouting,
    /// `ms-Exch-SMTP-Send-Exch50`.
    Exch50,
    /// `ms-Exch-SMTP-Send-XShadow`.
    XShadow,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::HeadersForest, Self::HeadersOrganization, Self::HeadersRouting, Self::Exch50, Self::XShadow];

    /// The name in `-ExtendedRights`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadersForest => "ms-Exch-Send-Headers-Forest",
            Self::HeadersOrganization => "ms-Exch-Send-Headers-Organization",
            Self::HeadersRouting => "ms-Exch-Send-Headers-Routing",
            Self::Exch50 => "ms-Exch-SMTP-Send-Exch50",
            Self::XShadow => "ms-Exch-SMTP-Send-XShadow",
        }
    }

    /// The right of that name, case ignored.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name().eq_ignore_ascii_case(name))
    }

    /// Who holds it on a new connector (PRM-01 to PRM-05).
    fn default_holders(self) -> &'static [Principal] {
        use Principal::{
            AnonymousLogon, EdgeTransportServers, ExchangeServers, ExternallySecuredServers, HubTransportServers,
            LegacyExchangeServers, PartnerServers,
        };
        match self {
            Self::HeadersForest | Self::HeadersOrganization | Self::XShadow => {
                &[EdgeTransportServers, ExchangeServers, HubTransportServers]
            }
            Self::HeadersRouting => &[
                AnonymousLogon,
                EdgeTransportServers,
                ExchangeServers,
                ExternallySecuredServers,
                HubTransportServers,
                LegacyExchangeServers,
                PartnerServers,
            ],
            Self::Exch50 => &[
                EdgeTransportServers,
                ExchangeServers,
                ExternallySecuredServers,
                HubTransportServers,
                LegacyExchangeServers,
            ],
        }
    }
}

/// Who can be allowed or denied something.
#[expect(clippy::exhaustive_enums, reason = "the well-known principals of Send connectors, and everybody else")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A user, a computer or a group, by its place in the directory's list of them: a name may change, this does not
    /// (PRM-12). No session takes a next hop for one.
    Account(AccountId),
    /// `NT AUTHORITY\ANONYMOUS LOGON`.
    AnonymousLogon,
    /// `MS Exchange\Edge Transport Servers`.
    EdgeTransportServers,
    /// `<Domain>\Exchange Servers`.
    ExchangeServers,
    /// `MS Exchange\Externally Secured Servers`.
    ExternallySecuredServers,
    /// `MS Exchange\Hub Transport Servers`.
    HubTransportServers,
    /// `MS Exchange\Legacy Exchange Servers`.
    LegacyExchangeServers,
    /// `MS Exchange\Partner Servers`.
    PartnerServers,
}

/// What stands for an account's SID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(pub(super) usize);

impl Principal {
    /// The well-known ones.
    pub const ALL: [Self; 7] = [
        Self::AnonymousLogon,
        Self::EdgeTransportServers,
        Self::ExchangeServers,
        Self::ExternallySecuredServers,
        Self::HubTransportServers,
        Self::LegacyExchangeServers,
        Self::PartnerServers,
    ];

    /// As `Add-ADPermission -User` takes it; empty for an account, whose name
    /// [`Directory::principal_name`](super::Directory::principal_name) knows. The groups of a domain stand under any
    /// domain.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account(_) => "",
            Self::AnonymousLogon => "NT AUTHORITY\\ANONYMOUS LOGON",
            Self::EdgeTransportServers => "MS Exchange\\Edge Transport Servers",
            Self::ExchangeServers => "SENDER\\Exchange Servers",
            Self::ExternallySecuredServers => "MS Exchange\\Externally Secured Servers",
            Self::HubTransportServers => "MS Exchange\\Hub Transport Servers",
            Self::LegacyExchangeServers => "MS Exchange\\Legacy Exchange Servers",
            Self::PartnerServers => "MS Exchange\\Partner Servers",
        }
    }

    /// The principal of that name, case ignored.
    pub fn of_name(name: &str) -> Option<Self> {
        let group = name.rsplit_once('\\').map_or("", |(_, group)| group);
        if group.eq_ignore_ascii_case("Exchange Servers") {
            return Some(Self::ExchangeServers);
        }
        Self::ALL.into_iter().find(|principal| principal.name().eq_ignore_ascii_case(name))
    }
}

/// One line of a connector's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Whom it is about.
    pub principal: Principal,
    /// What.
    pub right: Right,
    /// Whether it takes the right away (`Add-ADPermission -Deny`): a denial outweighs every grant (PRM-10).
    pub deny: bool,
    /// Whether it stands at the organisation and reaches the connector from there; such an entry cannot be taken back
    /// at the connector.
    pub inherited: bool,
}

/// The permissions of all connectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionTable {
    by_connector: BTreeMap<String, BTreeSet<Entry>>,
}

impl PermissionTable {
    /// The entries of a connector, sorted; none if there is no such connector.
    pub fn entries(&self, connector: &str) -> impl Iterator<Item = Entry> {
        self.by_connector.get(&key(connector)).into_iter().flatten().copied()
    }

    /// Allowed, and not denied (PRM-22).
    pub fn holds(&self, connector: &str, principal: Principal, right: Right) -> bool {
        let is_about = |entry: &Entry| entry.principal == principal && entry.right == right;
        let has = |deny| self.entries(connector).any(|entry| is_about(&entry) && entry.deny == deny);
        has(false) && !has(true)
    }

    /// The header families that a session of the connector may send to a next hop it takes for all of `principals`:
    /// one of them is allowed, and none is denied (PRM-22).
    pub fn header_rights(&self, connector: &str, principals: &[Principal]) -> HeaderRights {
        let about = |right| {
            self.entries(connector).filter(move |entry| entry.right == right && principals.contains(&entry.principal))
        };
        let holds = |right| about(right).any(|entry| !entry.deny) && !about(right).any(|entry| entry.deny);
        HeaderRights {
            forest: holds(Right::HeadersForest),
            organization: holds(Right::HeadersOrganization),
            routing: holds(Right::HeadersRouting),
        }
    }

    /// Gives a new connector the default permissions; they are the same for every usage (USE-02).
    pub(super) fn create(&mut self, connector: &str) {
        let allow = |right, principal| Entry { principal, right, deny: false, inherited: false };
        let entries = Right::ALL
            .into_iter()
            .flat_map(|right| right.default_holders().iter().map(move |&principal| allow(right, principal)));
        self.by_connector.insert(key(connector), entries.collect());
    }

    /// Puts what is granted in the place of what is (in 2013 the usage decides, USE-03).
    pub(super) fn replace(&mut self, connector: &str, granted: &[(Principal, Right)]) {
        let allow =
            |&(principal, right): &(Principal, Right)| Entry { principal, right, deny: false, inherited: false };
        self.by_connector.insert(key(connector), granted.iter().map(allow).collect());
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(entries) = self.by_connector.remove(&key(from)) {
            self.by_connector.insert(key(to), entries);
        }
    }

    /// Those of these connectors alone.
    pub(super) fn of(&self, names: impl Iterator<Item = String>) -> Self {
        let entries = |name: String| Some((name.clone(), self.by_connector.get(&name)?.clone()));
        Self { by_connector: names.filter_map(entries).collect() }
    }

    pub(super) fn forget(&mut self, connector: &str) {
        self.by_connector.remove(&key(connector));
    }

    pub(super) fn grant(&mut self, connector: &str, entry: Entry) {
        self.by_connector.entry(key(connector)).or_default().insert(entry);
    }

    pub(super) fn revoke(&mut self, connector: &str, entry: Entry) {
        if let Some(entries) = self.by_connector.get_mut(&key(connector)) {
            entries.remove(&entry);
        }
    }
}
