//! The MTAs that the program can judge. Others are attached in Rust, by the trait `Mta` of `mtaspec-harness`.

use std::{collections::BTreeSet, num::NonZeroUsize};

use mtaspec_harness::mta::{Mta, Reference, command::CommandMta};
#[cfg(target_os = "linux")]
use mtaspec_harness::mta::{
    ProcessMta, ReferenceDaemon,
    dma::{self, Dma},
    exim::{self, Exim},
    haraka::{self, Haraka},
    msmtp::{self, Msmtp},
    nullmailer::{self, Nullmailer},
    opensmtpd::{self, OpenSmtpd},
    postfix::{self, Postfix},
    sendmail::{self, Sendmail},
};
use serde::Serialize;

use crate::exit::Failure;

/// An MTA that can be named on the command line. Fields may be added, never renamed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Known {
    /// As `--mta` takes it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) about: &'static str,
    /// Makes one.
    #[serde(skip)]
    pub(crate) make: fn() -> Box<dyn Mta>,
    /// Where it can live.
    #[serde(skip)]
    pub(crate) home: Home,
    /// How many worlds with it a processor has at the same time, in sandboxes.
    #[serde(skip)]
    pub(crate) worlds: NonZeroUsize,
    /// What it is known to do otherwise, as a file of deviations; empty: nothing.
    #[serde(skip)]
    pub(crate) deviations: &'static str,
}

/// Of an MTA whose worlds mostly wait.
pub(crate) const MANY: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Of an MTA with a process for each message, or several.
#[cfg(target_os = "linux")]
const SEVERAL: NonZeroUsize = NonZeroUsize::new(8).unwrap();
/// Of an MTA that is long at work before it waits.
#[cfg(target_os = "linux")]
const FEW: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// The MTA of a run.
#[derive(Clone, Debug)]
pub(crate) enum Chosen {
    /// One behind a command of the user's.
    Command(Box<CommandMta>),
    /// One that has a name here.
    Known(&'static Known),
}

impl Chosen {
    /// Its name in reports.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Command(command) => &command.about.name,
            Self::Known(known) => known.name,
        }
    }

    /// Makes one.
    pub(crate) fn make(&self) -> Box<dyn Mta> {
        match self {
            Self::Command(command) => Box::new(CommandMta::clone(command)),
            Self::Known(known) => (known.make)(),
        }
    }

    /// How many worlds with it a processor has at the same time, in sandboxes.
    pub(crate) fn worlds(&self) -> NonZeroUsize {
        match self {
            Self::Command(_) => MANY,
            Self::Known(known) => known.worlds,
        }
    }

    /// Where it can live.
    pub(crate) fn home(&self) -> Home {
        match self {
            Self::Command(_) => Home::Sandbox,
            Self::Known(known) => known.home,
        }
    }
}

/// Where an MTA can live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In this process, so on every network.
    Anywhere,
    /// It is a program of its own: in a sandbox alone.
    Sandbox,
}

/// All of them.
pub(crate) const MTAS: &[Known] = &[
    Known {
        name: "reference",
        about: "the reference transport of mtaspec, started afresh in process for each case",
        make: || Box::new(Reference),
        home: Home::Anywhere,
        worlds: MANY,
        deviations: "",
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "reference-daemon",
        about: "the same as a process of its own, the program `reference-transport` beside this one",
        make: || Box::new(ProcessMta(ReferenceDaemon { program: beside_this_program("reference-transport") })),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: "",
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "dma",
        about: "dma, the DragonFly Mail Agent; `mtaspec mta fetch dma` unpacks it without installing it",
        make: || Box::new(ProcessMta(Dma)),
        home: Home::Sandbox,
        worlds: SEVERAL,
        deviations: dma::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "exim",
        about: "Exim; `mtaspec mta fetch exim` unpacks it without installing it",
        make: || Box::new(ProcessMta(Exim)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: exim::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "haraka",
        about: "Haraka, on the machine's Node.js; `mtaspec mta fetch haraka` fetches it through npm",
        make: || Box::new(ProcessMta(Haraka)),
        home: Home::Sandbox,
        worlds: FEW,
        deviations: haraka::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "msmtp",
        about: "msmtp, a sender without a queue; `mtaspec mta fetch msmtp` unpacks it without installing it",
        make: || Box::new(ProcessMta(Msmtp)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: msmtp::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "nullmailer",
        about: "nullmailer; `mtaspec mta fetch nullmailer` unpacks it without installing it",
        make: || Box::new(ProcessMta(Nullmailer)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: nullmailer::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "opensmtpd",
        about: "OpenSMTPD; `mtaspec mta fetch opensmtpd` unpacks it without installing it",
        make: || Box::new(ProcessMta(OpenSmtpd)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: opensmtpd::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "postfix",
        about: "Postfix; `mtaspec mta fetch postfix` unpacks it without installing it",
        make: || Box::new(ProcessMta(Postfix)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: postfix::DEVIATIONS,
    },
    #[cfg(target_os = "linux")]
    Known {
        name: "sendmail",
        about: "Sendmail; `mtaspec mta fetch sendmail` unpacks it without installing it",
        make: || Box::new(ProcessMta(Sendmail)),
        home: Home::Sandbox,
        worlds: MANY,
        deviations: sendmail::DEVIATIONS,
    },
];

/// The word for every MTA there is: of [`MTAS`], or of those that can be fetched.
pub(crate) const ALL: &str = "all";

/// Those that the words name, each once, in their order.
///
/// # Errors
///
/// One of them is missing.
pub(crate) fn named(words: &[String]) -> Result<Vec<&'static Known>, Failure> {
    let mut named: Vec<&'static Known> = Vec::new();
    for word in words {
        let more = if word == ALL { MTAS.iter().collect() } else { vec![find(word)?] };
        named.extend(more);
    }
    let mut seen = BTreeSet::new();
    named.retain(|known| seen.insert(known.name));
    Ok(named)
}

/// A program of the same folder.
#[cfg(target_os = "linux")]
fn beside_this_program(name: &str) -> std::path::PathBuf {
    // A program that does not find itself does not find its neighbour, and says so when it starts it.
    std::env::current_exe().unwrap_or_default().with_file_name(name)
}

/// The one of this name.
///
/// # Errors
///
/// It is missing; the message names those that are there.
pub(crate) fn find(name: &str) -> Result<&'static Known, Failure> {
    if let Some(known) = MTAS.iter().find(|known| known.name == name) {
        return Ok(known);
    }
    let names: Vec<&str> = MTAS.iter().map(|known| known.name).collect();
    Err(Failure::missing(format!(
        "no MTA is called `{name}`; there is: {}\nany other is judged by --mta-command: see `docs/command.md`",
        names.join(", ")
    )))
}
