//! A session that is kept open between messages to one next hop.

use std::net::SocketAddr;

use super::{
    courier::Work,
    ledger::Ledger,
    visit::{After, When, transactions},
};
use crate::session::Session;

/// Keeps the session that the last message left, for the next one. It belongs to one next hop under one connector's
/// settings, so it is never shared across credentials, TLS needs or rights (SES-10).
///
/// # Cancel safety
///
/// If it is dropped with a session, that is cut off; [`Held::quit`] ends it properly.
pub struct Held<'a> {
    open: Option<Box<Open>>,
    /// Told of each session that stands.
    on_open: &'a (dyn Fn() + Send + Sync),
}

/// A session that is open for another transaction.
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) address: SocketAddr,
    /// The host, as reports call it.
    pub(super) label: String,
    /// How many transactions it may still have (MOD-22).
    pub(super) transactions_left: u32,
}

impl<'a> Held<'a> {
    /// Nothing; `on_open` is told of each session that stands from now on.
    #[must_use]
    pub fn new(on_open: &'a (dyn Fn() + Send + Sync)) -> Self {
        Self { open: None, on_open }
    }

    /// Ends the session, if there is one (SES-08).
    pub async fn quit(&mut self) {
        if let Some(open) = self.open.take() {
            open.session.quit().await;
        }
    }

    pub(super) fn opened(&self) {
        (self.on_open)();
    }

    pub(super) fn take(&mut self) -> Option<Box<Open>> {
        self.open.take()
    }

    pub(super) fn keep(&mut self, open: Box<Open>) {
        self.open = Some(open);
    }
}

impl Open {
    /// Offers the next message. Gives the address if its host has answered, so that it need not be asked again; one
    /// that had gone away since the last message may be dialled anew.
    pub(super) async fn go_on(
        self: Box<Self>,
        work: Work<'_>,
        ledger: &mut Ledger,
        held: &mut Held<'_>,
    ) -> Option<SocketAddr> {
        let address = self.address;
        match transactions(self, work, ledger.open(), ledger).await {
            After::Done(open) => {
                held.keep(open);
                Some(address)
            }
            After::Spent { waiting } => waiting.is_empty().then_some(address),
            After::Lost(When::AtMail) => None,
            After::Lost(When::Later) => Some(address),
        }
    }
}
