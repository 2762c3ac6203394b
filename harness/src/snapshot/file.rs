//! Snapshots as files, in the format of insta: a header between two lines `---`, then the text.

use similar::TextDiff;

/// How a snapshot compares with the stored one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// They differ: a unified diff, from the stored one to the new one.
    Differs {
        /// The diff.
        diff: String,
    },
    /// There is no stored one.
    New,
    /// They are the same.
    Same,
}

/// The name of the file that holds a section's snapshot, beside its page: `equal-connectors@tie.snap`. `section` is the
/// id of the section, `area/topic#short-id`, or of any of its variants.
#[must_use]
pub fn file_name(section: &str) -> String {
    let section = section.rsplit_once('#').map_or((section, ""), |(page, case)| (page, case));
    let topic = section.0.rsplit('/').next().unwrap_or(section.0);
    let case = section.1.split('/').next().unwrap_or("");
    format!("{topic}@{case}.snap")
}

/// The file of a snapshot; `source` is the page that it is of.
#[must_use]
pub fn write(source: &str, text: &str) -> String {
    format!("---\nsource: {source}\n---\n{}\n", text.trim_end())
}

/// The text of a stored file. A file without the header is all text.
#[must_use]
pub fn read(file: &str) -> &str {
    let behind = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    behind.map_or(file, |(_, text)| text)
}

/// Compares a snapshot with the stored file. Line ends and blanks at the end of the text do not count.
#[must_use]
pub fn compare(stored: Option<&str>, text: &str) -> Comparison {
    let Some(stored) = stored else { return Comparison::New };
    if read(stored).trim_end() == text.trim_end() {
        return Comparison::Same;
    }
    let stored = stored.replace("\r\n", "\n");
    let (old, new) = (format!("{}\n", read(&stored).trim_end()), format!("{}\n", text.trim_end()));
    if old == new {
        return Comparison::Same;
    }
    let diff = TextDiff::from_lines(old.as_str(), new.as_str());
    Comparison::Differs { diff: diff.unified_diff().context_radius(3).header("stored", "now").to_string() }
}
