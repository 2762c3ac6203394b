//! A case, read: the world that a page describes, what happens in it, and what must then be so.
//!
//! Everything is resolved: variants are filled in, shared and section lines are merged, names are looked up.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use mtaspec_fake_dns::rule::Fault;
use mtaspec_fake_smarthost::Host;

use super::{
    dsn::Dsn,
    organisation::{OrganisationSpec, ShellOrigin},
};
use crate::claim::ast::Claim;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// `area/topic#short-id`, with variants `area/topic#short-id/variant`.
    pub id: String,
    /// The heading of the section.
    pub title: String,
    /// The page, as the reader knows it: `cases/routing/equal-connectors.md`.
    pub file: PathBuf,
    /// Line of the section's heading, from 1.
    pub line: u32,
    /// The section as it stands on the page, heading included.
    pub section_text: String,
    /// The world around.
    pub world: WorldSpec,
    /// Records, by time.
    pub zones: Vec<ZoneSet>,
    /// Faults of the name server, in the order in which they are tried. Their tags index [`Case::stimuli`].
    pub dns_faults: Vec<Fault>,
    /// Name servers besides the one at [`RESOLVER_ADDRESS`], by address.
    pub name_servers: Vec<NameServerSpec>,
    /// Hosts with every address they have; every address of the zones is in exactly one. Tags index [`Case::stimuli`].
    pub hosts: Vec<HostSpec>,
    /// Management-shell texts in the order in which they are run.
    pub shell: Vec<ShellText>,
    /// The commands of these texts, as they are written, in the order in which they are run: what claims count.
    pub commands: Vec<String>,
    /// Messages, in page order.
    pub messages: Vec<MessageSpec>,
    /// Claims, in page order.
    pub claims: Vec<Claim>,
    /// What must fire for the case not to be vacuous.
    pub stimuli: Vec<Stimulus>,
}

/// What the `world` fence says, or its defaults.
///
/// # Invariants
///
/// `server` and `address` are those of the first of `organisation.servers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSpec {
    /// The judged server's own name.
    pub server: String,
    /// Its address.
    pub address: IpAddr,
    /// Accepted domains of the organisation; mail to them reaches `origin`.
    pub accepts: Vec<String>,
    /// The organisation around the judged server.
    pub organisation: OrganisationSpec,
    /// Reverse-path where a message names none.
    pub reverse_path: String,
    /// World time at which the case ends at the latest.
    pub horizon: Duration,
    /// The name servers that the judged server's machine is told of, in the order in which they are asked.
    pub name_servers: Vec<IpAddr>,
    /// The page asked for the horizon (`observe until`): then a deferral settles nothing.
    pub observe_until: bool,
}

impl Default for WorldSpec {
    fn default() -> Self {
        Self {
            server: "mta.sender.test".to_owned(),
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            accepts: vec!["sender.test".to_owned()],
            organisation: OrganisationSpec::default(),
            reverse_path: "sender@sender.test".to_owned(),
            horizon: Duration::from_secs(10),
            name_servers: vec![RESOLVER_ADDRESS],
            observe_until: false,
        }
    }
}

/// The address of the built-in host `origin`. No zone may use it, nor the two others.
pub const ORIGIN_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
/// The address of the name server.
pub const RESOLVER_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53));

/// A name server besides the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameServerSpec {
    /// Where it is asked, on port 53.
    pub address: IpAddr,
    /// Its own records; `None`: those of the usual one.
    pub zones: Option<Vec<ZoneSet>>,
    /// Its own faults, in the order in which they are tried.
    pub faults: Vec<Fault>,
}

/// Records that hold from a time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSet {
    /// From when.
    pub at: Duration,
    /// Master-file lines, complete: `contoso.test. 60 IN MX 10 mx.contoso.test.` Record sets of a later one replace
    /// those of an earlier one by owner and type.
    pub records: Vec<String>,
}

/// A host of the world.
#[derive(Clone, Debug)]
pub struct HostSpec {
    /// Every name that a claim may call it by: names of the zone in lower case without the final dot, `origin`.
    pub names: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What it does. Its name is the first of `names`, or its address.
    pub host: Host,
    /// Where it listens; 25 unless a property says otherwise.
    pub port: u16,
    /// Where it listens, too: a server of the organisation has a port for each of its services.
    pub further_ports: Vec<u16>,
}

