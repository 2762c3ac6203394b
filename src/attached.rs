//! The MTAs of a run, each with all that its run needs: everything is looked at before the first case starts.

use mtaspec_harness::{deviation::Deviations, mta::MtaOption, report::json::MtaName};

use crate::{
    args::{self, Network},
    command, deviations,
    exit::{Failure, Status},
    mtas::{self, ALL, Chosen, Home},
    sandboxes::Sandboxes,
    snapshots,
    surroundings::Surroundings,
};

/// An MTA, ready to be judged.
pub(crate) struct Attached {
    /// What it is.
    pub(crate) chosen: Chosen,
    /// How it reaches the hosts.
    pub(crate) network: Network,
    /// Where its cases run, unless that is this process.
    pub(crate) sandboxes: Option<Sandboxes>,
    /// What is done with its snapshots.
    pub(crate) snapshots: snapshots::Use,
    /// What it is known to do otherwise.
    pub(crate) deviations: Deviations,
    /// Its name and its version, for reports.
    pub(crate) name: MtaName,
}

/// The MTAs that the command line asks for.
pub(crate) struct Asked {
    /// In the order in which they are judged; at least one.
    pub(crate) attached: Vec<Attached>,
    /// Of `--mta all`, those that are not on this machine or cannot run here, a line each.
    pub(crate) left_out: String,
}

/// Gets all of them ready.
///
/// # Errors
///
/// One cannot be judged as the command line says, or is missing, unless it is one of `all`.
pub(crate) fn asked(args: &args::Run, around: Surroundings) -> Result<Asked, Failure> {
    if let Some(text) = &args.mta_command {
        let chosen = Sandboxes::ask(command::line(text, around)?, args, around)?;
        return Ok(Asked { attached: vec![Attached::new(chosen, args, around)?], left_out: String::new() });
    }
    let known = mtas::named(&args.mta)?;
    if known.len() > 1 {
        let of_one = [
            ("--deviations", args.deviations.is_some()),
            ("--write-deviations", args.write_deviations.is_some()),
            ("--mta-root", args.mta_root.is_some()),
            ("--mta-option", !args.mta_option.is_empty()),
            ("--snapshots", args.snapshots.is_some()),
            ("--accept", args.accept),
        ];
        if let Some((option, _)) = of_one.iter().find(|(_, given)| *given) {
            return Err(Failure::command_line(format!("`{option}` is for one MTA, and `--mta` names several")));
        }
    }
    let all = args.mta.iter().any(|word| word == ALL);
    let mut asked = Asked { attached: Vec::new(), left_out: String::new() };
    for known in known {
        match Attached::new(Chosen::Known(known), args, around) {
            Ok(attached) => asked.attached.push(attached),
            Err(failure) if all && failure.status == Status::Missing => {
                asked.left_out.push_str(&format!("not judged: {}\n", failure.message));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(asked)
}

impl Attached {
    /// This one.
    ///
    /// # Errors
    ///
    /// It cannot be judged as the command line says, or it is missing.
    fn new(chosen: Chosen, args: &args::Run, around: Surroundings) -> Result<Self, Failure> {
        let network = network(args, &chosen)?;
        let options = mta_options(args, &chosen)?;
        let sandboxes =
            (network == Network::Sandbox).then(|| Sandboxes::new(&chosen, &options, args, around)).transpose()?;
        let snapshots = snapshots::asked_for(args, network)?;
        let deviations = deviations::read(args.deviations.as_deref(), chosen.name())?;
        let version = match &sandboxes {
            Some(sandboxes) => sandboxes.version(&chosen)?,
            None => chosen.make().version(),
        };
        let name = MtaName { name: chosen.name().to_owned(), version };
        Ok(Self { chosen, network, sandboxes, snapshots, deviations, name })
    }

    /// What the command that repeats a case needs beside the case, the MTA and the seed.
    pub(crate) fn options(&self, args: &args::Run) -> String {
        let network = match (args.network, self.chosen.home()) {
            (Some(Network::Loopback), _) => " --network loopback",
            (Some(Network::Sandbox), Home::Anywhere) => " --network sandbox",
            _ => "",
        };
        let root = args.mta_root.as_deref().map(|root| format!(" --mta-root {}", root.display())).unwrap_or_default();
        let own: String = args.mta_option.iter().map(|option| format!(" --mta-option '{option}'")).collect();
        let command = args.mta_command.as_deref().map(|text| format!(" --mta-command {}", command::quoted(text)));
        format!("{}{}{network}{root}{own}", command.unwrap_or_default(), crate::load::option(&args.pages))
    }
}

/// Settings of the MTA's own.
fn mta_options(args: &args::Run, chosen: &Chosen) -> Result<Vec<MtaOption>, Failure> {
    let name = chosen.name();
    let Some(what) = chosen.make().options() else {
        return match args.mta_option.first() {
            None => Ok(Vec::new()),
            Some(_) => Err(Failure::command_line(format!("`{name}` takes no --mta-option"))),
        };
    };
    let option = |text: &String| {
        let wrong = || format!("`--mta-option {text}`: for `{name}` it is {what}, written as `KEY=VALUE`");
        MtaOption::parse(text).ok_or_else(|| Failure::command_line(wrong()))
    };
    args.mta_option.iter().map(option).collect()
}

/// The network that is asked for; an MTA that is a program of its own has no choice.
fn network(args: &args::Run, chosen: &Chosen) -> Result<Network, Failure> {
    match (args.network, chosen.home()) {
        (None, Home::Anywhere) => Ok(Network::Memory),
        (None | Some(Network::Sandbox), _) => Ok(Network::Sandbox),
        (Some(network), Home::Anywhere) => Ok(network),
        (Some(_), Home::Sandbox) => {
            let words = format!("`{}` is a program of its own: it is judged in a sandbox alone", chosen.name());
            Err(Failure::command_line(words))
        }
    }
}
