//! What the organisation is told as a whole: the parameters of `Set-TransportConfig`.

use crate::domain::Domain;

/// The settings of the organisation, one field a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportConfig {
    /// `-TLSSendDomainSecureList`: domains that mail goes to by mutual TLS alone, over connectors with
    /// `-DomainSecureEnabled` (TLS-23). No wildcards (TLS-22).
    pub tls_send_domain_secure_list: Vec<Domain>,
}
