//! TLS as a client: one configuration a handshake, the world's clock, and checks of the certificate that are a
//! connector's and not a browser's.
//!
//! The chain is verified by rustls; which names a certificate must show is decided by [`NameRule`], because
//! `-TlsAuthLevel` reads common names and wildcards in its own way.
//!
//! # Not here
//!
//! Resumption: a session is complete in itself. Revocation: no list is read yet.

mod name;
mod verifier;

use std::{fmt, io, net::IpAddr, sync::Arc, time::UNIX_EPOCH};

use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
    sign::{CertifiedKey, SingleCertAndKey},
    time_provider::TimeProvider,
};
use tokio_rustls::TlsConnector;

pub use self::name::{NameRule, PresentedNames};
use self::verifier::Verifier;
use crate::network::{BoxStream, Network};

/// What a certificate must show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Nothing: encryption only (TLS-10), and opportunistic TLS (TLS-04).
    Nothing,
    /// A chain to a trusted root, valid now, and a name for every rule; no rule: any name (TLS-11, TLS-12).
    ChainAndNames(Vec<NameRule>),
}

/// A certificate of our own, shown where a host asks for one (AUT-13, TLS-28).
#[derive(Debug)]
pub struct Identity {
    /// The name that selects it: a connector's `-Fqdn`, or the server's name.
    pub name: String,
    /// The certificate, then those that issued it.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
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
    /// A trusted certificate is none.
    #[error("a trusted root certificate is unusable")]
    Root {
        /// Why.
        source: rustls::Error,
    },
}

/// Everything that handshakes have in common.
pub struct Tls {
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn TimeProvider>,
    roots: Arc<RootCertStore>,
    identities: Vec<(String, Arc<CertifiedKey>)>,
    server: String,
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
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut store = RootCertStore::empty();
        for root in roots {
            store.add(root.clone()).map_err(|source| TlsSetupError::Root { source })?;
        }
        let mut own = Vec::new();
        for Identity { name, chain, key } in identities {
            match CertifiedKey::from_der(chain, key, &provider) {
                Ok(certified) => own.push((name, Arc::new(certified))),
                Err(source) => return Err(TlsSetupError::Identity { name, source }),
            }
        }
        let clock = Arc::new(Clock(network));
        Ok(Self { provider, clock, roots: Arc::new(store), identities: own, server: server.to_owned() })
    }

    /// Makes the handshake over `stream`. The server name that is sent is `host`, where that is a name (TLS-29);
    /// `client_name` selects the certificate that is shown if the host asks for one.
    ///
    /// # Errors
    ///
    /// If the stream breaks, or the handshake fails; then a [`rustls::Error`] is inside.
    pub async fn handshake(
        &self,
        stream: BoxStream,
        host: &ServerName<'static>,
        check: &Check,
        client_name: &str,
    ) -> io::Result<BoxStream> {
        let config = self.client_config(check, client_name).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(host.clone(), stream).await?;
        Ok(Box::new(stream))
    }

    fn client_config(&self, check: &Check, client_name: &str) -> Result<ClientConfig, rustls::Error> {
        let verifier = Verifier::new(check.clone(), Arc::clone(&self.roots), Arc::clone(&self.provider));
        let builder = ClientConfig::builder_with_details(Arc::clone(&self.provider), Arc::clone(&self.clock))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.identity(client_name).or_else(|| self.identity(&self.server)) {
            Some(certified) => {
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(certified))))
            }
            None => builder.with_no_client_auth(),
        };
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn identity(&self, wanted: &str) -> Option<&Arc<CertifiedKey>> {
        self.identities.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, certified)| certified)
    }
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
