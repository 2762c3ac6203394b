//! `reference-transport run`: the reference as a daemon, on the machine's own sockets.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use mtaspec_reference_transport::{
    directory::{AcceptedDomain, Directory},
    domain::Domain,
    json_lines,
    listener::{self, Desk, may_listen_on},
    message::Via,
    observer::{LogReport, Observer, Report},
    protocol_log::DirectoryFolder,
    tls::Identity,
    told::{OrganisationFile, ToldText},
    transport::{Config, Transport},
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject as _};
use tokio::net::TcpListener;

use crate::{Failure, console, say, spool, tell, typed};

/// `reference-transport run`.
///
/// What cannot be delivered at once waits in queues, by the schedule of `Set-TransportService`. Without `--spool` they
/// are in memory, and lost with the process. What becomes of each recipient is written to standard error, a line each;
/// with `--report` to standard output, for programs.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// What makes the connectors: Exchange Management Shell text; if its name ends in `.json`, what
    /// `Get-SendConnector | ConvertTo-Json` wrote in a real organisation; if it ends in `.jsonl`, such text in lines of
    /// JSON that say where and by whom: `{"text":"...","on":"edge1","origin":"eac"}`.
    #[arg(long, value_name = "FILE")]
    connectors: PathBuf,
    /// Where mailboxes submit. Anybody who reaches it can send, so it must be an address of this machine alone
    /// (127.0.0.0/8, ::1) or one for documentation, in a sandbox.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listening)]
    listen: SocketAddr,
    /// Where other servers of the organisation submit: their headers are kept as they are.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listening)]
    listen_transport: Option<SocketAddr>,
    /// A name server; by default those of /etc/resolv.conf. May be given more than once.
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = with_port::<53>)]
    resolver: Vec<SocketAddr>,
    /// Our own name: in EHLO, in Received, and in notices.
    #[arg(long, value_name = "HOST", default_value = "localhost")]
    name: String,
    /// Certificates to trust, in PEM; by default none, so nothing that asks for verification is delivered.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Lists of revoked certificates, in PEM: a certificate in one of them is not believed. May be given more than once.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// A certificate to show under this name, with its chain and its key in one PEM file. May be given more than once.
    #[arg(long, value_name = "NAME=FILE", value_parser = named::<PathBuf>)]
    identity: Vec<(String, PathBuf)>,
    /// The certificate that another server of the organisation shows, in PEM: it is trusted as that server's own. Without
    /// it nothing is handed to that server. May be given more than once.
    #[arg(long, value_name = "NAME=FILE", value_parser = named::<PathBuf>)]
    server_certificate: Vec<(String, PathBuf)>,
    /// A domain of our own, and the server that keeps it. May be given more than once.
    #[arg(long, value_name = "DOMAIN=ADDRESS[:PORT]", value_parser = accepted)]
    accept: Vec<(String, SocketAddr)>,
    /// A domain whose mail goes to this server without DNS and before any connector is asked, although it is none of the
    /// organisation's. May be given more than once.
    #[arg(long, value_name = "DOMAIN=ADDRESS[:PORT]", value_parser = accepted)]
    deliver: Vec<(String, SocketAddr)>,
    /// Let messages be of any size, but for the limits of connectors. Without it the organisation has its limit by
    /// default, 10 MB, unless the connectors file says `Set-TransportConfig -MaxSendSize`.
    #[arg(long)]
    any_size: bool,
    /// The organisation that it is a server of, in JSON: its servers, this one first, with sites, links between them, domains
    /// that are relayed, and Edge subscriptions. By default it is the only server.
    #[arg(long, value_name = "FILE")]
    organisation: Option<PathBuf>,
    /// A folder of its own that keeps every message until its recipients have a fate: a message is on the disk before
    /// it is taken, and what is there when the process begins goes on. Without it messages are in memory alone.
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// The root of the installation: the SEND logs of connectors that log lie below it, where the shell's
    /// `Set-TransportService` says. Without it there are none.
    #[arg(long, value_name = "DIR")]
    log_root: Option<PathBuf>,
    /// Report shell commands, routes and what becomes of recipients on standard output, as lines of JSON. A command that
    /// is refused is reported, too, and does not end it.
    #[arg(long)]
    pub(crate) report: bool,
    /// Take shell text on standard input while it runs: lines of JSON as in a `.jsonl` file of connectors. With
    /// `--report` a line of its own, `{"report":"told"}`, says that a text has been run.
    #[arg(long)]
    typed: bool,
}

