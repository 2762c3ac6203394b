//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{selection::Shard, serve};

/// The conformance suite for mail that leaves.
///
/// mtaspec stands where an MTA delivers to: fake DNS and fake smart hosts give it a world, case pages say which Send
/// connectors and messages it gets, and what it does on the wire is judged by the claims of the page.
#[derive(Debug, Parser)]
#[command(name = "mtaspec", version, after_help = EXIT_STATUSES)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_STATUSES: &str = "\
Exit status:
  0  as expected              4   nothing was judged, a deviation is stale,
  1  departs (a SHOULD)           a snapshot differs, or two runs do
  2  violates (a MUST)        64  the command line is wrong
  3  inconclusive, or         65  a page or a file is wrong
     unsupported on the       69  the MTA, or a right that it needs, is missing
     reference, or a verdict  70  a bug of mtaspec
     that varies (--repeat)  130 interrupted (Ctrl-C): what was judged is told

Start with:  mtaspec run
             mtaspec show routing/equal-connectors#tie";

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run cases and judge what the MTA did.
    Run(Box<Run>),
    /// List cases, requirements, MTAs or invariants.
    List(List),
    /// Judge an MTA that somebody else runs, for example a real Exchange: print what makes it ready, and serve the cases.
    #[command(subcommand, after_help = serve::args::EXAMPLE)]
    Serve(serve::args::Serve),
    /// Show a case: its section of the page, its world, its requirements.
    Show(Show),
    /// Show what was said in the sessions of a SEND protocol log, of a real Exchange too.
    ShowLog(ShowLog),
    /// Begin a new section whose claim fails, for you to fill in.
    New(New),
    /// Show for each requirement the cases that cite it; with a stored run, whether their claims held.
    Coverage(Coverage),
    /// Judge the traces of stored runs again, without an MTA, and say what changed; or judge SEND protocol logs.
    Judge(Judge),
    /// Show what changed between two stored runs: verdicts and dialogues, also where both conform.
    Diff(Diff),
    /// Show many stored runs as one matrix; shards of a run are put together.
    Report(Report),
    /// Print what a shell needs to complete the command line.
    Completions(Completions),
    /// The MTAs that are judged in the sandbox: what each can be asked for, and a way to get them.
    #[command(subcommand)]
    Mta(Mta),
}

/// Which pages are read.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Pages {
    /// A folder of pages of your own, instead of the built-in corpus. Its folders are the areas.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
}

/// Which cases are meant.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Filters {
    /// Only cases whose id contains one of these texts, or matches it as a glob (`starttls/*`), or that cite it as a
    /// requirement or fault id (`SEL-11`, `SF-STL-01`).
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
}

/// `mtaspec run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Which cases.
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// The MTA to judge; `mtaspec list mtas` names them. Several names, by commas, are judged in one run and end
    /// in one table; `all` is every one that is on this machine, and those that are not are named below the table.
    #[arg(long, value_name = "NAME", default_value = "reference", value_delimiter = ',')]
    pub(crate) mta: Vec<String>,
    /// Judge an MTA that this program drives, in the place of `--mta`: a program of your own, in any language, that is
    /// told a world as JSON and answers in lines of JSON. `docs/command.md` is the contract, and `examples/` has two.
    #[arg(long, value_name = "COMMAND", conflicts_with = "mta")]
    pub(crate) mta_command: Option<String>,
    /// An unpacked tree of the MTA; by default the one that `mtaspec mta fetch` unpacked last, or the machine's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) mta_root: Option<PathBuf>,
    /// A setting of the MTA's own, `KEY=VALUE`, behind what its adapter writes: for Postfix a line of main.cf. May be
    /// given more than once. The claims stay what they are.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) mta_option: Vec<String>,
    /// How the MTA reaches the hosts; by default memory for the reference, and a sandbox for any other.
    #[arg(long, value_enum)]
    pub(crate) network: Option<Network>,
    /// Only claims that rest on requirements of this basis.
    #[arg(long, value_enum)]
    pub(crate) basis: Option<BasisArg>,
    /// What the MTA is known to do otherwise, in a TOML file.
    #[arg(long, value_name = "FILE")]
    pub(crate) deviations: Option<PathBuf>,
    /// Write a draft of such a file, with everything that is not as expected and is not known yet. Each entry needs a
    /// reason of yours before it can be used. The file must not be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_deviations: Option<PathBuf>,
    /// Where snapshots are compared and kept; by default beside the pages, and for an MTA on sockets nowhere.
    #[arg(long, value_name = "DIR")]
    pub(crate) snapshots: Option<PathBuf>,
    /// Write the snapshots as they are now, after you have read the difference.
    #[arg(long, conflicts_with = "no_snapshots")]
    pub(crate) accept: bool,
    /// Neither compare nor write snapshots.
    #[arg(long, conflicts_with = "snapshots")]
    pub(crate) no_snapshots: bool,
    /// Write a report: html=FILE for people, json=FILE to be judged and compared later, junit=FILE and markdown=FILE for
    /// continuous integration, github=- for the log of a workflow. `-` is standard output. May be given more than once.
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) report: Vec<String>,
    /// Only cases that somebody had to look at in this stored run.
    #[arg(long, value_name = "RUN")]
    pub(crate) failed_in: Option<PathBuf>,
    /// Only the Kth of N parts of the cases; `mtaspec report` puts the stored parts together.
    #[arg(long, value_name = "K/N")]
    pub(crate) shard: Option<Shard>,
    /// Cases that run at the same time; by default one for each processor, and 16 in sandboxes, where cases mostly
    /// wait (8 of dma and 4 of Haraka, which are longer at work before they do). Of several MTAs two are judged at the same
    /// time, one that is long at work and one that is not, and share them.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// All randomness comes from this number and the case's id.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Run each case this many times. Its worst result is told and reported, and each case whose verdict varies is
    /// named: that is status 3, unless the deviations call it `known_flaky`.
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) repeat: std::num::NonZeroUsize,
    /// Stop after the first case that is not as expected.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Keep the trace of each case, the MTA's log and its configuration, in a folder each; of several MTAs below a folder
    /// that is called as the MTA.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

