//! What holds for the whole organisation: the parameters of `Set-TransportConfig`.

use crate::domain::{Domain, Mailbox};

/// The organisation's transport settings; an Edge server has its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportConfig {
    /// `-ExternalDelayDsnEnabled`: delay notices to senders outside (FAIL-15).
    pub external_delay_dsn_enabled: bool,
    /// `-ExternalPostmasterAddress`: whom notices to the outside come from; `None`: `postmaster@` the default domain.
    pub external_postmaster_address: Option<Mailbox>,
    /// `-InternalDelayDsnEnabled`: delay notices to senders inside (FAIL-15).
    pub internal_delay_dsn_enabled: bool,
    /// `-MaxReceiveSize`, in octets; `None`: unlimited (SIZ-11).
    pub max_receive_size: Option<u64>,
    /// `-MaxRecipientEnvelopeLimit`; `None`: unlimited.
    pub max_recipient_envelope_limit: Option<u32>,
    /// `-MaxSendSize`, in octets; `None`: unlimited (SIZ-10, SIZ-11).
    pub max_send_size: Option<u64>,
    /// `-TLSReceiveDomainSecureList`.
    pub tls_receive_domain_secure_list: Vec<Domain>,
    /// `-TLSSendDomainSecureList`: to whom mutual TLS is spoken by connectors with `DomainSecureEnabled`; no wildcards
    /// (TLS-22, TLS-23).
    pub tls_send_domain_secure_list: Vec<Domain>,
}

impl Default for TransportConfig {
    fn default() -> Self {
        const LIMIT: u64 = 10 * 1024 * 1024;
        Self {
            external_delay_dsn_enabled: true,
            external_postmaster_address: None,
            internal_delay_dsn_enabled: true,
            max_receive_size: Some(LIMIT),
            max_recipient_envelope_limit: Some(500),
            max_send_size: Some(LIMIT),
            tls_receive_domain_secure_list: Vec::new(),
            tls_send_domain_secure_list: Vec::new(),
        }
    }
}
