//! Cases in sandboxes: whether that can be done here, and how a case is sent to a worker.

#[cfg(target_os = "linux")]
pub(crate) use linux::Sandboxes;
#[cfg(not(target_os = "linux"))]
pub(crate) use nowhere::Sandboxes;

#[cfg(target_os = "linux")]
mod linux {
    use mtaspec_harness::{
        case::Case,
        mta::{MtaOption, StartError},
        sandbox::{self, Errand},
        suite::Suite,
        world::Observation,
    };

    use crate::{
        args,
        exit::Failure,
        mta,
        mtas::{Home, Known},
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
            known: &Known,
            options: &[MtaOption],
            args: &args::Run,
            around: Surroundings,
        ) -> Result<Self, Failure> {
            let name = known.name;
            sandbox::check().map_err(|_| {
                Failure::missing(format!("`{name}` is judged in a sandbox, and to make one needs root: run it by sudo"))
            })?;
            let program = std::env::current_exe()
                .map_err(|error| Failure::bug(format!("the program does not find itself: {error}")))?;
            let root = args.mta_root.as_deref().map(|root| {
                root.canonicalize().map_err(|error| Failure::missing(format!("`{}`: {error}", root.display())))
            });
            Ok(Self(Errand {
                worker: (program, vec![worker::WORD.to_owned()]),
                mta: name.to_owned(),
                options: options.to_vec(),
                root: root.transpose()?.or_else(|| mta::newest(name, around)),
                seed: args.seed,
                now: around.now,
            }))
        }

        /// The version of the MTA, asked in a sandbox if it is a program of its own.
        ///
        /// # Errors
        ///
        /// The MTA is missing.
        pub(crate) fn version(&self, known: &Known) -> Result<String, Failure> {
            if known.home == Home::Anywhere {
                return Ok((known.make)().version());
            }
            let version = sandbox::version(&self.0).map_err(|error| Failure::missing(error.to_string()))?;
            if version.is_empty() {
                let name = known.name;
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
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use mtaspec_harness::{
        case::Case,
        mta::{MtaOption, StartError},
        suite::Suite,
        world::Observation,
    };

    use crate::{args, exit::Failure, mtas::Known, surroundings::Surroundings};

    /// There are none here.
    pub(crate) struct Sandboxes;

    impl Sandboxes {
        /// Sandboxes are missing.
        pub(crate) fn new(known: &Known, _: &[MtaOption], _: &args::Run, _: Surroundings) -> Result<Self, Failure> {
            Err(Failure::missing(format!("`{}` is judged in a sandbox, and only Linux has them", known.name)))
        }

        /// Never reached.
        pub(crate) fn version(&self, known: &Known) -> Result<String, Failure> {
            Ok((known.make)().version())
        }

        /// Never reached.
        pub(crate) fn observe(&self, _: &Suite, _: &Case) -> Observation {
            Observation::lost(StartError::Failed { why: "only Linux has sandboxes".to_owned() })
        }
    }
}