impl HostSpec {
    /// Every address and port where it listens.
    pub fn doors(&self) -> impl Iterator<Item = SocketAddr> {
        let ports = || std::iter::once(&self.port).chain(&self.further_ports);
        self.addresses.iter().flat_map(move |&address| ports().map(move |&port| SocketAddr::new(address, port)))
    }
}

/// Text for the management shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellText {
    /// When it is run.
    pub at: Duration,
    /// The text.
    pub text: String,
    /// The line of the page on which its first line stands, from 1.
    pub line: u32,
    /// Whose wishes they are: what may be asked for differs.
    pub origin: ShellOrigin,
    /// The server on which it is run; `None`: the judged one.
    pub on: Option<String>,
}

/// A message of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// `m1`, or a number by order.
    pub name: String,
    /// Reverse-path; empty is `<>`.
    pub reverse_path: String,
    /// Forward-paths, ranges written out, in order.
    pub recipients: Vec<String>,
    /// When it is submitted.
    pub at: Duration,
    /// How many copies are submitted.
    pub times: u32,
    /// How long after each copy the next one is submitted; zero: once the copy has been taken.
    pub every: Duration,
    /// How it comes in.
    pub via: Via,
    /// What it asks about notifications.
    pub dsn: Dsn,
    /// The message with CRLF line ends. Short of its fills: see [`MessageSpec::octets`].
    pub content: Vec<Piece>,
}

impl MessageSpec {
    /// When this copy is submitted, counted from 1.
    #[must_use]
    pub fn time_of(&self, copy: u32) -> Duration {
        self.at + self.every * (copy - 1)
    }

    /// Octets of the message, fills written out.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.content.iter().map(Piece::size).sum()
    }

    /// The message as it is submitted, fills written out.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(usize::try_from(self.size()).unwrap_or_default());
        give(&self.content, &mut |piece| octets.extend_from_slice(piece));
        octets
    }
}

/// Hands over the octets of a message piece by piece, fills written out.
pub(crate) fn give(content: &[Piece], take: &mut dyn FnMut(&[u8])) {
    for piece in content {
        match piece {
            Piece::Fill(count) => fill(take, usize::try_from(*count).unwrap_or(usize::MAX)),
            Piece::Octets(octets) => take(octets),
        }
    }
}

/// Hands over so many octets in lines of 76 letters and CRLF; the last line has what is left, and a rest that is too
/// short for a line lengthens it.
fn fill(take: &mut dyn FnMut(&[u8]), count: usize) {
    const LETTERS: usize = 76;
    const LINE: usize = LETTERS + 2;
    /// Lines that are handed over at once.
    const LINES: usize = 64;
    let line = [&[b'x'; LETTERS][..], b"\r\n"].concat();
    let lines = line.repeat(LINES);
    let mut left = count;
    while left >= lines.len() + LINE + 3 {
        take(&lines);
        left -= lines.len();
    }
    while left >= LINE + 3 {
        take(&line);
        left -= LINE;
    }
    let letters = if left == 1 { 1 } else { left.saturating_sub(2) };
    take(&vec![b'x'; letters]);
    take(&b"\r\n"[..left - letters]);
}

/// A part of a message, so that 35 MB are not kept in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// So many octets in lines of 76 letters and CRLF, the last one of what is left.
    Fill(u64),
    /// These.
    Octets(Vec<u8>),
}

impl Piece {
    fn size(&self) -> u64 {
        match self {
            Self::Fill(octets) => *octets,
            Self::Octets(octets) => u64::try_from(octets.len()).unwrap_or(u64::MAX),
        }
    }
}

/// How a message comes in.
#[expect(clippy::exhaustive_enums, reason = "the notation has these two")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// By a user, with submission rights.
    #[default]
    Submission,
    /// From another server of the organisation: headers of the firewall's families are kept.
    Transport,
}

/// Something that must be used in the case, or the case did not arise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stimulus {
    /// As the page has it: `RCPT -> 452 4.5.3 Too many recipients (from 101 of each transaction)`.
    pub text: String,
    /// Line of the page, from 1.
    pub line: u32,
    /// `(optional)`.
    pub optional: bool,
}
