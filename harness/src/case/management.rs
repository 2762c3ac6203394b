//! The management shell of a world as the harness keeps it for itself: pages are checked with it, and adapters are told
//! the connectors that it makes. What the judged MTA's own shell does is another matter.

use mtaspec_reference_transport::{
    directory::Directory,
    domain::Domain,
    shell::{CommandOutcome, Shell},
};

use super::model::{ShellText, WorldSpec};

/// A shell, and the directory of the organisation that it works on.
#[derive(Debug)]
pub struct Management {
    shell: Shell,
    directory: Directory,
}

impl Management {
    /// A fresh one, for the organisation of a world.
    #[must_use]
    pub fn of(world: &WorldSpec) -> Self {
        let domains = world.accepts.iter().filter_map(|domain| Domain::parse(domain).ok()).collect();
        Self { shell: Shell::new(), directory: Directory::new(domains) }
    }

    /// Runs a text where and for whom the page says; variables last from one text to the next.
    pub fn run(&mut self, text: &ShellText) -> Vec<CommandOutcome> {
        run(&mut self.shell, &mut self.directory, text)
    }

    /// What the texts have made.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }
}

/// Runs a text in a shell on a directory, where and for whom the page says.
pub(crate) fn run(shell: &mut Shell, directory: &mut Directory, text: &ShellText) -> Vec<CommandOutcome> {
    shell.run(directory, &text.text)
}
