//! The program itself, on sockets, with a spool on the disk, ended by SIGKILL.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use mtaspec_fake_smarthost::{
    Host,
    rule::{Action, Argument, Pattern, Rule, Trigger},
};
use tokio::net::TcpStream;

use crate::{
    Dice,
    client::{Submitted, recipients},
    evidence::Evidence,
    report,
};

const STOPS: u32 = 100;

/// Longest that one life may take to begin and to do what is waited for; only a test that has failed takes it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon that runs; killed when dropped.
struct Daemon {
    child: Child,
    address: SocketAddr,
}

impl Daemon {
    fn begin(spool: &Path, connectors: &Path, origin: SocketAddr) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reference-transport"))
            .args(["run", "--listen", "127.0.0.1:0", "--name", "mta.sender.test", "--connectors"])
            .arg(connectors)
            .arg("--spool")
            .arg(spool)
            .args(["--accept", &format!("sender.test={origin}")])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let mut before = String::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {before}")).expect("text");
            match line.strip_prefix("listening on ") {
                Some(address) => break address.parse().expect("an address"),
                None => before.push_str(&line),
            }
        };
        // Whoever writes to a pipe that nobody reads stops.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("its end");
    }
}

pub(crate) fn hundred_times() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (spool, connectors) = (folder.path().join("spool"), folder.path().join("relay.ps1"));
    let evidence = Arc::new(Evidence::default());
    let refused = Trigger::Command {
        verb: "RCPT".into(),
        argument: Argument::Pattern(Pattern { pieces: vec![b"TO:<refused".to_vec(), Vec::new()] }),
    };
    // Slow enough that a stop may come between any two of its replies.
    let slow = Rule::new(Trigger::EndOfData, [Action::Pause(Duration::from_millis(2))]);
    let relay = Host::new("relay.contoso.test")
        .withholds("STARTTLS")
        .on(refused, [Action::reply("550 5.1.1 No such mailbox")])
        .rule(slow);
    let relay = relay.listen(evidence.clone()).await.expect("a port");
    let origin_evidence = Arc::new(Evidence::default());
    let origin = Host::new("origin.sender.test").withholds("STARTTLS");
    let origin = origin.listen(origin_evidence.clone()).await.expect("a port");
    let shell = format!(
        "New-SendConnector -Name Relay -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts 127.0.0.1 -Port {} \
         -SmtpMaxMessagesPerConnection 5\n",
        relay.address().port()
    );
    std::fs::write(&connectors, shell).expect("written");
    let (submitted, mut dice) = (Arc::new(Submitted::default()), Dice::new(8));
    for _ in 0..STOPS {
        let daemon = Daemon::begin(&spool, &connectors, origin.address());
        let clients: Vec<_> = (0..dice.below(3)).map(|_| client(&submitted, daemon.address)).collect();
        let more = if clients.is_empty() { 0 } else { usize::try_from(dice.below(12)).unwrap_or_default() };
        let enough = submitted.wait_for(submitted.taken().len() + more);
        tokio::time::timeout(PATIENCE, enough).await.expect("messages are taken");
        tokio::time::sleep(Duration::from_micros(dice.below(15_000).into())).await;
        drop(daemon);
        for client in clients {
            client.await.expect("no panic");
        }
    }
    let daemon = Daemon::begin(&spool, &connectors, origin.address());
    tokio::time::timeout(PATIENCE, emptied(&spool)).await.expect("the spool is emptied");
    drop(daemon);
    let mut sums = evidence.check(&submitted.taken(), |number| {
        recipients(number).into_iter().filter(|to| to.starts_with("well") || to.starts_with("second")).collect()
    });
    let told = origin_evidence.check(&submitted.taken(), |number| {
        recipients(number).into_iter().filter(|to| to.starts_with("refused")).collect()
    });
    (sums.notices, sums.repeated_notices) = (told.notices, told.repeated_notices);
    report("killed", STOPS, &sums);
    assert!(sums.taken >= usize::try_from(STOPS).unwrap_or_default(), "too few to show anything: {sums:?}");
}

fn client(submitted: &Arc<Submitted>, address: SocketAddr) -> tokio::task::JoinHandle<()> {
    let submitted = Arc::clone(submitted);
    tokio::spawn(async move {
        if let Ok(stream) = TcpStream::connect(address).await {
            submitted.submit(stream, u32::MAX, false).await;
        }
    })
}

/// Waits until no message is left.
async fn emptied(spool: &Path) {
    let is_message = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("an entry").path().extension().is_some_and(|ending| ending != "lock")
    };
    while std::fs::read_dir(spool).expect("a folder").any(is_message) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
