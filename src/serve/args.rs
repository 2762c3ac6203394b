//! The command line of `mtaspec serve`.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    str::FromStr,
};

use clap::Subcommand;

use crate::args::{BasisArg, Filters, Pages};

/// `mtaspec serve`.
#[derive(Debug, Subcommand)]
pub(crate) enum Serve {
    /// Lay the cases out, and write the scripts that make the MTA ready and those that undo it. Nothing is sent.
    Plan(Box<Plan>),
    /// Serve the cases of a plan: listen, hand messages over, wait, judge and report.
    Run(Box<Run>),
}

/// What `mtaspec serve --help` says behind its two commands.
pub(crate) const EXAMPLE: &str = "\
An MTA that somebody else runs, a real Exchange for example, is judged in two steps:

  mtaspec serve plan --state lab --below mtaspec.contoso.com --mta-name mail01.contoso.com \\
      --address 10.0.0.5 --address 10.0.0.6 --dns 10.0.0.5
  (read lab/README.txt, and follow it: a person runs the scripts)
  mtaspec serve run --state lab --submit-to mail01.contoso.com:2587 --report html=run.html

Every name of every case is below the one domain; hosts of different cases are told apart by
ports and addresses. What would change more than Send connectors of mtaspec's own is
unsupported, and named. docs/dial-in.md has it all.";

/// `mtaspec serve plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    /// Which cases.
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// The folder of the plan: scripts, instructions, and the keys of the certificate authority.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// The domain below which all names of all cases are. It should be used for nothing else.
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) below: String,
    /// What the MTA calls itself in EHLO.
    #[arg(long, value_name = "NAME")]
    pub(crate) mta_name: String,
    /// An address of this machine on which hosts listen, as the MTA sees it. May be given more than once: hosts of one
    /// connector share its port, so a case with three of them needs three addresses.
    #[arg(long, value_name = "ADDRESS", required = true)]
    pub(crate) address: Vec<IpAddr>,
    /// The ports that connectors lead to, one for each connector of each case.
    #[arg(long, value_name = "FIRST-LAST", default_value = "20000-29999")]
    pub(crate) ports: PortRange,
    /// The port of hosts that are found by MX records.
    #[arg(long, value_name = "PORT", default_value_t = 25)]
    pub(crate) mx_port: u16,
    /// Where names below the domain are looked up: an address of this machine, port 53 unless one is given. Without it
    /// only connectors with addresses for smart hosts can be asked for, and those are few.
    #[arg(long, value_name = "ADDRESS[:PORT]")]
    pub(crate) dns: Option<NameServerAt>,
    /// The MTA itself asks there, with no resolver in between: cases about DNS can be judged.
    #[arg(long, requires = "dns")]
    pub(crate) dns_direct: bool,
}

/// `mtaspec serve run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Which cases of the plan; all of them by default.
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Which pages: those that were planned.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// The folder of the plan.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// Where the MTA takes messages, by SMTP; port 25 unless one is given.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) submit_to: String,
    /// Where the MTA connects from; by default the address that messages are handed over to. Any other is not let in. May
    /// be given more than once.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mta_address: Vec<IpAddr>,
    /// What the MTA is called in reports.
    #[arg(long, value_name = "NAME", default_value = "dial-in")]
    pub(crate) mta: String,
    /// Its version, for reports.
    #[arg(long, value_name = "VERSION", default_value = "")]
    pub(crate) mta_version: String,
    /// For how long nothing may happen until nothing more is expected: more than the MTA waits between two things that it
    /// does for one message.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub(crate) quiet: u64,
    /// How much longer than its page says a case may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub(crate) patience: u64,
    /// Cases that are served at the same time. Those whose hosts are found by MX records wait for each other.
    #[arg(long, value_name = "N", default_value = "4")]
    pub(crate) jobs: NonZeroUsize,
    /// Only claims that rest on requirements of this basis.
    #[arg(long, value_enum)]
    pub(crate) basis: Option<BasisArg>,
    /// What the MTA is known to do otherwise, in a TOML file.
    #[arg(long, value_name = "FILE")]
    pub(crate) deviations: Option<PathBuf>,
    /// Write a draft of such a file. It must not be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_deviations: Option<PathBuf>,
    /// Write a report: KIND=FILE. May be given more than once; `mtaspec run --help` names the kinds.
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) report: Vec<String>,
    /// Stop after the first case that is not as expected.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Keep the trace of each case, in a folder each.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

/// `20000-29999`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortRange(pub(crate) u16, pub(crate) u16);

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no range of ports: write `20000-29999`");
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let range = Self(first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
        if range.0 == 0 || range.0 > range.1 { Err(wrong()) } else { Ok(range) }
    }
}

/// `10.0.0.5`, `10.0.0.5:5353`, `[fd00::5]:53`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameServerAt(pub(crate) SocketAddr);

/// The port of name servers (RFC 1035 §4.2).
const DNS_PORT: u16 = 53;

impl FromStr for NameServerAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let alone = || text.parse::<IpAddr>().map(|address| SocketAddr::new(address, DNS_PORT));
        let at = text.parse().or_else(|_| alone());
        at.map(Self)
            .map_err(|_| format!("`{text}` is no address of a name server: write `10.0.0.5` or `10.0.0.5:5353`"))
    }
}

#[cfg(test)]
mod tests {
    use super::{NameServerAt, PortRange};

    #[test]
    fn a_range_of_ports_has_two_ends_in_order() {
        assert_eq!("20000-20001".parse(), Ok(PortRange(20_000, 20_001)));
        for wrong in ["", "20000", "0-9", "9-8", "1-70000", "a-b"] {
            assert!(wrong.parse::<PortRange>().is_err_and(|error| error.contains("20000-29999")), "{wrong}");
        }
    }

    #[test]
    fn a_name_server_is_on_port_53_unless_one_is_given() {
        let at = |text: &str| text.parse::<NameServerAt>().map(|own| own.0.to_string());
        assert_eq!(at("10.0.0.5"), Ok("10.0.0.5:53".to_owned()));
        assert_eq!(at("[fd00::5]:5353"), Ok("[fd00::5]:5353".to_owned()));
        assert!(at("ns.contoso.com").is_err());
    }
}
