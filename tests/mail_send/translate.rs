//! What a connector means for mail-send: the settings of one smart host, in the words of the library.

use std::sync::Arc;

use mail_send::{
    Credentials, Error, SmtpClient, SmtpClientBuilder,
    smtp::{message::Message, tls::build_tls_connector},
};
use mtaspec_harness::{
    mta::{Brief, Library, NextHop, SendMessage, Sent, StartError, Submission},
    reference::connector::{Hello, TlsAuthLevel, TlsPolicy},
};
use rustls::{ClientConfig, RootCertStore, client::WebPkiServerVerifier};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime,
};
use tokio_rustls::TlsConnector;

pub(crate) const MAIL_SEND: Library = Library { name: "mail-send", version: "0.7.0", translate };

/// The port on which TLS begins with the connection (RFC 8314 §3.3).
const SMTPS: u16 = 465;

/// When the library is asked for TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// `connect`.
    Always,
    /// `connect_plain`.
    Never,
    /// `connect`, and `connect_plain` where that ends in an error that says that there is no TLS.
    WherePossible,
}

fn translate(brief: &Brief) -> Result<SendMessage, StartError> {
    brief.connectors_alone()?;
    let hop = brief.one_smart_host()?;
    if hop.connector.hello == Hello::Helo {
        // `say_ehlo(false)` leaves EHLO out, and says nothing in its place.
        return Err(StartError::unsupported("-ForceHELO"));
    }
    let (level, name) = hop.certificate()?;
    let encryption = match &hop.connector.tls {
        TlsPolicy::Ignore if level == TlsAuthLevel::EncryptionOnly => Encryption::Never,
        TlsPolicy::Opportunistic if level == TlsAuthLevel::EncryptionOnly => Encryption::WherePossible,
        _ => Encryption::Always,
    };
    let client = client(brief, &hop, level, name)?;
    Ok(Box::new(move |message| {
        hop.takes(message)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::failed)?;
        let sent = runtime.block_on(send(&client, encryption, message));
        Ok(Sent::of(sent, says_never))
    }))
}

/// The settings of the client.
fn client(
    brief: &Brief,
    hop: &NextHop,
    level: TlsAuthLevel,
    name: String,
) -> Result<SmtpClientBuilder<String>, StartError> {
    let port = hop.dial.port();
    let own = hop.connector.fqdn.as_ref().unwrap_or(&brief.server);
    let mut client = match level {
        // What `allow_invalid_certs` sets. `SmtpClientBuilder::new` would read the authorities of the machine first.
        TlsAuthLevel::EncryptionOnly => {
            let any = build_tls_connector(true).map_err(StartError::failed)?;
            SmtpClientBuilder::new_with_tls_connector(name, port, any)
        }
        TlsAuthLevel::DomainValidation => {
            SmtpClientBuilder::new_with_tls_connector(name, port, validation(brief, own)?)
        }
        // It has a switch for all of a certificate, and none for its name alone.
        _ => return Err(StartError::unsupported("-TlsAuthLevel CertificateValidation")),
    };
    // The name is for the certificate; where it is dialled is another matter.
    client.addr = hop.dial.to_string();
    client = client.implicit_tls(hop.connector.port == SMTPS).helo_host(own).timeout(hop.connector.inactivity_timeout);
    Ok(match hop.credential() {
        Some(user) => client.credentials(Credentials::new(user.user.clone(), user.password.clone())),
        None => client,
    })
}

/// TLS that asks all of a certificate, and shows the one of this name. The authority is one of the world's own, which the
/// machine does not know.
fn validation(brief: &Brief, own: &str) -> Result<TlsConnector, StartError> {
    let mut roots = RootCertStore::empty();
    for certificate in &brief.authority.der {
        roots.add(certificate.clone()).map_err(StartError::failed)?;
    }
    let verifier = WebPkiServerVerifier::builder(Arc::new(roots))
        .with_crls([brief.authority.revocation_list.clone()])
        .allow_unknown_revocation_status()
        .build();
    let config = ClientConfig::builder().with_webpki_verifier(verifier.map_err(StartError::failed)?);
    let config = match brief.identities.iter().find(|identity| identity.name == own) {
        Some(own) => {
            config.with_client_auth_cert(own.chain.clone(), own.key.clone_key()).map_err(StartError::failed)?
        }
        None => config.with_no_client_auth(),
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// One message, in one session.
async fn send(
    client: &SmtpClientBuilder<String>,
    encryption: Encryption,
    message: &Submission,
) -> mail_send::Result<()> {
    match encryption {
        Encryption::Always => hand_over(client.connect().await?, message).await,
        Encryption::Never => hand_over(client.connect_plain().await?, message).await,
        Encryption::WherePossible => match client.connect().await {
            Err(Error::MissingStartTls | Error::Tls(_)) => hand_over(client.connect_plain().await?, message).await,
            connected => hand_over(connected?, message).await,
        },
    }
}

async fn hand_over<S>(mut session: SmtpClient<S>, message: &Submission) -> mail_send::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (reverse_path, recipients) = (message.reverse_path.as_str(), message.recipients.iter().map(String::as_str));
    let sent = session.send(Message::new(reverse_path, recipients, message.octets.as_slice())).await;
    // Whatever became of the message; and what is answered to QUIT changes nothing of it.
    let _ = session.quit().await;
    sent.map(drop)
}

/// Whether an error says that there is no use in another attempt: a permanent negative reply (RFC 5321 §4.2.1). A login
/// that failed is an error of its own, and says nothing of the message.
fn says_never(error: &Error) -> bool {
    matches!(error, Error::UnexpectedReply(reply) if (500..600).contains(&reply.code))
}
