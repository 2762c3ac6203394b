//! Which files the processes of this sandbox have open: how a message that is worked on is known where it stays in its
//! place (`Plan::opens_queue`).

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

/// Of so many questions one is answered by a look: there are many in a second, and a look is at every file of every
/// process.
const QUESTIONS_A_LOOK: u32 = 20;

/// The last look, and how often it was asked for.
#[derive(Debug, Default)]
pub(super) struct OpenFiles {
    questions: AtomicU32,
    was_open: AtomicBool,
}

impl OpenFiles {
    /// Whether a process has a file of this directory open, or had when it was looked for last.
    pub(super) fn in_directory(&self, directory: &Path) -> bool {
        if self.questions.fetch_add(1, Ordering::Relaxed).is_multiple_of(QUESTIONS_A_LOOK) {
            self.was_open.store(holds_an_open_file(directory), Ordering::Relaxed);
        }
        self.was_open.load(Ordering::Relaxed)
    }
}

/// Looks. What cannot be seen may be open.
fn holds_an_open_file(directory: &Path) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return true };
    // What ends while it is looked at has nothing open.
    let files = processes.flatten().filter_map(|process| fs::read_dir(process.path().join("fd")).ok());
    files.flat_map(Iterator::flatten).any(|file| fs::read_link(file.path()).is_ok_and(|to| to.starts_with(directory)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder that is removed with the test.
    struct Scratch(PathBuf);

    impl Scratch {
        #[track_caller]
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("mtaspec-open-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path.canonicalize().expect("it is there"))
        }

        #[track_caller]
        fn file(&self) -> fs::File {
            fs::File::create(self.0.join("qf1")).expect("room for a file")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _left = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_open_for_as_long_as_somebody_has_it() {
        let folder = Scratch::new("has");
        let file = folder.file();
        assert!(holds_an_open_file(&folder.0));
        drop(file);
        assert!(!holds_an_open_file(&folder.0));
    }

    #[test]
    fn the_answer_of_a_look_stands_for_a_while() {
        let folder = Scratch::new("look");
        let looks = OpenFiles::default();
        assert!(!looks.in_directory(&folder.0));
        let _file = folder.file();
        let answers: Vec<bool> = (0..QUESTIONS_A_LOOK).map(|_| looks.in_directory(&folder.0)).collect();
        assert_eq!(answers.iter().filter(|answer| **answer).count(), 1, "{answers:?}");
    }
}
