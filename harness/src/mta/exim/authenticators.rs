//! The authenticators: one for each mechanism, for all connectors.
//!
//! Exim takes no two client authenticators of one mechanism, so what is sent is chosen by the transport that asks.

use std::fmt::Write as _;

use mtaspec_reference_transport::connector::Credential;

use super::{
    files::{literal, unsupported},
    transport::Transport,
};
use crate::mta::StartError;

/// What a connector authenticates with, as items of `client_send` have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    user: String,
    password: String,
    only_under_tls: bool,
}

impl Account {
    /// A credential, which may be kept for connections that are under TLS.
    pub(super) fn of(credential: &Credential, only_under_tls: bool) -> Result<Self, StartError> {
        let Credential { user, password } = credential;
        Ok(Self { user: secret(user)?, password: secret(password)?, only_under_tls })
    }
}

/// The whole section, behind its first line; empty if nobody authenticates.
pub(super) fn section(transports: &[Transport]) -> String {
    let accounts: Vec<(&str, &Account)> =
        transports.iter().filter_map(|own| Some((own.name.as_str(), own.account.as_ref()?))).collect();
    let mut text = String::new();
    if accounts.is_empty() {
        return text;
    }
    let chosen = |part: &dyn Fn(&Account) -> String| {
        accounts.iter().rev().fold("fail".to_owned(), |rest, (transport, account)| {
            let rest = if rest == "fail" { rest } else { format!("{{{rest}}}") };
            format!("${{if eq{{$transport_name}}{{{transport}}}{{{}}}{rest}}}", part(account))
        })
    };
    // Whatever TLS comes to, no password goes in the clear that must not.
    let may = |(transport, account): &(&str, &Account)| {
        let under_tls = if account.only_under_tls { "{!eq{$tls_out_cipher}{}}" } else { "" };
        format!("{{and{{{{eq{{$transport_name}}{{{transport}}}}}{under_tls}}}}}")
    };
    let condition = format!("${{if or{{{}}}}}", accounts.iter().map(may).collect::<String>());
    let both = |own: &Account| format!("^{}^{}", own.user, own.password);
    let sends = [
        // Exim tries them in this order, and `BasicAuth` is LOGIN (AUT-07).
        ("LOGIN", format!(": {} : {}", chosen(&|own| own.user.clone()), chosen(&|own| own.password.clone()))),
        ("PLAIN", chosen(&both)),
    ];
    for (mechanism, send) in sends {
        let _infallible = write!(
            text,
            "{}:\n  driver = plaintext\n  public_name = {mechanism}\n  client_condition = {condition}\n  \
             client_send = {send}\n",
            mechanism.to_ascii_lowercase()
        );
    }
    text
}

/// A user name or a password as an item of `client_send` (Exim specification, 34.7): a circumflex, and the colon that
/// separates items, are doubled.
fn secret(text: &str) -> Result<String, StartError> {
    let is_text = text.trim() == text && !text.is_empty() && !text.contains(char::is_control);
    if !is_text {
        return Err(unsupported("blanks around a user name or password"));
    }
    Ok(literal(&text.replace('^', "^^").replace(':', "::")))
}
