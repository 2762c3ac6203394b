//! The certificates of one world: a root that the MTA trusts, and every right and wrong certificate below or beside
//! it.
//!
//! Keys are P-256, made once a process and shared; certificates are made when they are first needed, around the time
//! at which the world begins.

mod certificates;
mod spec;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
    time_provider::TimeProvider,
    version::{TLS12, TLS13},
};

use self::certificates::{Authority, Chain, Kept};
use crate::host::{CertificateKind, CertificateSpec, ClientCertificate};

/// The authority of one world, and all that it signs.
pub struct Pki {
    begin: SystemTime,
    /// What was kept of an earlier one.
    kept: Option<Kept>,
    authority: OnceLock<Result<Authority, PkiError>>,
    /// Short of their clock.
    configs: Mutex<BTreeMap<ConfigKey, Arc<ServerConfig>>>,
    /// What hosts show: the same certificate, whoever asks, for somebody may trust it alone.
    shown: Mutex<BTreeMap<CertificateSpec, Shown>>,
    /// What clients show.
    clients: Mutex<BTreeMap<ClientKey, Arc<Chain>>>,
    /// By what they revoke.
    lists: Mutex<BTreeMap<Vec<CertificateSpec>, RevocationList>>,
}

/// A chain, and its key.
type Shown = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Issuer and name of a client's certificate; no issuer: the usual one.
type ClientKey = (Option<String>, String);