/// Works until it cannot go on.
pub(crate) fn daemon(run: &Run) -> Failure {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure(70, format!("no runtime: {error}")),
    };
    runtime.block_on(async {
        match begin(run).await {
            Ok(never) => never,
            Err(failure) => failure,
        }
    })
}

async fn begin(run: &Run) -> Result<Failure, Failure> {
    let config = config(run)?;
    let observer: Arc<dyn Observer> = if run.report { Arc::new(JsonLines) } else { Arc::new(Lines) };
    let kept = spool::transport(run.spool.as_deref(), config, observer)?;
    if let Some(file) = &run.organisation {
        let accepts: Vec<String> = run.accept.iter().map(|(domain, _)| domain.clone()).collect();
        let told = OrganisationFile::parse(&text(file)?).and_then(|told| told.directory(&accepts));
        *kept.transport.directory() = told.map_err(|error| wrong(file, &error.to_string()))?;
    }
    if !run.deliver.is_empty() {
        forget(&mut kept.transport.directory(), &run.deliver);
    }
    if let Some(root) = run.log_root.clone() {
        kept.transport.write_logs_to(Arc::new(DirectoryFolder { root }));
    }
    if run.any_size {
        let mut directory = kept.transport.directory();
        let mut organisation = directory.transport_config().clone();
        (organisation.max_receive_size, organisation.max_send_size) = (None, None);
        directory.set_transport_config(organisation);
    }
    connectors(&kept.transport, run)?;
    let transport = kept.transport.clone();
    let take = kept.go_on()?;
    let desk = |via| Desk { server: run.name.clone(), via, take: Arc::clone(&take) };
    let submission = listen(run.listen).await?;
    let servers = match run.listen_transport {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let servers = async {
        match servers {
            Some(servers) => listener::serve(servers, desk(Via::Transport)).await,
            None => std::future::pending().await,
        }
    };
    let typed = async {
        match run.typed {
            true => typed::listen(&transport, run.report).await,
            false => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        biased;
        ended = listener::serve(submission, desk(Via::Submission)) => ended,
        ended = servers => ended,
        () = typed => Ok(()),
    };
    let why = ended.err().map_or_else(String::new, |error| error.to_string());
    Ok(Failure(69, format!("no connection can be taken any more: {why}")))
}

/// These domains are none of the organisation's: nothing that the shell shows of it has them.
fn forget(directory: &mut Directory, delivered: &[(String, SocketAddr)]) {
    let is_one = |own: &AcceptedDomain, domain: &str| Domain::parse(domain).is_ok_and(|domain| own.domain == domain);
    let is_own = |own: &AcceptedDomain| !delivered.iter().any(|(domain, _)| is_one(own, domain));
    let domains: Vec<AcceptedDomain> = directory.accepted_domains().iter().filter(|own| is_own(own)).cloned().collect();
    directory.set_accepted_domains(domains);
}

/// Makes the connectors that the file tells of.
fn connectors(transport: &Transport, run: &Run) -> Result<(), Failure> {
    let file = &run.connectors;
    if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return console::import_file(&mut transport.directory(), file);
    }
    let shell = text(file)?;
    let texts = if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jsonl")) {
        ToldText::parse_lines(&shell).map_err(|error| wrong(file, &error.to_string()))?
    } else {
        vec![ToldText::typed(shell)]
    };
    for told in &texts {
        for outcome in transport.tell(told).map_err(|error| wrong(file, &error.to_string()))? {
            if run.report {
                tell(&json_lines::shell(&outcome.text, outcome.result.as_deref()));
                continue;
            }
            let line = told.text[..outcome.span.start].matches('\n').count() + 1;
            outcome
                .result
                .map_err(|error| Failure(65, format!("{}:{line}: `{}`: {error}", file.display(), outcome.text)))?;
        }
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| Failure(69, format!("{address}: {error}")))?;
    let bound = listener.local_addr().unwrap_or(address);
    say(&format!("listening on {bound}"));
    Ok(listener)
}

