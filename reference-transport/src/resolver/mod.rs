//! Where mail for a domain or a smart host goes: MX, A and AAAA, over the world's network.
//!
//! Names are absolute: no search list, no hosts file, no cache on the machine's clock. Servers are asked in the order
//! in which they were given (DNS-10).
//!
//! # Limits
//!
//! [`DNS_QUERY_TIMEOUT`] for a query to one server, [`DNS_RESOLUTION_TIMEOUT`] for a name (DNS-11),
//! [`MX_HOSTS_MAX`] hosts of a domain.

mod runtime;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use hickory_resolver::{
    Resolver as Hickory,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts, ServerOrderingStrategy},
    net::NetError,
    proto::rr::{Name, RData, RecordType},
};
use tokio::time::timeout;

use self::runtime::Runtime;
use crate::{
    limits::{AAAA_PATIENCE, DNS_QUERY_TIMEOUT, DNS_RESOLUTION_TIMEOUT, MX_HOSTS_MAX},
    network::Network,
    reply::EnhancedCode,
};

/// Why a name did not lead to a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The text is no domain name.
    #[error("`{name}` is no domain name")]
    BadName {
        /// As it was given.
        name: String,
    },
    /// The query was not answered, or the server said that it cannot answer (DNS-09).
    #[error("DNS query failed: {record} {name}: {why}")]
    Failed {
        /// The record type.
        record: &'static str,
        /// The name that was asked for.
        name: String,
        /// In the resolver's words.
        why: String,
    },
    /// The host exists and has no address.
    #[error("no address records for `{name}`")]
    NoAddresses {
        /// The host.
        name: String,
    },
    /// The domain does not exist (DNS-08).
    #[error("the domain `{name}` does not exist")]
    NoSuchDomain {
        /// The domain.
        name: String,
    },
    /// The domain says that it takes no mail: a null MX (DNS-07).
    #[error("the domain `{name}` takes no mail (null MX)")]
    TakesNoMail {
        /// The domain.
        name: String,
    },
}

impl ResolveError {
    /// Whether trying again is pointless, for a recipient's domain.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::BadName { .. } | Self::NoSuchDomain { .. } | Self::TakesNoMail { .. })
    }

    /// The enhanced status code for reports.
    #[must_use]
    pub fn status(&self) -> EnhancedCode {
        match self {
            Self::BadName { .. } => EnhancedCode::new(5, 1, 2),
            Self::Failed { .. } | Self::NoAddresses { .. } => EnhancedCode::new(4, 4, 0),
            Self::NoSuchDomain { .. } => EnhancedCode::new(5, 4, 4),
            Self::TakesNoMail { .. } => EnhancedCode::new(5, 1, 10),
        }
    }
}

/// A host that takes mail for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailHost {
    /// In lower case, without a final dot.
    pub name: String,
    /// Lower is tried first.
    pub preference: u16,
}

/// Asks the name servers of the world.
pub struct Resolver {
    hickory: Hickory<Runtime>,
    network: Arc<dyn Network>,
}

impl Resolver {
    /// Asks `servers`, in this order.
    ///
    /// # Errors
    ///
    /// If the resolver cannot be set up.
    pub fn new(servers: &[SocketAddr], network: Arc<dyn Network>) -> Result<Self, NetError> {
        let name_servers = servers.iter().map(|server| {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
            NameServerConfig::new(server.ip(), true, connections.to_vec())
        });
        let config = ResolverConfig::from_name_servers(name_servers.collect());
        let mut builder = Hickory::builder_with_config(config, Runtime::new(Arc::clone(&network)));
        configure(builder.options_mut());
        Ok(Self { hickory: builder.build()?, network })
    }

    /// The hosts that take mail for `domain`, by preference; those of equal preference in random order (DNS-02,
    /// DNS-03). Without MX records that is the domain itself (DNS-04), with them never (DNS-05).
    ///
    /// # Errors
    ///
    /// If the domain takes no mail, does not exist, or could not be asked for.
    pub async fn mail_hosts(&self, domain: &str) -> Result<Vec<MailHost>, ResolveError> {
        let records = match self.lookup(domain, RecordType::MX, "MX").await {
            Ok(records) => records,
            Err(Lookup::Empty) => Vec::new(),
            Err(Lookup::Error(error)) => return Err(error),
        };
        let mut hosts: Vec<MailHost> = records
            .into_iter()
            .filter_map(|record| match record {
                RData::MX(mx) => Some(MailHost { name: host_name(&mx.exchange), preference: mx.preference }),
                _ => None,
            })
            .collect();
        if hosts.is_empty() {
            return Ok(vec![MailHost { name: plain_name(domain), preference: 0 }]);
        }
        // A dot among other hosts names no host; alone it is the null MX of RFC 7505 §3.
        hosts.retain(|host| !host.name.is_empty());
        if hosts.is_empty() {
            return Err(ResolveError::TakesNoMail { name: plain_name(domain) });
        }
        // The order of an answer is the name server's; the order among equals shall be ours alone.
        hosts.sort_by(|a, b| (a.preference, &a.name).cmp(&(b.preference, &b.name)));
        hosts.dedup_by(|a, b| a.name == b.name && a.preference == b.preference);
        for equals in hosts.chunk_by_mut(|a, b| a.preference == b.preference) {
            self.shuffle(equals);
        }
        hosts.truncate(MX_HOSTS_MAX);
        Ok(hosts)
    }

