//! TLS as a client: one configuration a handshake, the world's clock, and checks of the certificate that are a
//! connector's and not a browser's.
//!
//! The chain is verified by rustls; which names a certificate must show is decided by [`NameRule`], because
//! `-TlsAuthLevel` reads common names and wildcards in its own way.
//!
//! # Not here
//!
//! Resumption: a session is complete in itself. Fetching lists of revoked certificates: they are handed in.

mod identity;
mod name;
mod verifier;

use std::{
    collections::BTreeMap,
    fmt, io,
    net::IpAddr,
    sync::{Arc, OnceLock, atomic::Ordering},
    time::UNIX_EPOCH,
};

use rustls::{
    CipherSuite, ClientConfig, RootCertStore,
    client::Resumption,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime},
    sign::CertifiedKey,
    time_provider::TimeProvider,
};
use tokio_rustls::TlsConnector;
use webpki::OwnedCertRevocationList;

pub use self::identity::{CertificateName, Identity, OwnCertificate, Shown};
pub use self::name::{NameRule, PresentedNames};
use self::{
    identity::{Own, Resolver, choose},
    verifier::{Trust, Verifier},
};
use crate::network::{BoxStream, Network};

/// What a certificate must show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Nothing: encryption only (TLS-10), and opportunistic TLS (TLS-04).
    Nothing,
    /// A chain to a trusted root, valid now, and a name for every rule; no rule: any name (TLS-11, TLS-12).
    ChainAndNames(Vec<NameRule>),
    /// That it is the one that the directory knows as this server's own, whoever has signed it (IMP-05).
    Server(String),
}

/// Why TLS cannot be set up: what was configured is unusable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// A certificate and its key are unusable, or do not belong together.
    #[error("the identity `{name}` is unusable")]
    Identity {
        /// Its name.
        name: String,
        /// Why.
        source: rustls::Error,
    },
    /// A list of revoked certificates is none.
    #[error("a list of revoked certificates is unusable: {why}")]
    RevocationList {
        /// In the library's words.
        why: String,
    },
    /// A trusted certificate is none.
    #[error("a trusted root certificate is unusable")]
    Root {
        /// Why.
        source: rustls::Error,
    },
}

/// What a handshake came to.
pub struct Secured {
    /// The connection, under TLS.
    pub stream: BoxStream,
    /// The host asked for a certificate of ours.
    pub was_asked: bool,
    /// The host's own certificate.
    pub certificate: Option<CertificateDer<'static>>,
}

/// Everything that handshakes have in common.
pub struct Tls {
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn TimeProvider>,
    roots: Arc<RootCertStore>,
    revoked: Arc<[OwnedCertRevocationList]>,
    identities: Vec<Own>,
    server: String,
    /// By name in lower case.
    servers: BTreeMap<String, CertificateDer<'static>>,
}

impl Tls {
    /// Trusts `roots`, owns `identities`, takes the time from `network`. `server` is our own name: it selects the
    /// identity where none has the name that a connector gives us.
    ///
    /// # Errors
    ///
    /// If a root or an identity is unusable.
    pub fn new(
        network: Arc<dyn Network>,
        roots: &[CertificateDer<'static>],
        identities: Vec<Identity>,
        server: &str,
    ) -> Result<Self, TlsSetupError> {
        let provider = provider();
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root.clone()).map_err(|source| TlsSetupError::Root { source })?;
        }
        let mut own = Vec::new();
        for Identity { name, chain, key } in identities {
            match CertifiedKey::from_der(chain, key, &provider) {
                Ok(certified) => own.push(Own::new(name, certified)),
                Err(source) => return Err(TlsSetupError::Identity { name, source }),
            }
        }
        let clock = Arc::new(Clock(network));
        Ok(Self {
            provider,
            clock,
            roots: Arc::new(store),
            revoked: Arc::new([]),
            identities: own,
            server: server.to_owned(),
            servers: BTreeMap::new(),
        })
    }

    /// Believes these lists of revoked certificates, too, wherever a chain is checked (TLS-11). A certificate whose
    /// issuer is in no list counts as not revoked: nothing is fetched.
    ///
    /// # Errors
    ///
    /// If a list is none.
    pub fn with_revocation_lists(
        mut self,
        lists: &[CertificateRevocationListDer<'static>],
    ) -> Result<Self, TlsSetupError> {
        let read = |list: &CertificateRevocationListDer<'static>| {
            OwnedCertRevocationList::from_der(list)
                .map_err(|error| TlsSetupError::RevocationList { why: error.to_string() })
        };
        self.revoked = lists.iter().map(read).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Knows the certificates of servers of our own, by name: what [`Check::Server`] looks for.
    #[must_use]
    pub fn with_servers(mut self, servers: Vec<(String, CertificateDer<'static>)>) -> Self {
        self.servers = servers.into_iter().map(|(name, own)| (name.to_ascii_lowercase(), own)).collect();
        self
    }

    /// The certificate that these settings name, if it is not ours to show.
    #[must_use]
    pub fn missing(&self, certificate: &OwnCertificate) -> Option<String> {
        let found = choose(&self.identities, Shown { certificate, client_name: "" }, "").is_some();
        certificate.name.clone().filter(|_| !found)
    }

    /// Makes the handshake over `stream`. The server name that is sent is `host`, where that is a name (TLS-29);
    /// `own` says which certificate is shown if the host asks for one.
    ///
    /// # Errors
    ///
    /// If the stream breaks, or the handshake fails; then a [`rustls::Error`] is inside.
    pub async fn handshake(
        &self,
        stream: BoxStream,
        host: &ServerName<'static>,
        check: &Check,
        own: Shown<'_>,
    ) -> io::Result<Secured> {
        let resolver = Arc::new(Resolver::new(choose(&self.identities, own, &self.server).cloned()));
        let config = self.client_config(check, Arc::clone(&resolver)).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(host.clone(), stream).await?;
        let certificate =
            stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|own| own.clone().into_owned());
        Ok(Secured { stream: Box::new(stream), was_asked: resolver.was_asked.load(Ordering::Relaxed), certificate })
    }

    fn client_config(&self, check: &Check, resolver: Arc<Resolver>) -> Result<ClientConfig, rustls::Error> {
        let trust = Trust { roots: Arc::clone(&self.roots), revoked: Arc::clone(&self.revoked) };
        let known = match check {
            Check::Server(name) => self.servers.get(&name.to_ascii_lowercase()).cloned(),
            _ => None,
        };
        let verifier = Verifier::new(check.clone(), known, trust, Arc::clone(&self.provider));
        let mut config = ClientConfig::builder_with_details(Arc::clone(&self.provider), Arc::clone(&self.clock))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(resolver);
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

/// The provider of cryptography. It offers first what every implementation must have (RFC 8446 §9.1): SHA-256 is in most
/// processors, and the SHA-384 of the usual first choice is not.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    let make = || {
        let mut provider = rustls::crypto::ring::default_provider();
        provider.cipher_suites.sort_by_key(|own| own.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        Arc::new(provider)
    };
    Arc::clone(PROVIDER.get_or_init(make))
}

/// The name for a handshake with a host that was dialled by `name`; by its address if it has none that can be sent.
#[must_use]
pub fn server_name(name: Option<&str>, address: IpAddr) -> ServerName<'static> {
    name.and_then(|name| ServerName::try_from(name.trim_end_matches('.').to_owned()).ok())
        .unwrap_or_else(|| ServerName::from(address))
}

/// The world's clock, as rustls asks for it.
struct Clock(Arc<dyn Network>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        self.0.now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}
