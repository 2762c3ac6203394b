//! Making certificates.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationList, CertificateRevocationListParams,
    DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    NameConstraints, RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::PkiError;
use crate::host::{CertificateKind, CertificateSpec};

/// How long a world may last: valid certificates hold for all of it.
const WORLD_DAYS_MAX: i64 = 3650;

/// Longest common name (RFC 5280, ub-common-name).
const COMMON_NAME_OCTETS_MAX: usize = 64;

/// The keys of a process.
struct Keys {
    root: KeyPair,
    intermediate: KeyPair,
    other: KeyPair,
    unknown: KeyPair,
    server: KeyPair,
    client: KeyPair,
}

/// What was kept of an authority, or what it is to be for one that will be.
pub(super) struct Kept {
    /// It signs for names below this domain.
    pub(super) domain: String,
    /// The keys, as [`Authority::keys_pem`] gave them; none yet, if it is to be kept from now on.
    pub(super) keys: Option<String>,
}

/// How PEM ends a key.
const KEY_ENDS: &str = "-----END PRIVATE KEY-----";

impl Keys {
    fn generate() -> Result<Self, PkiError> {
        Self::of(|| KeyPair::generate().map_err(certificate_error))
    }

    fn of_pem(text: &str) -> Result<Self, PkiError> {
        let mut parts = text.split_inclusive(KEY_ENDS);
        Self::of(|| KeyPair::from_pem(parts.next().unwrap_or_default().trim_start()).map_err(certificate_error))
    }

    fn of(mut key: impl FnMut() -> Result<KeyPair, PkiError>) -> Result<Self, PkiError> {
        Ok(Self { root: key()?, intermediate: key()?, other: key()?, unknown: key()?, server: key()?, client: key()? })
    }

    /// In the order in which [`Keys::of`] takes them.
    fn all(&self) -> [&KeyPair; 6] {
        [&self.root, &self.intermediate, &self.other, &self.unknown, &self.server, &self.client]
    }
}

/// A certificate with what signed it, and its key.
pub(super) struct Chain {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) pem: String,
    pub(super) key_pem: String,
}

/// The root and the intermediate of one world.
pub(super) struct Authority {
    pub(super) root: CertificateDer<'static>,
    pub(super) root_pem: String,
    begin: OffsetDateTime,
    root_params: CertificateParams,
    keys: Arc<Keys>,
    intermediate_params: CertificateParams,
    intermediate: Certificate,
    unknown_params: CertificateParams,
}

impl Authority {
    pub(super) fn new(begin: SystemTime, kept: Option<&Kept>) -> Result<Self, PkiError> {
        let keys = match kept.map(|kept| kept.keys.as_deref()) {
            None => keys()?,
            Some(None) => Arc::new(Keys::generate()?),
            Some(Some(text)) => Arc::new(Keys::of_pem(text)?),
        };
        let begin = OffsetDateTime::from(begin);
        let domain = kept.map(|kept| kept.domain.as_str());
        let root_name = domain.map_or("mtaspec root".to_owned(), |domain| format!("mtaspec root for {domain}"));
        let mut root_params = authority_params(&root_name, begin)?;
        let mut intermediate_params = authority_params("mtaspec issuing", begin)?;
        for params in [&mut root_params, &mut intermediate_params] {
            params.name_constraints = domain.map(|domain| NameConstraints {
                permitted_subtrees: vec![GeneralSubtree::DnsName(domain.to_owned())],
                excluded_subtrees: Vec::new(),
            });
        }
        let unknown_params = authority_params("nobody's issuing", begin)?;
        let root = root_params.self_signed(&keys.root).map_err(certificate_error)?;
        let issuer = Issuer::from_params(&root_params, &keys.root);
        let intermediate = intermediate_params.signed_by(&keys.intermediate, &issuer).map_err(certificate_error)?;
        drop(issuer);
        Ok(Self {
            root: root.der().clone(),
            root_pem: root.pem(),
            begin,
            root_params,
            keys,
            intermediate_params,
            intermediate,
            unknown_params,
        })
    }

    /// The keys, in PEM, one behind the other.
    pub(super) fn keys_pem(&self) -> String {
        self.keys.all().iter().map(|key| key.serialize_pem()).collect()
    }

    /// A certificate that a host shows.
    pub(super) fn server(&self, spec: &CertificateSpec) -> Result<Chain, PkiError> {
        let mut params = match spec.kind {
            CertificateKind::CommonName => {
                let mut params = leaf_params(spec.names.get(1..).unwrap_or_default(), &spec.to_string())?;
                params.distinguished_name.push(DnType::CommonName, spec.names.first().map_or("", String::as_str));
                params
            }
            CertificateKind::NulInName => {
                let names: Vec<String> = spec.names.iter().map(|name| format!("{name}\0.invalid")).collect();
                leaf_params(&names, &spec.to_string())?
            }
            _ => leaf_params(&spec.names, &spec.to_string())?,
        };
        let (from, to) = match spec.kind {
            CertificateKind::Expired => (-30, -1),
            CertificateKind::NotYetValid => (WORLD_DAYS_MAX + 1, WORLD_DAYS_MAX + 366),
            CertificateKind::CommonName
            | CertificateKind::NulInName
            | CertificateKind::Revoked
            | CertificateKind::SelfSigned
            | CertificateKind::UnknownIssuer
            | CertificateKind::Valid => (-1, WORLD_DAYS_MAX),
        };
        params.not_before = days(self.begin, from)?;
        params.not_after = days(self.begin, to)?;
        let key = &self.keys.server;
        match spec.kind {
            CertificateKind::SelfSigned => chain(&[&params.self_signed(key).map_err(certificate_error)?], key),
            CertificateKind::UnknownIssuer => {
                let issuer = Issuer::from_params(&self.unknown_params, &self.keys.unknown);
                chain(&[&params.signed_by(key, &issuer).map_err(certificate_error)?], key)
            }
            CertificateKind::CommonName
            | CertificateKind::Expired
            | CertificateKind::NotYetValid
            | CertificateKind::NulInName
            | CertificateKind::Revoked
            | CertificateKind::Valid => self.issue(&params, key),
        }
    }

