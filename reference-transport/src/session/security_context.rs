//! Proof of who two Exchange servers are to each other: the seam behind which Kerberos stands.

use std::fmt;

/// One side of a GSSAPI exchange (RFC 4121, RFC 4752): tokens of the other side in, tokens of ours out.
pub trait SecurityContext: Send {
    /// The first token.
    ///
    /// # Errors
    ///
    /// If we have nothing to show: no ticket, no key.
    fn begin(&mut self) -> Result<Vec<u8>, ContextError>;

    /// The answer to a token of the other side.
    ///
    /// # Errors
    ///
    /// If the token does not prove that the other side is who it should be.
    fn answer(&mut self, token: &[u8]) -> Result<Vec<u8>, ContextError>;
}

/// Why an exchange cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// The other side did not prove itself.
    #[error("the other side is not `{name}`")]
    Stranger {
        /// Who it should be.
        name: String,
    },
}

/// A stand-in for Kerberos: tokens that name the service and prove nothing. It keeps the framing honest (who speaks
/// first, what is base64, when it is over) until a library that does Kerberos stands here.
///
/// The tokens are texts: `initiate SMTPSVC/host`, and after `accept SMTPSVC/host` from the other side `confirm
/// SMTPSVC/host`.
pub struct Scripted {
    service: String,
}

impl Scripted {
    /// For the mail service of `host`.
    #[must_use]
    pub fn new(host: &str) -> Self {
        Self { service: format!("SMTPSVC/{host}") }
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").field("service", &self.service).finish()
    }
}

impl SecurityContext for Scripted {
    fn begin(&mut self) -> Result<Vec<u8>, ContextError> {
        Ok(format!("initiate {}", self.service).into_bytes())
    }

    fn answer(&mut self, token: &[u8]) -> Result<Vec<u8>, ContextError> {
        if token == format!("accept {}", self.service).as_bytes() {
            Ok(format!("confirm {}", self.service).into_bytes())
        } else {
            Err(ContextError::Stranger { name: self.service.clone() })
        }
    }
}
