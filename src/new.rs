//! `mtaspec new`: a section whose claim fails, for its writer to fill in.

use std::{fs, io, path::Path};

use mtaspec_harness::case::page;

use crate::{args, exit::Failure, load, output::Output};

/// Appends a section to the page of the topic, or makes the page.
pub(crate) fn new(args: &args::New) -> Result<Output, Failure> {
    let id = slug(&args.title);
    if id.is_empty() {
        return Err(Failure::command_line("the title has no letter or digit to make an id of"));
    }
    let (area, topic) = args.area.split_once('/').unwrap_or((&args.area, &id));
    for name in [area, topic] {
        if name.is_empty() || slug(name) != name {
            return Err(Failure::command_line(format!(
                "`{name}` cannot begin the id of a case: lower-case letters, digits and single hyphens can, as in \
                 `{}`",
                Some(slug(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "starttls".to_owned())
            )));
        }
    }
    let file = args.cases.join(area).join(format!("{topic}.md"));
    let before = read(&file)?;
    let section = section(&args.title, &id);
    let (text, made) = match before {
        Some(before) => {
            if let Some(line) = line_of(&file, &before, &id) {
                let message = format!("`{}:{line}` is called `{area}/{topic}#{id}` already", file.display());
                return Err(Failure::page(message));
            }
            (format!("{}\n\n{section}", before.trim_end()), "section")
        }
        None => (format!("{}{section}", head(&args.cases, &args.title)), "page"),
    };
    write(&file, &text)?;
    let line = line_of(&file, &text, &id).unwrap_or(1);
    Ok(Output::of(told(&file, line, made, &format!("{area}/{topic}#{id}"), &args.cases)))
}

/// Lower-case letters and digits; what stands between them becomes one hyphen.
fn slug(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn read(file: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(load::unreadable(file, &error)),
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text));
    written.map_err(|error| Failure::page(format!("`{}` cannot be written: {error}", file.display())))
}

/// The line of the section with this id, variants aside.
fn line_of(file: &Path, text: &str, id: &str) -> Option<u32> {
    let wanted = format!("{}#{id}", page::page_id(file));
    let is_it = |other: &str| other == wanted || other.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('/'));
    page::headings(file, text.as_bytes()).into_iter().find(|heading| is_it(&heading.id)).map(|heading| heading.line)
}

/// What a new page begins with. Pages of the corpus, whose folder holds the format, do not say its version.
fn head(cases: &Path, title: &str) -> String {
    let version = if cases.join("FORMAT.md").is_file() { "" } else { "mtaspec: 1\n\n" };
    format!(
        "{version}# {title}\n\n\
         Say here why a person would care: what goes wrong, and who notices. What stands before the first section is\n\
         shared by all of them.\n\n"
    )
}

/// A section that runs as it is, and whose claim no sender keeps.
fn section(title: &str, id: &str) -> String {
    format!(
        "## {title} {{#{id}}}\n\n\
         Say here what is special about this world, and why every lawful sender ends alike in it.\n\n\
         ```zone\n\
         relay.new.test.  A  198.51.100.25\n\
         ```\n\n\
         ```powershell\n\
         New-SendConnector -Name \"To new.test\" -AddressSpaces new.test -Custom -DNSRoutingEnabled $false \
         -SmartHosts relay.new.test\n\
         ```\n\n\
         ```eml to=julia@new.test\n\
         Subject: launch\n\n\
         Hello.\n\
         ```\n\n\
         ```expect\n\
         MUST  julia@new.test is delivered to origin    [SEL-11]\n\
         ```\n"
    )
}

fn told(file: &Path, line: u32, made: &str, id: &str, cases: &Path) -> String {
    format!(
        "{}:{line}: a new {made}. Its claim fails as it stands: the mail goes to the smart host, not to `origin`.\n\n\
         Next: write down the world and what must be so in it, then\n\n  \
         mtaspec run '{id}' --cases {}\n",
        file.display(),
        cases.display()
    )
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn an_id_is_the_words_of_the_title() {
        assert_eq!(slug("Forgets the EHLO reply: from before TLS!"), "forgets-the-ehlo-reply-from-before-tls");
        assert_eq!(slug("--- ?"), "");
    }
}