    /// A certificate that shows a client.
    pub(super) fn client(&self, name: &str) -> Result<Chain, PkiError> {
        let mut params = leaf_params(&[name.to_owned()], &format!("client {name}"))?;
        params.not_before = days(self.begin, -1)?;
        params.not_after = days(self.begin, WORLD_DAYS_MAX)?;
        self.issue(&params, &self.keys.client)
    }

    /// A certificate that shows a client, of an issuer that goes by `issuer` and is trusted like the usual one.
    pub(super) fn client_of(&self, issuer: &str, name: &str) -> Result<Chain, PkiError> {
        let mut params = leaf_params(&[name.to_owned()], &format!("client {name} of {issuer}"))?;
        params.not_before = days(self.begin, -1)?;
        params.not_after = days(self.begin, WORLD_DAYS_MAX)?;
        let issuer_params = authority_params(issuer, self.begin)?;
        let root = Issuer::from_params(&self.root_params, &self.keys.root);
        let intermediate = issuer_params.signed_by(&self.keys.other, &root).map_err(certificate_error)?;
        let signer = Issuer::from_params(&issuer_params, &self.keys.other);
        let leaf = params.signed_by(&self.keys.client, &signer).map_err(certificate_error)?;
        chain(&[&leaf, &intermediate], &self.keys.client)
    }

    /// The list of the usual issuer's certificates that are revoked; those of `specs` that say so are in it.
    pub(super) fn revocation_list(&self, specs: &[CertificateSpec]) -> Result<CertificateRevocationList, PkiError> {
        let revoked = specs.iter().filter(|spec| spec.kind == CertificateKind::Revoked);
        let entries = revoked.map(|spec| {
            Ok(RevokedCertParams {
                serial_number: serial(&spec.to_string()),
                revocation_time: days(self.begin, -1)?,
                reason_code: Some(RevocationReason::KeyCompromise),
                invalidity_date: None,
            })
        });
        let params = CertificateRevocationListParams {
            this_update: days(self.begin, -1)?,
            next_update: days(self.begin, WORLD_DAYS_MAX)?,
            crl_number: serial("revocation list"),
            issuing_distribution_point: None,
            revoked_certs: entries.collect::<Result<_, PkiError>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.intermediate_params, &self.keys.intermediate);
        params.signed_by(&issuer).map_err(certificate_error)
    }

    fn issue(&self, params: &CertificateParams, key: &KeyPair) -> Result<Chain, PkiError> {
        let issuer = Issuer::from_params(&self.intermediate_params, &self.keys.intermediate);
        let leaf = params.signed_by(key, &issuer).map_err(certificate_error)?;
        chain(&[&leaf, &self.intermediate], key)
    }
}

fn keys() -> Result<Arc<Keys>, PkiError> {
    static KEYS: OnceLock<Result<Arc<Keys>, PkiError>> = OnceLock::new();
    KEYS.get_or_init(|| Keys::generate().map(Arc::new)).clone()
}

fn authority_params(name: &str, begin: OffsetDateTime) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.serial_number = Some(serial(name));
    params.not_before = days(begin, -WORLD_DAYS_MAX)?;
    params.not_after = days(begin, 2 * WORLD_DAYS_MAX)?;
    Ok(params)
}

fn leaf_params(names: &[String], words: &str) -> Result<CertificateParams, PkiError> {
    let mut params = CertificateParams::default();
    for name in names {
        params.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into().map_err(certificate_error)?),
        });
    }
    if let Some(first) = names.first().filter(|name| name.len() <= COMMON_NAME_OCTETS_MAX) {
        params.distinguished_name.push(DnType::CommonName, first.as_str());
    }
    params.serial_number = Some(serial(words));
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}

/// A serial number that no other certificate of the world has: some TLS libraries refuse two of one issuer.
fn serial(words: &str) -> SerialNumber {
    let mut octets = Sha256::digest(words.as_bytes())[..16].to_vec();
    octets[0] = octets[0] & 0x7f | 0x40;
    SerialNumber::from(octets)
}

fn days(begin: OffsetDateTime, count: i64) -> Result<OffsetDateTime, PkiError> {
    begin
        .checked_add(Duration::days(count))
        .ok_or_else(|| PkiError::Certificate { why: "the world begins at no time of the calendar".to_owned() })
}

fn chain(certificates: &[&Certificate], key: &KeyPair) -> Result<Chain, PkiError> {
    Ok(Chain {
        certificates: certificates.iter().map(|certificate| certificate.der().clone()).collect(),
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        pem: certificates.iter().map(|certificate| certificate.pem()).collect(),
        key_pem: key.serialize_pem(),
    })
}

fn certificate_error(error: rcgen::Error) -> PkiError {
    PkiError::Certificate { why: error.to_string() }
}