fn config(run: &Run) -> Result<Config, Failure> {
    let roots = run.ca.as_deref().map_or_else(|| Ok(Vec::new()), certificates)?;
    let identities = run.identity.iter().map(|(name, file)| {
        let key = PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|error| wrong(file, &error.to_string()))?;
        Ok(Identity { name: name.clone(), chain: certificates(file)?, key })
    });
    let lists: Result<Vec<_>, Failure> = run.crl.iter().map(|file| revocation_lists(file)).collect();
    let servers: Result<Vec<_>, Failure> = run.server_certificate.iter().map(server_certificate).collect();
    Ok(Config {
        server: run.name.clone(),
        address: run.listen.ip(),
        resolvers: if run.resolver.is_empty() { resolvers_of_the_machine() } else { run.resolver.clone() },
        roots,
        revocation_lists: lists?.concat(),
        identities: identities.collect::<Result<_, Failure>>()?,
        accepted: [run.accept.clone(), run.deliver.clone()].concat(),
        servers: servers?,
    })
}

/// resolv.conf(5), `nameserver`; none if there is no such file.
fn resolvers_of_the_machine() -> Vec<SocketAddr> {
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let address = |line: &str| Some(SocketAddr::new(line.strip_prefix("nameserver")?.trim().parse().ok()?, 53));
    text.lines().filter_map(address).collect()
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let octets = read(file)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
    all.map_err(|error| wrong(file, &error.to_string()))
}

/// The certificate of another server: the first one of its file.
fn server_certificate((name, file): &(String, PathBuf)) -> Result<(String, CertificateDer<'static>), Failure> {
    let first = certificates(file)?.into_iter().next();
    Ok((name.clone(), first.ok_or_else(|| wrong(file, "it holds no certificate"))?))
}

fn revocation_lists(file: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Failure> {
    let octets = read(file)?;
    let all: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&octets).collect();
    all.map_err(|error| wrong(file, &error.to_string()))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| wrong(file, &error.to_string()))
}

fn text(file: &Path) -> Result<String, Failure> {
    String::from_utf8(read(file)?).map_err(|_| wrong(file, "it is not UTF-8"))
}

fn wrong(file: &Path, why: &str) -> Failure {
    Failure(65, format!("`{}` cannot be read: {why}", file.display()))
}

/// An address to take messages at.
fn listening(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "this is no ADDRESS:PORT, such as 127.0.0.1:2525".to_owned())?;
    if may_listen_on(address.ip()) {
        return Ok(address);
    }
    Err("anybody could send through it: use a loopback address, or one for documentation in a sandbox".to_owned())
}

/// An address whose port may be left out.
fn with_port<const PORT: u16>(text: &str) -> Result<SocketAddr, String> {
    let address = text.parse::<SocketAddr>().or_else(|_| Ok(SocketAddr::new(text.parse::<IpAddr>()?, PORT)));
    address.map_err(|error: std::net::AddrParseError| error.to_string())
}

fn accepted(text: &str) -> Result<(String, SocketAddr), String> {
    let (domain, server) = named::<String>(text)?;
    Ok((domain, with_port::<25>(&server)?))
}

fn named<T: FromStr>(text: &str) -> Result<(String, T), String> {
    let (name, value) = text.split_once('=').ok_or("there is no `=`")?;
    Ok((name.to_owned(), value.parse().map_err(|_| format!("`{value}` cannot be read"))?))
}

/// What the transport reports, for programs.
struct JsonLines;

impl Observer for JsonLines {
    fn report(&self, report: Report) {
        tell(&json_lines::report(&report));
    }
}

/// What the transport reports, a line each.
struct Lines;

impl Observer for Lines {
    fn report(&self, report: Report) {
        match report {
            Report::Fate { message, recipient, fate, reason } => {
                let fate = format!("{fate:?}").to_lowercase();
                say(&format!("{message} {recipient} is {fate}: {reason}"));
            }
            Report::Route { message, recipient, connector, delivery } => {
                let connector = connector.unwrap_or_else(|| "no connector".to_owned());
                say(&format!("{message} {recipient} goes by {connector} ({delivery})"));
            }
            Report::Store { message, error } => {
                say(&format!("{message} is not as it should be in the spool: {error}"));
            }
            Report::Log(LogReport::Error { why }) => say(&format!("error: {why}")),
            _ => {}
        }
    }
}