/// `mtaspec list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// What to list.
    #[arg(value_enum, default_value_t = Listed::Cases)]
    pub(crate) what: Listed,
    /// Which cases.
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `mtaspec show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The case: `routing/equal-connectors#tie`.
    pub(crate) case: String,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
}

/// `mtaspec show-log`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowLog {
    /// The files, in their order: a session that goes on past midnight is put together again.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `mtaspec new`.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// The area and topic: `starttls/offers`, or an area alone. The page is made if it is not there.
    pub(crate) area: String,
    /// The heading of the section.
    pub(crate) title: String,
    /// The folder that holds the areas.
    #[arg(long, value_name = "DIR", default_value = "cases")]
    pub(crate) cases: PathBuf,
}

/// `mtaspec coverage`.
#[derive(Debug, clap::Args)]
pub(crate) struct Coverage {
    /// A stored run, `mtaspec run --report json=FILE`.
    pub(crate) run: Option<PathBuf>,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `mtaspec judge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Judge {
    /// Stored runs, `mtaspec run --report json=FILE`.
    #[arg(required_unless_present = "log", conflicts_with = "log", value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// A SEND protocol log, judged by what a log can bear: its own form, passwords in it, what is said after 421 and
    /// after STARTTLS, and how sessions end. Given more than once, the files are one log, in this order.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cases", "deviations", "report"])]
    pub(crate) log: Vec<PathBuf>,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// What the MTA is known to do otherwise, in a TOML file.
    #[arg(long, value_name = "FILE")]
    pub(crate) deviations: Option<PathBuf>,
    /// Write a report: KIND=FILE. May be given more than once; `mtaspec run --help` names the kinds.
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) report: Vec<String>,
}

/// `mtaspec diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// A stored run, `mtaspec run --report json=FILE`.
    pub(crate) old: PathBuf,
    /// The run to compare it with: another version of the MTA, or other settings.
    pub(crate) new: PathBuf,
    /// Name every case of a difference.
    #[arg(long)]
    pub(crate) all: bool,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `mtaspec report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Stored runs, `mtaspec run --report json=FILE`: a column each, or parts of one.
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Which pages.
    #[command(flatten)]
    pub(crate) pages: Pages,
    /// Where MTAs that all conform behave differently; the first run is what the others are compared with.
    #[arg(long)]
    pub(crate) disagreement: bool,
    /// Claims that some of the MTAs break and none keeps, the reference aside: there the page may be wrong.
    #[arg(long, conflicts_with = "disagreement")]
    pub(crate) disputed: bool,
    /// Write a report: KIND=FILE. May be given more than once; `mtaspec run --help` names the kinds.
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) report: Vec<String>,
}

/// `mtaspec completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `mtaspec mta`.
#[derive(Debug, Subcommand)]
pub(crate) enum Mta {
    /// Unpack an MTA of this distribution (Debian, Ubuntu) into mtaspec's own cache, beside others, without installing
    /// it: $XDG_CACHE_HOME/mtaspec/mta or ~/.cache/mtaspec/mta. Nothing is done if it is there. It needs no root.
    Fetch {
        /// Which: `mtaspec mta list` names them; `all`: each of them.
        name: String,
    },
    /// List the adapters: what is fetched, and which settings of a connector each MTA can be asked for.
    List {
        /// One of them alone.
        name: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// How the MTA reaches the hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Network {
    /// Pipes in memory, world time: for the reference.
    Memory,
    /// Real sockets on the loopback interface, real time.
    Loopback,
    /// A network of its own for each case, with the addresses and ports of the page. Linux, as root.
    Sandbox,
}

/// What a requirement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BasisArg {
    /// An RFC.
    Rfc,
    /// The documentation of Exchange.
    Exchange,
    /// Our own recommendation.
    Ours,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Cases.
    Cases,
    /// Requirements.
    Requirements,
    /// MTAs that can be judged.
    Mtas,
    /// Invariants that are judged over the whole run.
    Invariants,
}
