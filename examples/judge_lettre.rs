//! Judges lettre, a mail library, by the pages of the corpus: `cargo run --example judge_lettre`.

use std::{error::Error, time::Duration};

use lettre::transport::smtp::{
    client::{Certificate, Tls, TlsParameters},
    extension::ClientId,
};
use lettre::{SmtpTransport, Transport, address::Envelope, transport::smtp::authentication::Credentials};
use mtaspec_harness::mta::{Brief, Library, NextHop, SendMessage, Sent, StartError};
use mtaspec_harness::reference::connector::{Authentication, TlsAuthLevel, TlsPolicy};

pub const LETTRE: Library = Library { name: "lettre", version: "0.11.23", translate };

fn failed(error: impl Error) -> StartError {
    StartError::Failed { why: error.to_string() }
}

/// The settings of the page's connector, in the words of lettre.
fn translate(brief: &Brief) -> Result<SendMessage, StartError> {
    let NextHop { connector, name, dial } = brief.one_smart_host()?;
    let mut tls = TlsParameters::builder(match &connector.tls {
        TlsPolicy::Required { domain: Some(domain), .. } => domain.clone(),
        _ => name,
    });
    tls = tls.add_root_certificate(Certificate::from_pem(brief.authority.pem.as_bytes()).map_err(failed)?);
    let (user, secret) = match &connector.authentication {
        Authentication::Basic(user) => (Some(user), false),
        Authentication::BasicRequireTls(user) => (Some(user), true),
        _ => (None, false),
    };
    let checked = matches!(&connector.tls, TlsPolicy::Required { level, .. } if *level != TlsAuthLevel::EncryptionOnly);
    let tls = tls.dangerous_accept_invalid_certs(!checked && !secret).build().map_err(failed)?;
    let mut transport = SmtpTransport::builder_dangerous(dial.ip().to_string())
        .port(dial.port())
        .hello_name(ClientId::Domain(connector.fqdn.unwrap_or_else(|| brief.server.clone())))
        .timeout(Some(Duration::from_secs(5)))
        .tls(match &connector.tls {
            TlsPolicy::Ignore => Tls::None,
            TlsPolicy::Opportunistic if !secret => Tls::Opportunistic(tls),
            _ => Tls::Required(tls),
        });
    if let Some(user) = user {
        transport = transport.credentials(Credentials::new(user.user.clone(), user.password.clone()));
    }
    let transport = transport.build();
    Ok(Box::new(move |message| {
        let from = Some(&message.reverse_path).filter(|path| !path.is_empty()).map(|path| path.parse());
        let to = message.recipients.iter().map(|path| path.parse()).collect::<Result<_, _>>().map_err(failed)?;
        let envelope = Envelope::new(from.transpose().map_err(failed)?, to).map_err(failed)?;
        Ok(match transport.send_raw(&envelope, &message.octets) {
            Ok(reply) => Sent::Delivered(reply.code().to_string()),
            Err(error) if error.is_permanent() => Sent::Failed(error.to_string()),
            Err(error) => Sent::Deferred(error.to_string()),
        })
    }))
}

pub fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", mtaspec::suite()?.judge(&LETTRE)?);
    Ok(())
}
