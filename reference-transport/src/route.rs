//! `reference-transport route`: which connector takes a recipient, and at which step every other one lost.

use std::{
    fs,
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::builder::PossibleValuesParser;
use mtaspec_reference_transport::{
    connector::{Connector, Routing, Service},
    directory::{Directory, DomainType, Organisation, Profile, Role, SITE_DEFAULT, Server},
    domain::{Domain, Mailbox},
    routing::{Distance, Encapsulated, SiteLink, Standing, explain},
    shell::Shell,
};

use crate::{Failure, console::import_file};

const EXAMPLES: &str = "\
Examples:
  Which connector takes a message of 20 MB:
    reference-transport route julia@marketing.contoso.com --size 20971520 --connectors connectors.ps1
  The connectors of a real organisation, `Get-SendConnector | ConvertTo-Json > export.json` there:
    reference-transport route julia@contoso.com bob@fabrikam.com --connectors export.json
  From a server in another site:
    reference-transport route julia@contoso.com --connectors connectors.ps1 \\
      --server mbx1 --server paris1=Paris --link Default-First-Site-Name=Paris=10 --on paris1

How a connector is chosen, step by step; who is out at one step is not looked at again:
  1. size     its limit is not below the message's size
  2. match    it is enabled, in scope for the server, and one of its spaces covers the domain
  3. closest  contoso.com before *.contoso.com before *.com before *
  4. cheapest the cost of the space, and of the site links on the way to a source server
  5. nearest  this server before one of this site before one of another site
  6. name     the one that sorts lowest, without regard to case

Exit status: 0, or 64 if the command line is wrong, or 65 if the file is.";

/// `reference-transport route`.
///
/// Nothing is sent, nobody is asked.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Route {
    /// Recipients, `julia@contoso.com`.
    #[arg(value_name = "ADDRESS", required = true)]
    recipients: Vec<String>,
    /// The message's size, in octets.
    #[arg(long, value_name = "OCTETS", default_value_t = 0)]
    size: u64,
    /// What makes the connectors: Exchange Management Shell text, or, if its name ends in `.json`, an export.
    #[arg(long, value_name = "FILE")]
    connectors: PathBuf,
    /// A server of the organisation, and its site. May be given more than once; connectors are made on the first.
    #[arg(long, value_name = "NAME[=SITE]", default_value = "localhost")]
    server: Vec<String>,
    /// What it costs to go from one site to another. May be given more than once.
    #[arg(long, value_name = "SITE=SITE=COST", value_parser = link)]
    link: Vec<(String, String, u32)>,
    /// The server that decides; by default the first.
    #[arg(long, value_name = "NAME")]
    on: Option<String>,
    /// A domain of our own. May be given more than once.
    #[arg(long, value_name = "DOMAIN")]
    accept: Vec<String>,
    /// Which generation of Exchange.
    #[arg(long, value_parser = PossibleValuesParser::new(["e2013", "e2016"]), default_value = "e2016")]
    profile: String,
}

/// Prints a table for each recipient.
pub(crate) fn run(route: &Route) -> Result<(), Failure> {
    let recipient = |text: &String| Mailbox::parse(text).map_err(|error| Failure(64, format!("`{text}`: {error}")));
    let recipients: Vec<Mailbox> = route.recipients.iter().map(recipient).collect::<Result<_, Failure>>()?;
    let mut directory = directory(route)?;
    connectors(&mut directory, &route.connectors)?;
    if let Some(on) = &route.on {
        directory.work_on(on).map_err(|error| Failure(64, error.to_string()))?;
    }
    let tables: Vec<String> = recipients.iter().map(|recipient| table(&directory, recipient, route.size)).collect();
    // A reader that has gone away changes nothing.
    drop(writeln!(io::stdout().lock(), "{}", tables.join("\n")));
    Ok(())
}

fn directory(route: &Route) -> Result<Directory, Failure> {
    let wrong = |why: String| Failure(64, why);
    let server = |text: &String| {
        let (name, site) = text.split_once('=').unwrap_or((text, SITE_DEFAULT));
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Server { name: name.to_owned(), address, site: site.to_owned(), roles: Role::MAILBOX.into_iter().collect() }
    };
    let servers: Vec<Server> = route.server.iter().map(server).collect();
    let mut sites = vec![SITE_DEFAULT.to_owned()];
    let linked = route.link.iter().flat_map(|(one, other, _)| [one, other]);
    for site in servers.iter().map(|server| &server.site).chain(linked) {
        if !sites.iter().any(|known| known.eq_ignore_ascii_case(site)) {
            sites.push(site.clone());
        }
    }
    let link =
        |(one, other, cost): &(String, String, u32)| SiteLink { sites: [one.clone(), other.clone()], cost: *cost };
    let links = route.link.iter().map(link).collect();
    let domain =
        |text: &String| Domain::parse(text).map_err(|error| wrong(format!("accepted domain `{text}`: {error}")));
    let accepted = route.accept.iter().map(domain).collect::<Result<_, _>>()?;
    let first = servers.first().map(|server| server.name.clone()).unwrap_or_default();
    let profile = Profile::of_name(&route.profile).unwrap_or_default();
    Directory::of(Organisation { profile, servers, sites, links }, &first, accepted)
        .map_err(|error| wrong(error.to_string()))
}

