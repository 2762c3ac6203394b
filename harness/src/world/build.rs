//! Builds what a page describes: hosts that wait for connections, a name server with its zones and faults, and what
//! the MTA is told of them.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::{SystemTime, UNIX_EPOCH},
};

use mtaspec_fake_dns::{FakeDns, Zones, proto::rr::Name, zone::parse_record};
use mtaspec_fake_smarthost::{
    RunningHost,
    host::{CertificateSpec, PropertyValue},
    pki::{Pki, PkiError},
};
use mtaspec_reference_transport::{connector::Connector, network::Network};
use rustls::pki_types::CertificateDer;

use super::Recorder;
use crate::{
    case::{
        Case,
        management::Management,
        model::{HostSpec, ORIGIN_ADDRESS, RESOLVER_ADDRESS, ZoneSet},
    },
    claim::shell::is_claimed,
    mta::{Authority, Brief, Identity, Reporter, ServerSettings, StartError},
    network::{
        clock::{MEMORY_BEGIN, WorldClock},
        population::{Population, Resident},
    },
};

/// The usual name server's address and port, as the page's world has it.
pub(super) const RESOLVER: SocketAddr = SocketAddr::new(RESOLVER_ADDRESS, DNS_PORT);

/// The port of name servers (RFC 1035 §4.2).
const DNS_PORT: u16 = 53;

/// The built-in host for mail to the accepted domains.
pub(super) const ORIGIN: SocketAddr = SocketAddr::new(ORIGIN_ADDRESS, 25);

/// Everybody whom the page names, ready to be served.
pub(super) fn population(
    case: &Case,
    pki: &Arc<Pki>,
    clock: &Arc<WorldClock>,
    recorder: &Arc<Recorder>,
) -> Result<Arc<Population>, StartError> {
    population_in(&Name::root(), case, (pki, clock, recorder))
}

/// The same with name servers of this zone.
pub(super) fn population_in(
    origin: &Name,
    case: &Case,
    (pki, clock, recorder): (&Arc<Pki>, &Arc<WorldClock>, &Arc<Recorder>),
) -> Result<Arc<Population>, StartError> {
    let mut hosts = BTreeMap::new();
    for spec in &case.hosts {
        let time: Arc<dyn rustls::time_provider::TimeProvider> = clock.clone();
        let host = Arc::new(RunningHost::new(spec.host.clone(), Arc::clone(pki), time));
        let sink = recorder.host_sink(&spec.host.name);
        for door in spec.doors() {
            hosts.insert(door, Resident { host: Arc::clone(&host), sink: Arc::clone(&sink) });
        }
    }
    let usual =
        FakeDns::new(zones(&case.zones)?.below(origin.clone()), case.dns_faults.clone(), recorder.dns_sink(None));
    let mut name_servers = BTreeMap::from([(RESOLVER, usual)]);
    for spec in &case.name_servers {
        let records = zones(spec.zones.as_ref().unwrap_or(&case.zones))?.below(origin.clone());
        let dns = FakeDns::new(records, spec.faults.clone(), recorder.dns_sink(Some(spec.address)));
        name_servers.insert(SocketAddr::new(spec.address, DNS_PORT), dns);
    }
    Ok(Arc::new(Population { hosts, name_servers, recorder: Arc::clone(recorder) }))
}