    /// The addresses of a host: IPv6, then IPv4, each in the order of the answer.
    ///
    /// # Errors
    ///
    /// If it has none, does not exist, or could not be asked for.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let (mut four, mut six) = (None, None);
        {
            let mut a = std::pin::pin!(self.lookup(host, RecordType::A, "A"));
            let mut aaaa = std::pin::pin!(self.lookup(host, RecordType::AAAA, "AAAA"));
            while four.is_none() || six.is_none() {
                tokio::select! {
                    biased;
                    found = &mut a, if four.is_none() => four = Some(found),
                    found = &mut aaaa, if six.is_none() => six = Some(found),
                    () = tokio::time::sleep(AAAA_PATIENCE), if matches!(four, Some(Ok(_))) => break,
                }
            }
        }
        let mut addresses = Vec::new();
        let mut error = ResolveError::NoAddresses { name: plain_name(host) };
        for found in [six, four].into_iter().flatten() {
            match found {
                Ok(records) => addresses.extend(records.iter().filter_map(RData::ip_addr)),
                Err(Lookup::Empty) => {}
                // A failure of either kind leaves open whether there are addresses; it weighs more than none.
                Err(Lookup::Error(found)) if found.is_permanent() => {
                    if matches!(error, ResolveError::NoAddresses { .. }) {
                        error = found;
                    }
                }
                Err(Lookup::Error(found)) => error = found,
            }
        }
        if addresses.is_empty() { Err(error) } else { Ok(addresses) }
    }

    async fn lookup(&self, name: &str, kind: RecordType, record: &'static str) -> Result<Vec<RData>, Lookup> {
        let Some(absolute) = absolute(name) else {
            return Err(Lookup::Error(ResolveError::BadName { name: name.to_owned() }));
        };
        let failed = |why: String| Lookup::Error(ResolveError::Failed { record, name: plain_name(name), why });
        match timeout(DNS_RESOLUTION_TIMEOUT, self.hickory.lookup(absolute, kind)).await {
            Ok(Ok(found)) => {
                Ok(found.answers().iter().filter(|a| a.record_type() == kind).map(|a| a.data.clone()).collect())
            }
            Ok(Err(error)) if error.is_nx_domain() => {
                Err(Lookup::Error(ResolveError::NoSuchDomain { name: plain_name(name) }))
            }
            Ok(Err(error)) => match &error {
                NetError::Dns(hickory_resolver::net::DnsError::NoRecordsFound(none))
                    if none.response_code == hickory_resolver::proto::op::ResponseCode::NoError =>
                {
                    Err(Lookup::Empty)
                }
                _ => Err(failed(error.to_string())),
            },
            Err(_) => Err(failed("timed out".to_owned())),
        }
    }

    /// Fisher and Yates, with the world's randomness.
    fn shuffle(&self, hosts: &mut [MailHost]) {
        for last in (1..hosts.len()).rev() {
            let at = self.network.random() % (last as u64 + 1);
            hosts.swap(last, usize::try_from(at).unwrap_or(last));
        }
    }
}

/// What a lookup came to, short of records.
enum Lookup {
    /// The name exists, the record set does not.
    Empty,
    /// As said.
    Error(ResolveError),
}

fn configure(options: &mut ResolverOpts) {
    options.timeout = DNS_QUERY_TIMEOUT;
    options.attempts = 1;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.num_concurrent_reqs = 1;
    options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
    options.ndots = 0;
}

fn absolute(name: &str) -> Option<Name> {
    let mut name = Name::from_utf8(name).ok().filter(|name| !name.is_root())?;
    name.set_fqdn(true);
    Some(name)
}

fn plain_name(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Without a final dot; empty for the root.
fn host_name(name: &Name) -> String {
    plain_name(&name.to_ascii())
}