/// In DER and in PEM.
type RevocationList = (CertificateRevocationListDer<'static>, String);

/// What a server configuration is made of, short of its clock.
type ConfigKey = (CertificateSpec, Option<&'static str>, Vec<String>);

/// Why a certificate or a configuration cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PkiError {
    /// A name or a time cannot stand in a certificate.
    #[error("no such certificate can be made: {why}")]
    Certificate {
        /// In the words of the library that refused.
        why: String,
    },
    /// The TLS library refuses the configuration.
    #[error("no TLS server can be made: {why}")]
    Config {
        /// In the words of the library that refused.
        why: String,
    },
    /// No TLS version is left.
    #[error("no TLS version is left that a host can speak")]
    NoVersion,
}

impl Pki {
    /// The authority of a world that begins at `begin`: its valid certificates are valid from a day before for ten
    /// years.
    #[must_use]
    pub fn new(begin: SystemTime) -> Self {
        Self {
            begin,
            kept: None,
            authority: OnceLock::new(),
            configs: Mutex::default(),
            shown: Mutex::default(),
            clients: Mutex::default(),
            lists: Mutex::default(),
        }
    }

    /// The authority that was kept as this text, for a world that begins at `begin`: whoever trusts the one trusts the
    /// other. All certificates of both are for names below `domain` and for addresses.
    #[must_use]
    pub fn kept(begin: SystemTime, domain: &str, text: &str) -> Self {
        let kept = Kept { domain: domain.to_owned(), keys: Some(text.to_owned()) };
        Self { kept: Some(kept), ..Self::new(begin) }
    }

    /// An authority to be kept, for names below `domain` and for addresses alone.
    #[must_use]
    pub fn to_keep(begin: SystemTime, domain: &str) -> Self {
        Self { kept: Some(Kept { domain: domain.to_owned(), keys: None }), ..Self::new(begin) }
    }

    /// What [`Pki::kept`] needs: secret keys, in PEM.
    ///
    /// # Errors
    ///
    /// As [`Pki::root_pem`].
    pub fn keys_pem(&self) -> Result<String, PkiError> {
        Ok(self.authority()?.keys_pem())
    }

    /// The root certificate, as an MTA's configuration takes it.
    ///
    /// # Errors
    ///
    /// If the time at which the world begins cannot stand in a certificate.
    pub fn root_pem(&self) -> Result<String, PkiError> {
        Ok(self.authority()?.root_pem.clone())
    }

    /// The certificates that an MTA is to trust.
    ///
    /// # Errors
    ///
    /// As [`Pki::root_pem`].
    pub fn roots(&self) -> Result<Vec<CertificateDer<'static>>, PkiError> {
        Ok(vec![self.authority()?.root.clone()])
    }

    /// A certificate that shows a client as `name`, with its chain, and its key.
    ///
    /// # Errors
    ///
    /// If `name` cannot stand in a certificate.
    pub fn client_identity(
        &self,
        name: &str,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), PkiError> {
        let chain = self.client(None, name)?;
        Ok((chain.certificates.clone(), chain.key.clone_key()))
    }

    /// The same as [`Pki::client_identity`], as an MTA's configuration takes it: the chain and the key in PEM.
    ///
    /// # Errors
    ///
    /// As [`Pki::client_identity`].
    pub fn client_identity_pem(&self, name: &str) -> Result<(String, String), PkiError> {
        let chain = self.client(None, name)?;
        Ok((chain.pem.clone(), chain.key_pem.clone()))
    }

    /// The same as [`Pki::client_identity`], signed by an issuer whose common name is `issuer`, and which the root trusts
    /// like the usual one.
    ///
    /// # Errors
    ///
    /// As [`Pki::client_identity`], for either name.
    pub fn client_identity_of(
        &self,
        issuer: &str,
        name: &str,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), PkiError> {
        let chain = self.client(Some(issuer), name)?;
        Ok((chain.certificates.clone(), chain.key.clone_key()))
    }

    fn client(&self, issuer: Option<&str>, name: &str) -> Result<Arc<Chain>, PkiError> {
        let key = (issuer.map(str::to_owned), name.to_owned());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chain) = clients.get(&key) {
            return Ok(Arc::clone(chain));
        }
        let authority = self.authority()?;
        let chain = match issuer {
            None => authority.client(name)?,
            Some(issuer) => authority.client_of(issuer, name)?,
        };
        let chain = Arc::new(chain);
        clients.insert(key, Arc::clone(&chain));
        Ok(chain)
    }

    /// The list of revoked certificates of the issuer of all servers, as an MTA's configuration takes it: in DER and in
    /// PEM. Those of `specs` that are [`CertificateKind::Revoked`] are in it.
    ///
    /// # Errors
    ///
    /// If no list can be made at the time at which the world begins.
    pub fn revocation_list(
        &self,
        specs: &[CertificateSpec],
    ) -> Result<(CertificateRevocationListDer<'static>, String), PkiError> {
        let revoked: Vec<CertificateSpec> =
            specs.iter().filter(|spec| spec.kind == CertificateKind::Revoked).cloned().collect();
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = lists.get(&revoked) {
            return Ok(list.clone());
        }
        let list = self.authority()?.revocation_list(&revoked)?;
        let list = (list.der().clone(), list.pem().map_err(config_error)?);
        lists.insert(revoked, list.clone());
        Ok(list)
    }

    /// The certificate that a host shows as `spec`, without its chain: for a client that trusts this one directly.
    ///
    /// # Errors
    ///
    /// If a name cannot stand in a certificate.
    pub fn certificate(&self, spec: &CertificateSpec) -> Result<Option<CertificateDer<'static>>, PkiError> {
        Ok(self.shown(spec)?.0.into_iter().next())
    }

    fn shown(&self, spec: &CertificateSpec) -> Result<Shown, PkiError> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((chain, key)) = shown.get(spec) {
            return Ok((chain.clone(), key.clone_key()));
        }
        let Chain { certificates, key, .. } = self.authority()?.server(spec)?;
        shown.insert(spec.clone(), (certificates.clone(), key.clone_key()));
        Ok((certificates, key))
    }

    /// What a host needs for a handshake in which it shows `certificate`.
    ///
    /// `versions` are `1.2` and `1.3`; others are passed over. `clock` judges the certificate of a client, which must
    /// come from the same root. Sessions are never resumed. The same arguments give the same configuration, as long as
    /// there is one clock.
    ///
    /// # Errors
    ///
    /// If a name cannot stand in a certificate, or no version is left.
    pub fn server_config(
        &self,
        certificate: &CertificateSpec,
        client_auth: Option<ClientCertificate>,
        versions: &[String],
        clock: &Arc<dyn TimeProvider>,
    ) -> Result<Arc<ServerConfig>, PkiError> {
        let asked = client_auth.map(|asked| match asked {
            ClientCertificate::Requested => "requested",
            ClientCertificate::Required => "required",
        });
        let key = (certificate.clone(), asked, versions.to_vec());
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        let config = match configs.get(&key) {
            Some(config) => Arc::clone(config),
            None => {
                let chain = self.shown(certificate)?;
                let config = Arc::new(self.make_config(chain, client_auth, versions, clock)?);
                configs.insert(key, Arc::clone(&config));
                config
            }
        };
        drop(configs);
        if Arc::ptr_eq(&config.time_provider, clock) {
            return Ok(config);
        }
        // Worlds share what is costly: the key that was read, and the roots.
        let mut own = ServerConfig::clone(&config);
        own.time_provider = Arc::clone(clock);
        Ok(Arc::new(own))
    }

    fn make_config(
        &self,
        (certificates, key): Shown,
        client_auth: Option<ClientCertificate>,
        versions: &[String],
        clock: &Arc<dyn TimeProvider>,
    ) -> Result<ServerConfig, PkiError> {
        let versions = protocol_versions(versions)?;
        let builder = ServerConfig::builder_with_details(provider(), Arc::clone(clock))
            .with_protocol_versions(&versions)
            .map_err(config_error)?;
        let builder = match client_auth {
            None => builder.with_no_client_auth(),
            Some(asked) => {
                let mut roots = RootCertStore::empty();
                roots.add(self.authority()?.root.clone()).map_err(config_error)?;
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
                let verifier = match asked {
                    ClientCertificate::Requested => verifier.allow_unauthenticated(),
                    ClientCertificate::Required => verifier,
                };
                builder.with_client_cert_verifier(verifier.build().map_err(config_error)?)
            }
        };
        let mut config = builder.with_single_cert(certificates, key).map_err(config_error)?;
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        Ok(config)
    }

    fn authority(&self) -> Result<&Authority, PkiError> {
        self.authority.get_or_init(|| Authority::new(self.begin, self.kept.as_ref())).as_ref().map_err(Clone::clone)
    }
}

impl fmt::Debug for Pki {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pki").field("begin", &self.begin).finish_non_exhaustive()
    }
}

fn config_error(error: impl fmt::Display) -> PkiError {
    PkiError::Config { why: error.to_string() }
}

fn protocol_versions(names: &[String]) -> Result<Vec<&'static SupportedProtocolVersion>, PkiError> {
    let known = [("1.2", &TLS12), ("1.3", &TLS13)];
    let versions: Vec<_> = known
        .into_iter()
        .filter(|(name, _)| names.iter().any(|asked| asked == name))
        .map(|(_, version)| version)
        .collect();
    if versions.is_empty() { Err(PkiError::NoVersion) } else { Ok(versions) }
}

/// The one provider of cryptography, shared.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}
