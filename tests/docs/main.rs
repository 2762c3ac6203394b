//! The book does what it says: each page's commands run in their order, in a folder of their own, and print what is shown.
//!
//! The Rust of `docs/own-sender.md` is a documentation test of this package.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A fence of a page: what stands behind its ticks, and its lines.
struct Fence {
    info: String,
    lines: Vec<String>,
}

fn fences(text: &str) -> Vec<Fence> {
    let (mut fences, mut open): (Vec<Fence>, Option<(String, Fence)>) = (Vec::new(), None);
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|character| *character == '`').collect();
        open = match open.take() {
            None if ticks.len() >= 3 => {
                let info = line[ticks.len()..].to_owned();
                Some((ticks, Fence { info, lines: Vec::new() }))
            }
            None => None,
            Some((mark, fence)) if line == mark => {
                fences.push(fence);
                None
            }
            Some((mark, mut fence)) => {
                fence.lines.push(line.to_owned());
                Some((mark, fence))
            }
        };
    }
    assert!(open.is_none(), "a fence does not end");
    fences
}

fn page(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Runs a page's commands; how many there were.
fn follow(name: &str) -> usize {
    let folder = TempDir::new().expect("a temporary folder");
    examples(folder.path());
    let mut count = 0;
    for Fence { info, lines } in fences(&page(name)) {
        match info.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["console"] => count += commands(name, folder.path(), &lines),
            ["console", "needs", needs @ ..] => match needs.iter().find(|need| !is_there(folder.path(), need)) {
                None => count += commands(name, folder.path(), &lines),
                // Not captured, so that it is read also where the test passes.
                Some(need) => drop(writeln!(std::io::stderr(), "\n{name}: not run here, for it needs `{need}`")),
            },
            ["markdown" | "powershell" | "python" | "text", file] => {
                let file = folder.path().join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, lines.join("\n") + "\n").expect("a file");
            }
            // Rust is a documentation test; text and pages without a name are to be read.
            ["rust" | "text" | "markdown"] => {}
            other => panic!("{name}: nobody knows what to do with a fence `{other:?}`"),
        }
    }
    count
}

/// Whether this can be had here: root, an MTA that is fetched, or a program.
fn is_there(folder: &Path, need: &str) -> bool {
    match need {
        "root" => shell(folder, "mtaspec run --network sandbox routing/equal-connectors#tie").1 != 69,
        "jq" | "python3" => shell(folder, &format!("command -v {need}")).1 == 0,
        mta => shell(folder, &format!("mtaspec run --mta {mta} transparency/dots --report json=probe.json")).1 != 69,
    }
}

/// The examples that are no Rust, where the source tree has them.
fn examples(folder: &Path) {
    let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), folder.join("examples"));
    fs::create_dir(&to).expect("a folder");
    for entry in fs::read_dir(from).expect("the examples").map(|entry| entry.expect("an example")) {
        if entry.file_name().to_string_lossy().starts_with("command_") {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}

/// Runs the commands of a fence; each line below one must be part of a line that it prints, in their order.
fn commands(name: &str, folder: &Path, lines: &[String]) -> usize {
    let mut count = 0;
    let mut rest = lines.iter().peekable();
    while let Some(line) = rest.next() {
        let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{name}: `{line}` is below no command"));
        let (output, status) = shell(folder, command);
        assert_eq!(status, 0, "{name}: `{command}`\n{output}");
        let mut printed = output.lines();
        while let Some(shown) = rest.next_if(|line| !line.starts_with("$ ")) {
            let found = printed.any(|line| line.contains(shown.as_str()));
            assert!(found, "{name}: `{command}` does not print `{shown}`\n{output}");
        }
        count += 1;
    }
    count
}

/// What a command prints, and how it ends; `mtaspec` is the program of this build.
#[expect(clippy::disallowed_methods, reason = "a command of the book finds the programs of the machine")]
fn shell(folder: &Path, command: &str) -> (String, i32) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mtaspec"));
    let mut path = program.parent().expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    // The README says it by way of cargo, which may be at work just now.
    let command = command.replace("cargo run --release -- ", "mtaspec ");
    // That is what runs this.
    let command = if command == "cargo test" { "true".to_owned() } else { command };
    let output = Command::new("sh").args(["-c", &command]).current_dir(folder).env("PATH", path).output();
    let output = output.expect("a shell");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (text, output.status.code().unwrap_or(-1))
}

#[test]
fn every_command_of_the_book_does_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut pages: Vec<String> = fs::read_dir(folder)
        .expect("the book")
        .map(|entry| entry.expect("a page").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md"))
        .collect();
    pages.sort();
    assert_eq!(
        pages,
        [
            "README.md",
            "attach-an-mta.md",
            "command.md",
            "dial-in.md",
            "for-administrators.md",
            "not-judged.md",
            "own-sender.md",
            "parameters.md",
            "reports.md",
            "verdicts.md",
            "write-a-case.md"
        ]
    );
    let count: usize = pages.iter().map(|name| follow(&format!("docs/{name}"))).sum();
    assert!(count >= 24, "{count} commands");
}

#[test]
fn every_command_of_the_first_page_does_what_it_says() {
    assert!(follow("README.md") >= 3);
}

#[test]
fn links_of_the_book_lead_somewhere() {
    for name in ["README.md", "docs/README.md", "docs/own-sender.md", "docs/for-administrators.md"] {
        let text = page(name);
        for target in text.split("](").skip(1).filter_map(|part| part.split_once(')')).map(|(target, _)| target) {
            let file =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(name).with_file_name(target.split('#').next().unwrap_or(""));
            assert!(target.starts_with("http") || file.exists(), "{name}: {target}");
        }
    }
}
