//! Judges lettre, a mail library, by the pages of the corpus: `cargo run --example judge_lettre`.

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport, address::Envelope};
use mtaspec_harness::mta::{Brief, Library, SendMessage, Sent, StartError};
use mtaspec_harness::reference::connector::{Authentication, Hello, TlsAuthLevel, TlsPolicy};

pub(crate) const LETTRE: Library = Library { name: "lettre", version: "0.11.23", translate };

/// The settings of the page's connector, in the words of lettre.
fn translate(brief: &Brief) -> Result<SendMessage, StartError> {
    let hop = brief.one_smart_host()?;
    let connector = hop.connector.clone();
    if connector.hello == Hello::Helo {
        return Err(StartError::unsupported("-ForceHELO"));
    }
    let (user, exact) = match connector.authentication {
        Authentication::Basic(user) => (Some(user), false),
        Authentication::BasicRequireTls(user) => (Some(user), true),
        _ => (None, false),
    };
    let (level, domain) = match &connector.tls {
        _ if exact => (TlsAuthLevel::DomainValidation, None),
        TlsPolicy::Required { level, domain } => (*level, domain.clone()),
        _ => (TlsAuthLevel::EncryptionOnly, None),
    };
    let tls = TlsParameters::builder(domain.unwrap_or_else(|| hop.name.clone()))
        .add_root_certificate(Certificate::from_pem(brief.authority.pem.as_bytes()).map_err(StartError::failed)?)
        .dangerous_accept_invalid_certs(level == TlsAuthLevel::EncryptionOnly)
        .dangerous_accept_invalid_hostnames(level != TlsAuthLevel::DomainValidation)
        .build()
        .map_err(StartError::failed)?;
    let mut transport = SmtpTransport::builder_dangerous(hop.dial.ip().to_string())
        .port(hop.dial.port())
        .hello_name(ClientId::Domain(connector.fqdn.unwrap_or_else(|| brief.server.clone())))
        .timeout(Some(connector.inactivity_timeout))
        .tls(match connector.tls {
            TlsPolicy::Ignore if !exact => Tls::None,
            TlsPolicy::Opportunistic if !exact => Tls::Opportunistic(tls),
            _ => Tls::Required(tls),
        });
    if let Some(user) = user {
        transport = transport.credentials(Credentials::new(user.user, user.password));
    }
    let transport = transport.build();
    Ok(Box::new(move |message| {
        hop.takes(message)?;
        let mailbox =
            |path: &String| path.parse().map_err(|_| StartError::unsupported(format!("the mailbox `{path}`")));
        let from = if message.reverse_path.is_empty() { None } else { Some(mailbox(&message.reverse_path)?) };
        let to = message.recipients.iter().map(mailbox).collect::<Result<_, _>>()?;
        let envelope = Envelope::new(from, to).map_err(StartError::failed)?;
        Ok(match transport.send_raw(&envelope, &message.octets) {
            Ok(reply) => Sent::Delivered(reply.code().to_string()),
            Err(error) if error.is_permanent() => Sent::Failed(error.to_string()),
            Err(error) => Sent::Deferred(error.to_string()),
        })
    }))
}

#[expect(clippy::print_stdout, reason = "an example speaks to its reader")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", mtaspec::suite()?.judge(&LETTRE)?);
    Ok(())
}
