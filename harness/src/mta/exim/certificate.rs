//! The names that a certificate must have.
//!
//! `tls_verify_cert_hostnames` knows the name of the host alone, so the names of a connector are looked for by the event
//! `tls:cert` (Exim specification, chapter 61): what it expands to is the reason for which a certificate is refused.

use mtaspec_reference_transport::connector::{Authentication, Connector, Routing, SmartHost, TlsAuthLevel, TlsPolicy};

use super::files::{literal, unsupported};
use crate::mta::StartError;

/// A name that must be in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// This one, letter by letter.
    Exactly(String),
    /// This domain, or a wildcard for its first label; `*.contoso.test` is any name one label below.
    Domain(String),
    /// The recipient's domain, or a wildcard for its first label.
    Recipient,
    /// The name of the host that is connected to, letter by letter.
    Host,
}

/// What a connector asks of a certificate beside its chain. Each of the names must be there; none: no name is asked for.
pub(super) fn wanted(connector: &Connector) -> Result<Vec<Wanted>, StartError> {
    let hosts = match &connector.routing {
        Routing::SmartHosts(hosts) => hosts.as_slice(),
        _ => &[],
    };
    let mut names = Vec::new();
    let domain = match &connector.tls {
        TlsPolicy::Required { level: TlsAuthLevel::DomainValidation, domain } => {
            names.push(domain.clone().map_or(Wanted::Recipient, Wanted::Domain));
            domain.is_some()
        }
        _ => false,
    };
    if hosts.is_empty() || !matches!(connector.authentication, Authentication::BasicRequireTls(_)) {
        return Ok(names);
    }
    match hosts {
        [SmartHost::Name(name)] => names.push(Wanted::Exactly(name.clone())),
        _ if hosts.iter().all(|host| matches!(host, SmartHost::Name(_))) => names.push(Wanted::Host),
        _ if domain && hosts.iter().all(|host| matches!(host, SmartHost::Address(_))) => {}
        _ => return Err(unsupported("a certificate that names an address")),
    }
    Ok(names)
}

/// `event_action` of a transport that looks for these names in the server's own certificate.
pub(super) fn event_action(names: &[Wanted]) -> String {
    let missing: Vec<String> = names.iter().map(|name| format!("{{!forany{{{NAMES}}}{{{}}}}}", name.test())).collect();
    format!(
        "${{if and{{{{eq{{$event_name}}{{tls:cert}}}}{{eq{{$event_data}}{{0}}}}{{or{{{}}}}}}}{{a name is not in the certificate}}}}",
        missing.concat()
    )
}

/// The names of the certificate, as a list: the common name only where there are no others (RFC 6125 §6.4.4).
const NAMES: &str =
    "<; ${certextract{subj_altname,dns,>;}{$tls_out_peercert}{$value}{${certextract{subject,CN}{$tls_out_peercert}}}}";

impl Wanted {
    /// A condition on `$item`.
    fn test(&self) -> String {
        let same = |name: &str| format!("eqi{{$item}}{{{name}}}");
        match self {
            Self::Exactly(name) => same(&literal(name)),
            Self::Host => same("$host"),
            Self::Recipient => {
                format!("or{{{{{}}}{{{}}}}}", same("$domain"), same(r"*.${sg{$domain}{\N^[^.]+[.]\N}{}}"))
            }
            Self::Domain(domain) => match domain.strip_prefix("*.") {
                Some(parent) => format!(r"match{{$item}}{{\N(?i)^[^.]+[.]{}$\N}}", parent.replace('.', "[.]")),
                None => match domain.split_once('.') {
                    Some((_, parent)) => {
                        format!("or{{{{{}}}{{{}}}}}", same(&literal(domain)), same(&literal(&format!("*.{parent}"))))
                    }
                    None => same(&literal(domain)),
                },
            },
        }
    }
}
