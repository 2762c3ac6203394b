//! What a sender asks about notifications: RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT (RFC 3461 §4).
//!
//! A value is checked once, where it comes in, and then kept as it was written: who passes it on passes on the same
//! octets (RFC 3461 §5.2.1).
//!
//! # Limits
//!
//! [`ENVELOPE_ID_OCTETS_MAX`], [`ORIGINAL_RECIPIENT_OCTETS_MAX`].

mod parameter;
#[cfg(test)]
mod tests;
mod xtext;

pub use parameter::{EnvelopeId, Notify, OriginalRecipient, ParameterError, Return};

/// Longest value of ENVID, in octets: RFC 3461 §4.4.
pub const ENVELOPE_ID_OCTETS_MAX: usize = 100;

/// Longest value of ORCPT, in octets: RFC 3461 §4.2.
pub const ORIGINAL_RECIPIENT_OCTETS_MAX: usize = 500;

/// What was asked for one message. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// RET: how much of the message a failure notice returns.
    pub ret: Option<Return>,
    /// ENVID: what the sender calls this envelope.
    pub envelope_id: Option<EnvelopeId>,
    /// By recipient, in the order of the envelope; those behind its end asked for nothing.
    pub recipients: Vec<RecipientRequest>,
}

/// What was asked for one recipient. The default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientRequest {
    /// NOTIFY: of what to tell.
    pub notify: Option<Notify>,
    /// ORCPT: whom the sender wrote to in the first place.
    pub original: Option<OriginalRecipient>,
}

/// Nothing was asked.
static NOTHING: RecipientRequest = RecipientRequest { notify: None, original: None };

impl Request {
    /// What was asked for the recipient at this place of the envelope.
    #[must_use]
    pub fn recipient(&self, at: usize) -> &RecipientRequest {
        self.recipients.get(at).unwrap_or(&NOTHING)
    }

    /// The same request for some recipients of the envelope, by their places, in this order.
    #[must_use]
    pub fn pick(&self, places: &[usize]) -> Self {
        let recipients = if self.recipients.is_empty() {
            Vec::new()
        } else {
            places.iter().map(|&at| self.recipient(at).clone()).collect()
        };
        Self { ret: self.ret, envelope_id: self.envelope_id.clone(), recipients }
    }
}

/// What there is to tell a sender of.
#[expect(clippy::exhaustive_enums, reason = "RFC 3461 §4.1 has these")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Not delivered yet.
    Delay,
    /// Given up.
    Failure,
    /// Handed to a host that does not know NOTIFY, so that nobody can tell more (RFC 3461 §5.2.2).
    Relay,
}

impl RecipientRequest {
    /// Whether the sender is to be told. Unasked, of failures and delays; if asked, of that alone (RFC 3461 §4.1,
    /// §5.2.2, §5.2.5).
    #[must_use]
    pub fn wants(&self, event: Event) -> bool {
        match (&self.notify, event) {
            (None, Event::Delay | Event::Failure) => true,
            (None, Event::Relay) => false,
            (Some(notify), Event::Delay) => notify.names("DELAY"),
            (Some(notify), Event::Failure) => notify.names("FAILURE"),
            (Some(notify), Event::Relay) => notify.names("SUCCESS"),
        }
    }
}
