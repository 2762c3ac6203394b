//! Judges lettre, a mail library, by the pages of the corpus: `cargo run --example judge_lettre`.

use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{authentication::Credentials, extension::ClientId};
use lettre::{SmtpTransport, Transport, address::Envelope};
use mtaspec_harness::mta::{Brief, Library, SendMessage, Sent, StartError};
use mtaspec_harness::reference::connector::{Hello, TlsAuthLevel, TlsPolicy};

pub(crate) const LETTRE: Library = Library { name: "lettre", version: "0.11.23", translate };

/// The settings of the page's connector, in the words of lettre.
fn translate(brief: &Brief) -> Result<SendMessage, StartError> {
    brief.connectors_alone()?;
    let hop = brief.one_smart_host()?;
    let connector = &hop.connector;
    if connector.hello == Hello::Helo {
        return Err(StartError::unsupported("-ForceHELO"));
    }
    let (level, name) = hop.certificate()?;
    let authority = Certificate::from_pem(brief.authority.pem.as_bytes()).map_err(StartError::failed)?;
    // It shows no certificate: with rustls an `Identity` is one in DER, and without its chain hosts refuse it.
    let tls = TlsParameters::builder(name)
        .add_root_certificate(authority)
        .dangerous_accept_invalid_certs(level == TlsAuthLevel::EncryptionOnly)
        .dangerous_accept_invalid_hostnames(level != TlsAuthLevel::DomainValidation);
    let tls = tls.build().map_err(StartError::failed)?;
    let mut transport = SmtpTransport::builder_dangerous(hop.dial.ip().to_string())
        .port(hop.dial.port())
        .hello_name(ClientId::Domain(connector.fqdn.as_ref().unwrap_or(&brief.server).clone()))
        .timeout(Some(connector.inactivity_timeout));
    transport = transport.tls(match &connector.tls {
        TlsPolicy::Ignore if level == TlsAuthLevel::EncryptionOnly => Tls::None,
        TlsPolicy::Opportunistic if level == TlsAuthLevel::EncryptionOnly => Tls::Opportunistic(tls),
        // RFC 8314: TLS begins with the connection.
        _ if connector.port == 465 => Tls::Wrapper(tls),
        _ => Tls::Required(tls),
    });
    if let Some(user) = hop.credential() {
        transport = transport.credentials(Credentials::new(user.user.clone(), user.password.clone()));
    }
    let transport = transport.build();
    Ok(Box::new(move |message| {
        hop.takes(message)?;
        let (from, to) = message.paths(|path| path.parse())?;
        let envelope = Envelope::new(from, to).map_err(StartError::failed)?;
        Ok(Sent::of(transport.send_raw(&envelope, &message.octets), lettre::transport::smtp::Error::is_permanent))
    }))
}

#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", mtaspec::suite()?.judge(&LETTRE)?);
    Ok(())
}