fn zones(sets: &[ZoneSet]) -> Result<Zones, StartError> {
    let mut zones = Zones::default();
    for set in sets {
        let records = set.records.iter().map(|line| {
            parse_record(line).map_err(|error| StartError::Failed { why: format!("zone `{line}`: {error}") })
        });
        zones.add(set.at, records.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(zones)
}

/// The certificates of a world that begins at `begin`. Worlds in memory all begin at the same time and share theirs:
/// making keys would cost more than the rest of a case.
pub(super) fn pki(begin: SystemTime) -> Arc<Pki> {
    static MEMORY: OnceLock<Arc<Pki>> = OnceLock::new();
    if begin == UNIX_EPOCH + MEMORY_BEGIN {
        return Arc::clone(MEMORY.get_or_init(|| Arc::new(Pki::new(begin))));
    }
    Arc::new(Pki::new(begin))
}

/// What the MTA is to trust.
fn authority(case: &Case, pki: &Pki) -> Result<Authority, StartError> {
    let properties = case.hosts.iter().flat_map(|host| &host.host.properties);
    let shown = properties.filter_map(|property| match &property.value {
        PropertyValue::Certificate(spec) => Some(spec.clone()),
        _ => None,
    });
    let shown: Vec<CertificateSpec> = shown.collect();
    let (revocation_list, revocation_list_pem) = pki.revocation_list(&shown).map_err(certificates)?;
    Ok(Authority {
        revocation_list,
        revocation_list_pem,
        pem: pki.root_pem().map_err(certificates)?,
        der: pki.roots().map_err(certificates)?,
    })
}

fn certificates(error: PkiError) -> StartError {
    StartError::Failed { why: format!("certificates: {error}") }
}

/// A certificate for each name that the MTA goes by: its own, and the `Fqdn` of its connectors.
fn identities(case: &Case, connectors: &[Connector], pki: &Pki) -> Result<Vec<Identity>, StartError> {
    let mut names: Vec<String> = connectors.iter().filter_map(|connector| connector.fqdn.clone()).collect();
    names.push(case.world.server.clone());
    names.sort();
    names.dedup();
    let mut identities = Vec::new();
    for name in names {
        let (chain, key) = pki.client_identity(&name).map_err(certificates)?;
        identities.push(Identity { name, chain, key });
    }
    // Behind the usual ones, with the same names: whoever goes by the name alone takes the wrong one.
    for name in connectors.iter().filter_map(|connector| of_other_issuer(connector.tls_certificate_name.as_deref()?)) {
        let (chain, key) = pki.client_identity_of(OTHER_ISSUER, name).map_err(certificates)?;
        identities.push(Identity { name: name.to_owned(), chain, key });
    }
    Ok(identities)
}

/// The certificates of the organisation's other servers, as its directory knows them.
fn server_certificates(case: &Case, pki: &Pki) -> Result<Vec<(String, CertificateDer<'static>)>, StartError> {
    let mut known = Vec::new();
    for server in case.world.organisation.servers.iter().skip(1) {
        if let Some(certificate) = pki.certificate(&server.certificate()).map_err(certificates)? {
            known.push((server.name.clone(), certificate));
        }
    }
    Ok(known)
}

/// The second issuer of certificates for clients; a page names it in `-TlsCertificateName`.
const OTHER_ISSUER: &str = "mtaspec other issuing";

/// The common name in `<I>CN=mtaspec other issuing<S>CN=name`. Certificates of any other issuer are not to be had.
fn of_other_issuer(certificate: &str) -> Option<&str> {
    certificate.strip_prefix("<I>CN=")?.strip_prefix(OTHER_ISSUER)?.strip_prefix("<S>CN=")
}

/// What every MTA is told, with the page's own addresses everywhere.
pub(super) fn brief(
    case: &Case,
    pki: &Pki,
    network: Arc<dyn Network>,
    recorder: &Arc<Recorder>,
) -> Result<Brief, StartError> {
    let (connectors, settings) = told(case)?;
    let own = case.hosts.iter().flat_map(HostSpec::doors);
    Ok(Brief {
        server: case.world.server.clone(),
        address: case.world.address,
        resolvers: case.world.name_servers.iter().map(|&address| SocketAddr::new(address, DNS_PORT)).collect(),
        horizon: case.world.horizon,
        authority: authority(case, pki)?,
        identities: identities(case, &connectors, pki)?,
        accepted: case.world.accepts.iter().map(|domain| (domain.clone(), ORIGIN)).collect(),
        connectors,
        settings,
        shell: case.shell.iter().filter(|text| text.at.is_zero()).cloned().collect(),
        organisation: case.world.organisation.clone(),
        server_certificates: server_certificates(case, pki)?,
        network,
        names: names(case),
        dial: own.map(|address| (address, address)).collect(),
        reporter: Arc::clone(recorder) as Arc<dyn Reporter>,
        evidence: Arc::default(),
    })
}

/// The connectors and the settings that the page's shell texts make before anything is submitted. A refusal that a claim is about leaves
/// the world as the page has it; any other does not.
fn told(case: &Case) -> Result<(Vec<Connector>, ServerSettings), StartError> {
    let mut management = Management::of(&case.world);
    let mut number = 0;
    for text in case.shell.iter().filter(|text| text.at.is_zero()) {
        for outcome in management.run(text) {
            number += 1;
            if let Err(error) = outcome.result
                && !is_claimed(&case.claims, number, &outcome.text)
            {
                return Err(StartError::Failed { why: format!("`{}`: {error}", outcome.text) });
            }
        }
    }
    let directory = management.directory();
    let settings = ServerSettings {
        service: directory.transport_service().clone(),
        organisation: directory.transport_config().clone(),
    };
    Ok((directory.connectors().to_vec(), settings))
}

/// Every name of the page with an address, for an MTA that asks no name server.
fn names(case: &Case) -> BTreeMap<String, Vec<IpAddr>> {
    let mut names: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    for host in &case.hosts {
        for name in &host.names {
            names.entry(name.clone()).or_default().extend(&host.addresses);
        }
    }
    names
}