fn connectors(directory: &mut Directory, file: &Path) -> Result<(), Failure> {
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return import_file(directory, file);
    }
    let text = fs::read_to_string(file)
        .map_err(|error| Failure(65, format!("`{}` cannot be read: {error}", file.display())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    for outcome in Shell::new().run(directory, text) {
        outcome.result.map_err(|error| Failure(65, error.render(&file.display().to_string(), text)))?;
    }
    Ok(())
}

/// A heading, a line for each connector with the winner marked, and what follows.
fn table(directory: &Directory, recipient: &Mailbox, size: u64) -> String {
    let server = &directory.local_server().name;
    let address = format!("{}@{}", recipient.local_part, recipient.domain);
    let heading = format!("{address}, {size} octets, on {server}\n");
    let kind = directory.accepted_domain(&recipient.domain).map(|accepted| accepted.kind);
    if kind == Some(DomainType::Authoritative) {
        return match Encapsulated::of(&recipient.local_part) {
            None => format!("{heading}  The domain is our own: no connector is asked.\n"),
            Some(foreign) => format!(
                "{heading}  An address of the type {}: connectors with a space `{}:` compete for it.\n",
                foreign.kind, foreign.kind
            ),
        };
    }
    let candidates = directory.candidates();
    let standings = explain(&candidates, &recipient.domain, size);
    let width = candidates.iter().map(|(connector, _)| connector.name.chars().count()).max().unwrap_or(0);
    let mut text = heading;
    for ((connector, distance), standing) in candidates.iter().zip(&standings) {
        let mark = if matches!(standing, Standing::Chosen { .. }) { '>' } else { ' ' };
        text.push_str(&format!("{mark} {:width$}  {standing}", connector.name));
        if let (Standing::Chosen { space }, Some(distance)) = (standing, distance) {
            text.push_str(&format!(", at a cost of {}", cost(*distance, space.cost.value())));
        }
        text.push('\n');
    }
    let winner = candidates.iter().zip(&standings).find(|(_, standing)| matches!(standing, Standing::Chosen { .. }));
    let outcome = match winner {
        Some(((connector, _), _)) => way(directory, connector, &recipient.domain),
        None if too_large(&candidates, &standings, &recipient.domain) => {
            "Nobody takes it, for it is too large: it comes back at once (5.3.4).".to_owned()
        }
        None => "Nobody takes it: it waits as unreachable until connectors change.".to_owned(),
    };
    text.push_str(&format!("  {outcome}\n"));
    text
}

/// Whether a connector would take the domain, were the message smaller.
fn too_large(candidates: &[(Arc<Connector>, Option<Distance>)], standings: &[Standing], domain: &Domain) -> bool {
    candidates.iter().zip(standings).any(|((connector, distance), standing)| {
        matches!(standing, Standing::TooLarge { .. })
            && connector.enabled
            && distance.is_some()
            && connector.address_spaces.iter().any(|space| space.closeness(domain).is_some())
    })
}

fn cost(distance: Distance, space: u8) -> String {
    match distance.cost {
        0 => space.to_string(),
        links => format!("{} ({links} for the way, {space} for the space)", links.saturating_add(u32::from(space))),
    }
}

/// Where the mail goes from here.
fn way(directory: &Directory, connector: &Arc<Connector>, domain: &Domain) -> String {
    if let Some(relay) = directory.relay(connector, &directory.sites()) {
        let names = relay
            .groups
            .iter()
            .map(|group| group.iter().map(|peer| peer.name.as_str()).collect::<Vec<_>>().join(" or "));
        let names: Vec<_> = names.collect();
        return format!("Goes to {} ({}).", names.join(", else "), relay.delivery_type());
    }
    let by = if connector.service == Service::FrontEnd { "by the front end " } else { "" };
    match &connector.routing {
        Routing::SmartHosts(hosts) => {
            let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
            format!("Goes {by}to {} (SmartHostConnectorDelivery).", hosts.join(" or "))
        }
        _ => format!("Goes {by}to the mail hosts of {domain} (DnsConnectorDelivery)."),
    }
}

fn link(text: &str) -> Result<(String, String, u32), String> {
    let wrong = || "this is no SITE=SITE=COST, such as Rome=Paris=10".to_owned();
    let parts: Vec<&str> = text.split('=').collect();
    let [one, other, cost] = parts[..] else { return Err(wrong()) };
    Ok((one.to_owned(), other.to_owned(), cost.parse().map_err(|_| wrong())?))
}
