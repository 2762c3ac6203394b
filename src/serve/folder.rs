//! The folder of a plan: what is kept in it, and what a person reads there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use mtaspec_harness::dial_in::{Authority, Plan, instructions, plan::KeptPlan, script};

use crate::{exit::Failure, load};

/// The plan.
const PLAN: &str = "plan.json";
/// The secret keys of the authority.
const KEYS: &str = "authority-keys.pem";

/// A folder of a plan.
#[derive(Debug)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// The plan that is kept there; `None`: there is none.
    pub(super) fn plan(&self) -> Result<Option<KeptPlan>, Failure> {
        let file = self.0.join(PLAN);
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|error| load::unreadable(&file, &error))?,
        };
        let wrong = |error| Failure::page(format!("`{}` is no plan of `mtaspec serve plan`: {error}", file.display()));
        serde_json::from_str(&text).map(Some).map_err(wrong)
    }

    /// The authority of the plan, as it was kept.
    pub(super) fn authority(&self, below: &str, now: SystemTime) -> Result<Arc<Authority>, Failure> {
        let file = self.0.join(KEYS);
        let keys = fs::read_to_string(&file).map_err(|error| load::unreadable(&file, &error))?;
        let authority = Authority::kept(now, below, &keys);
        authority.root_pem().map_err(|error| Failure::page(format!("`{}`: {error}", file.display())))?;
        Ok(Arc::new(authority))
    }

    /// Writes everything. The authority is that of before, if there is one.
    pub(super) fn write(&self, plan: &Plan<'_>, now: SystemTime) -> Result<(), Failure> {
        fs::create_dir_all(&self.0).map_err(|error| self.unwritable(&self.0, &error))?;
        let below = &plan.premises.below;
        if !self.0.join(KEYS).exists() {
            let bug = |error: &dyn std::error::Error| Failure::bug(format!("a bug of mtaspec: no authority: {error}"));
            let authority = Authority::to_keep(now, below);
            let (root, keys) = (authority.root_pem(), authority.keys_pem());
            self.put(instructions::AUTHORITY, &root.map_err(|error| bug(&error))?)?;
            self.put_secret(KEYS, &keys.map_err(|error| bug(&error))?)?;
        }
        // The connectors have passwords in them, though nobody's.
        self.put(instructions::CONNECTORS, &script::connectors(plan))?;
        self.put(instructions::REMOVAL, &script::removal(plan))?;
        self.put("ca.txt", &instructions::authority(plan))?;
        self.put("submission.txt", &instructions::submission(plan))?;
        if let Some(names) = instructions::names(plan) {
            self.put("dns.txt", &names)?;
        }
        self.put("README.txt", &instructions::steps(plan, &self.0.display().to_string()))?;
        let kept = serde_json::to_string_pretty(&plan.kept())
            .map_err(|error| Failure::bug(format!("a bug of mtaspec: no plan: {error}")))?;
        // Last: a folder without it is no plan.
        self.put(PLAN, &(kept + "\n"))
    }

    fn put(&self, name: &str, text: &str) -> Result<(), Failure> {
        let file = self.0.join(name);
        fs::write(&file, text).map_err(|error| self.unwritable(&file, &error))
    }

    /// A file that nobody else may read.
    fn put_secret(&self, name: &str, text: &str) -> Result<(), Failure> {
        use std::io::Write as _;

        let file = self.0.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&file).and_then(|mut open| open.write_all(text.as_bytes()));
        written.map_err(|error| self.unwritable(&file, &error))
    }

    fn unwritable(&self, path: &Path, error: &io::Error) -> Failure {
        Failure::page(format!("`{}` cannot be written: {error}", path.display()))
    }
}
