//! Cases in sandboxes: whether that can be done here, and how a case is sent to a worker.

#[cfg(target_os = "linux")]
pub(crate) use linux::Sandboxes;
#[cfg(not(target_os = "linux"))]
pub(crate) use nowhere::Sandboxes;

#[cfg(target_os = "linux")]
mod linux {
    use mtaspec_harness::{
        case::Case,
        mta::{
            MtaOption, StartError,
            command::{CommandLine, CommandMta},
        },
        sandbox::{self, Errand},
        suite::Suite,
        world::Observation,
    };

    use crate::{
        args,
        exit::Failure,
        mta,
        mtas::{Chosen, Home, MTAS},
        surroundings::Surroundings,
        worker,
    };

    /// Sends cases to workers.
    pub(crate) struct Sandboxes(Errand);

    impl Sandboxes {
        /// For this MTA.
        ///
        /// # Errors
        ///
        /// Root is missing.
        pub(crate) fn new(
            chosen: &Chosen,
            options: &[MtaOption],
            args: &args::Run,
            around: Surroundings,
        ) -> Result<Self, Failure> {
            let mut errand = errand(chosen.name(), args, around)?;
            errand.options = options.to_vec();
            match chosen {
                Chosen::Command(command) => errand.command = Some(CommandMta::clone(command)),
                Chosen::Known(known) => errand.root = errand.root.or_else(|| mta::newest(known.name, around)),
            }
            Ok(Self(errand))
        }

        /// Asks a command who it is.
        ///
        /// # Errors
        ///
        /// Root is missing, it does not say so, or it calls itself by another's name.
        pub(crate) fn ask(line: CommandLine, args: &args::Run, around: Surroundings) -> Result<Chosen, Failure> {
            let program = line.program.display().to_string();
            let about = sandbox::about(&errand(&program, args, around)?, &line).map_err(|error| {
                let why = match error {
                    StartError::Failed { why } => why,
                    other => other.to_string(),
                };
                Failure::missing(format!("the command does not say who it is: {why}"))
            })?;
            if MTAS.iter().any(|known| known.name == about.name) {
                let words = format!("the command calls itself `{}`, and an adapter has that name: --mta", about.name);
                return Err(Failure::missing(words));
            }
            Ok(Chosen::Command(Box::new(CommandMta { line, about })))
        }

        /// The version of the MTA, asked in a sandbox if it is a program of its own.
        ///
        /// # Errors
        ///
        /// The MTA is missing.
        pub(crate) fn version(&self, chosen: &Chosen) -> Result<String, Failure> {
            if matches!(chosen, Chosen::Command(_)) || chosen.home() == Home::Anywhere {
                return Ok(chosen.make().version());
            }
            let version = sandbox::version(&self.0).map_err(|error| Failure::missing(error.to_string()))?;
            if version.is_empty() {
                let name = chosen.name();
                let hint = "unpack it by `mtaspec mta fetch`, or name a folder that holds it by --mta-root";
                return Err(Failure::missing(format!("`{name}` is not on this machine: {hint}")));
            }
            Ok(version)
        }

        /// Runs one case in a sandbox of its own.
        pub(crate) fn observe(&self, suite: &Suite, case: &Case) -> Observation {
            let page = suite.corpus().pages().iter().find(|page| page.file() == case.file);
            page.map_or_else(
                || {
                    Observation::lost(StartError::Failed {
                        why: format!("no page is called `{}`", case.file.display()),
                    })
                },
                |page| sandbox::observe(&self.0, case, page.octets()),
            )
        }
    }

    /// What is the same for every MTA. `name` is what is to be judged.
    fn errand(name: &str, args: &args::Run, around: Surroundings) -> Result<Errand, Failure> {
        sandbox::check().map_err(|_| {
            Failure::missing(format!("`{name}` is judged in a sandbox, and to make one needs root: run it by sudo"))
        })?;
        let program = std::env::current_exe()
            .map_err(|error| Failure::bug(format!("the program does not find itself: {error}")))?;
        let root = args.mta_root.as_deref().map(|root| {
            root.canonicalize().map_err(|error| Failure::missing(format!("`{}`: {error}", root.display())))
        });
        Ok(Errand {
            worker: (program, vec![worker::WORD.to_owned()]),
            mta: name.to_owned(),
            command: None,
            options: Vec::new(),
            root: root.transpose()?,
            seed: args.seed,
            now: around.now,
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use mtaspec_harness::{
        case::Case,
        mta::{MtaOption, StartError, command::CommandLine},
        suite::Suite,
        world::Observation,
    };

    use crate::{args, exit::Failure, mtas::Chosen, surroundings::Surroundings};

    /// There are none here.
    pub(crate) struct Sandboxes;

    impl Sandboxes {
        /// Sandboxes are missing.
        pub(crate) fn new(chosen: &Chosen, _: &[MtaOption], _: &args::Run, _: Surroundings) -> Result<Self, Failure> {
            Err(Failure::missing(format!("`{}` is judged in a sandbox, and only Linux has them", chosen.name())))
        }

        /// Sandboxes are missing.
        pub(crate) fn ask(line: CommandLine, _: &args::Run, _: Surroundings) -> Result<Chosen, Failure> {
            let program = line.program.display();
            Err(Failure::missing(format!("`{program}` is judged in a sandbox, and only Linux has them")))
        }

        /// Never reached.
        pub(crate) fn version(&self, chosen: &Chosen) -> Result<String, Failure> {
            Ok(chosen.make().version())
        }

        /// Never reached.
        pub(crate) fn observe(&self, _: &Suite, _: &Case) -> Observation {
            Observation::lost(StartError::Failed { why: "only Linux has sandboxes".to_owned() })
        }
    }
}
