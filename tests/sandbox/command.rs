//! MTAs behind commands that are well, hang, die, say nonsense or leave somebody behind.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, BufRead as _, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{self, Command, ExitCode, Stdio},
    thread,
};

use mtaspec_harness::{
    mta::{
        StartError,
        command::{About, CommandLine, CommandMta},
    },
    sandbox::{self, Errand},
    trace::{Event, event::EndCause},
    verdict::Verdict,
    world::Observation,
};
use serde_json::{Value, json};

use crate::{
    errand::{errand, observe_by, rule},
    machine::{processes, wait_until},
    mtas, relay,
};

const DELIVERS: &str = "own/page#delivers";

/// All tests of commands by name.
pub(crate) const TRIALS: [(&str, fn()); 18] = [
    ("a_command_delivers", delivers),
    ("a_command_below_tmp_is_seen", below_tmp),
    ("a_command_that_dies_is_inconclusive_with_its_output", || inconclusive("dies:1", "`sandbox", "the roof fell in")),
    ("a_command_that_dies_at_once_is_inconclusive", || {
        inconclusive("born-dead:1", "ended with exit status: 3", "no life")
    }),
    ("a_command_that_hangs_at_its_start_is_inconclusive", || inconclusive("hangs:1", "within 1.5s", "it thinks")),
    ("a_command_that_hangs_on_a_message_is_inconclusive", hangs_on_a_message),
    ("a_command_that_hangs_at_its_end_is_inconclusive", || inconclusive("deaf:1", "did not end within 2s", "it stays")),
    ("a_command_that_says_nonsense_is_inconclusive", || {
        inconclusive("garbage:1", "no report: `Starting mail", "Starting")
    }),
    ("a_command_that_says_nonsense_later_is_inconclusive", || {
        inconclusive("garbage-later:1", "no report: `250 ok`", "")
    }),
    // Whether it comes to the limit or to the horizon first is for the machine to say.
    ("a_command_that_says_too_much_is_inconclusive", || inconclusive("floods:1", "it said", "")),
    ("a_command_with_an_endless_line_is_inconclusive", || inconclusive("endless:1", "more than 262144 octets", "")),
    ("a_command_that_leaves_somebody_behind_is_inconclusive", || {
        inconclusive("leaves:1", "left processes behind: `/bin/sh", "")
    }),
    ("a_command_names_what_it_does_not_have", unsupported),
    ("a_command_says_who_it_is_in_bounded_time", about),
    ("a_message_that_a_command_swallows_violates", swallows),
    (EXAMPLE, example),
    ("with_the_parent_a_command_and_what_it_left_goes", dead_parent),
    (SAME, same_as_its_adapter),
];

fn line(matter: &str) -> CommandLine {
    let program = env::current_exe().expect("this program");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let arguments = vec!["__command".to_owned(), matter.to_owned()];
    CommandLine { program, arguments, folder, path: "/usr/bin:/bin".to_owned() }
}

fn command(matter: &str) -> Errand {
    let about = r#"{"name":"own","reports":["fate"],"quiet_ms":200,"ready_ms":1500}"#;
    let about = About {
        ready_ms: if matter.starts_with("hangs") { 1500 } else { 15_000 },
        ..About::parse(about).expect("one")
    };
    Errand { command: Some(CommandMta { line: line(matter), about }), ..errand(matter) }
}

fn observe(matter: &str) -> Observation {
    let seen = observe_by(&command(matter), DELIVERS);
    wait_until("nothing is left", || processes(matter).is_empty());
    seen
}

#[track_caller]
fn inconclusive(matter: &str, why: &str, output: &str) {
    let seen = observe(matter);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Inconclusive, "{}\n{}", ruling.reason, seen.evidence.log);
    assert!(ruling.reason.contains(why) && ruling.reason.contains(output), "{}", ruling.reason);
}

fn delivers() {
    let seen = observe("well:1");
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Conforms, "{}\n{}", ruling.reason, seen.evidence.log);
    assert!(seen.evidence.configuration.iter().any(|(file, text)| file == "world.json" && text.contains("one_relay")));
    assert!(seen.evidence.log.contains("it said: {\"message\":\"1\",\"report\":\"done\"}"), "{}", seen.evidence.log);
}

/// Where a world has its own files, the folder of the program and the one that it works in are seen all the same.
fn below_tmp() {
    let folder = tempfile::tempdir_in("/tmp").expect("a temporary folder");
    let program = folder.path().join("shim");
    fs::copy(env::current_exe().expect("this program"), &program).expect("room for the program");
    fs::write(folder.path().join("beside"), "seen").expect("room");
    let mut errand = command("looks-beside:1");
    if let Some(command) = &mut errand.command {
        command.line = CommandLine { program, folder: folder.path().to_owned(), ..command.line.clone() };
    }
    let seen = observe_by(&errand, DELIVERS);
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Conforms, "{}\n{}", ruling.reason, seen.evidence.log);
    assert!(seen.evidence.log.contains("beside: seen, ReadOnlyFilesystem"), "{}", seen.evidence.log);
    assert!(!folder.path().join("written").exists());
}

fn hangs_on_a_message() {
    let seen = observe("hangs-on-message:1");
    let ruling = rule(DELIVERS, &seen);
    assert_eq!(ruling.verdict, Verdict::Inconclusive, "{}\n{}", ruling.reason, seen.evidence.log);
    assert!(ruling.reason.contains("was given `1` and never said that it is done with it"), "{}", ruling.reason);
    let end = seen.trace.0.last().map(|entry| &entry.event);
    assert!(matches!(end, Some(Event::End { cause: EndCause::Lost, .. })), "{end:?}");
}

/// To say that one is done and not to have sent it is a fault of the MTA, not of ours.
fn swallows() {
    let seen = observe("swallows:command");
    assert_eq!(rule(DELIVERS, &seen).verdict, Verdict::Violates);
}

fn unsupported() {
    for (matter, setting) in [("unsupported:1", "-TlsDomain"), ("unsupported-in-words:1", "no such thing as a port")] {
        let seen = observe(matter);
        assert_eq!(seen.refusal, Some(StartError::unsupported(setting)));
        assert_eq!(rule(DELIVERS, &seen).verdict, Verdict::Unsupported);
    }
    inconclusive("unsupported-mute:1", "ended with 89 and did not name the setting", "");
}

fn about() {
    let ask = |matter: &str| {
        let said = sandbox::about(&command(matter), &line(matter));
        wait_until("nothing is left", || processes(matter).is_empty());
        said.map_err(|error| error.to_string())
    };
    assert_eq!(ask("well:about").expect("it says so").name, "own");
    let refused = |matter: &str, why: &str| {
        let error = ask(matter).expect_err(matter);
        assert!(error.contains(why), "{error}");
    };
    refused("about-dies:1", "ended with exit status: 4\nits output:\nwho am I");
    refused("about-garbage:1", "`hello` does not say who it is");
    refused("about-hangs:1", "did not end within 15s");
}

/// A command that never ends, and that has let somebody go.
const STAYS: &str = "stays:1";

/// The program is killed in the middle of a case: neither the command stays nor whom it has let go.
fn dead_parent() {
    let program = env::current_exe().expect("this program");
    let command = format!("'{}' __command {STAYS}", program.display());
    mtas::killed_once(&["--mta-command", &command], &|world| {
        let own = processes(STAYS);
        own.len() == 2 && own.iter().all(|id| world.contains(id))
    });
    assert!(processes(STAYS).is_empty());
}

/// Is a command: what is the matter with it, then `about` or `run`.
pub(crate) fn main(words: &[String]) -> ExitCode {
    let [matter, task] = words else { return ExitCode::from(64) };
    let matter = matter.split(':').next().unwrap_or_default();
    match (task.as_str(), matter) {
        ("about", "about-dies") => end(4, "who am I"),
        ("about", "about-hangs") => hang(),
        ("about", "about-garbage") => say_text("hello"),
        ("about", _) => say(&json!({ "name": "own" })),
        _ => run(matter).unwrap_or_else(|error| end(1, &error.to_string())),
    }
    ExitCode::SUCCESS
}

fn run(matter: &str) -> io::Result<()> {
    match matter {
        "born-dead" => end(3, "no life in it"),
        "garbage" => say_text("Starting mail system..."),
        "unsupported-in-words" => end(89, "no such thing as a port"),
        "unsupported-mute" => process::exit(89),
        "hangs" => {
            complain("it thinks");
            hang();
        }
        "looks-beside" => {
            let written = fs::write("written", "").map_err(|error| error.kind());
            complain(&format!("beside: {}, {:?}", fs::read_to_string("beside")?, written.expect_err("read-only")));
        }
        "leaves" => {
            let mut child = Command::new("/bin/sh");
            child.args(["-c", "sleep 1000; true", "leaves:1"]).process_group(0).stdin(Stdio::null());
            child.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        }
        // Of a session of its own, and nobody's child.
        "stays" => drop(Command::new("setsid").args(["-f", "sh", "-c", "sleep 1000; true", STAYS]).status()?),
        // Whoever is started with a signal ignored ignores it.
        "deaf" if env::args().count() < 5 => {
            let script = "trap '' TERM; exec \"$0\" __command deaf:1 run deaf";
            return Err(Command::new("/bin/sh").arg("-c").arg(script).arg(env::current_exe()?).exec());
        }
        _ => {}
    }
    let mut lines = io::stdin().lock().lines();
    let world: Value = serde_json::from_str(&lines.next().transpose()?.unwrap_or_default())?;
    let routes: BTreeMap<&str, &str> = world["accepted"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|own| Some((own["domain"].as_str()?, own["server"].as_str()?)))
        .collect();
    let relay = world["one_relay"]["address"].as_str().unwrap_or_default();
    say(&json!({ "report": "ready" }));
    for line in lines {
        take(matter, &serde_json::from_str(&line?)?, &routes, relay)?;
    }
    if matter == "deaf" {
        complain("it stays");
        hang();
    }
    Ok(())
}

/// What it does about a message.
fn take(matter: &str, told: &Value, routes: &BTreeMap<&str, &str>, relay: &str) -> io::Result<()> {
    let message = told["message"].as_str().unwrap_or_default();
    let is_case = message == "1";
    match matter {
        "dies" if is_case => end(7, "the roof fell in"),
        "hangs-on-message" | "stays" if is_case => hang(),
        "unsupported" if is_case => {
            say(&json!({ "report": "unsupported", "setting": "-TlsDomain" }));
            process::exit(89);
        }
        "floods" if is_case => loop {
            say(&json!({ "report": "unsupported", "setting": "anything" }));
        },
        "endless" if is_case => loop {
            io::stdout().write_all(&[b'x'; 4096])?;
        },
        _ => {}
    }
    for to in told["recipients"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let domain = to.rsplit('@').next().unwrap_or_default();
        let mut data = fs::read(told["file"].as_str().unwrap_or_default())?;
        data.extend_from_slice(b"\r\n.\r\n");
        let path = told["reverse_path"].as_str().unwrap_or_default();
        let commands = [format!("MAIL FROM:<{path}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()];
        let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
        if !(is_case && matter == "swallows") {
            relay::hand_on(routes.get(domain).unwrap_or(&relay), &commands, &data)?;
        }
        say(&json!({ "report": "fate", "message": message, "recipient": to, "fate": "delivered", "reason": "" }));
    }
    if matter == "garbage-later" && is_case {
        say_text("250 ok");
    }
    say(&json!({ "report": "done", "message": message }));
    Ok(())
}

fn say(line: &Value) {
    say_text(&line.to_string());
}

/// A line on standard output; once nobody listens, it ends.
fn say_text(line: &str) {
    let mut output = io::stdout().lock();
    if writeln!(output, "{line}").and_then(|()| output.flush()).is_err() {
        process::exit(0);
    }
}

fn complain(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

fn end(status: i32, line: &str) -> ! {
    complain(line);
    process::exit(status)
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}

const EXAMPLE: &str = "the_library_of_the_other_example_is_judged";
const SAME: &str = "the_reference_behind_a_command_is_judged_as_behind_its_adapter";

/// Trials that need what this machine does not have, and what that is.
pub(crate) fn missing() -> BTreeMap<&'static str, &'static str> {
    let needs = [(EXAMPLE, "python3"), (SAME, "jq")];
    needs.into_iter().filter(|(_, program)| !Path::new("/usr/bin").join(program).exists()).collect()
}

/// Verdicts of cases; the examples are found in the source tree, and programs where the machine has them.
fn judged(words: &[&str]) -> BTreeMap<String, (String, String)> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mtaspec"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("report.json");
    let mut path = program.parent().expect("a folder").as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let mut command = Command::new(&program);
    command.args(["run", "--jobs", "8", "--report"]).arg(format!("json={}", report.display())).args(words);
    let output = command.env("PATH", &path).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it starts");
    let text = fs::read_to_string(&report).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    verdicts(&serde_json::from_str(&text).expect("JSON"))
}

/// A library that sends by TLS, with a password and to several recipients, does not send without the TLS that was
/// offered and broke, and writes no notices.
fn example() {
    let expected = [
        ("authentication/plain#three-parts/ascii", "conforms"),
        ("replies/recipients#last", "violates"),
        ("replies/recipients#three-ways", "conforms"),
        ("starttls/answers#no-tls/garbage", "departs"),
        ("starttls/answers#several-lines", "conforms"),
        ("transparency/dots#kinds", "conforms"),
        ("dns/mx#preferred", "unsupported"),
    ];
    let mut words = vec!["--mta-command", "examples/command_smtplib.py"];
    words.extend(expected.map(|(case, _)| case));
    let seen = judged(&words);
    for (case, verdict) in expected {
        assert_eq!(seen.get(case).map(|(verdict, _)| verdict.as_str()), Some(verdict), "{case}: {seen:#?}");
    }
}

/// The reference behind the example's command is judged as it is behind its adapter.
fn same_as_its_adapter() {
    // A part of the corpus, spread over all of it; `.ci/run` judges another by the command alone.
    let adapter = judged(&["--mta", "reference-daemon", "--shard", "3/16"]);
    let command = judged(&["--mta-command", "examples/command_reference.sh", "--shard", "3/16"]);
    let differ: Vec<_> = adapter.iter().filter(|(id, verdict)| command.get(*id) != Some(*verdict)).collect();
    assert!(
        differ.is_empty(),
        "by the adapter: {differ:#?}\nby the command: {:#?}",
        differ.iter().map(|(id, _)| command.get(*id)).collect::<Vec<_>>()
    );
    let conform = adapter.values().filter(|(verdict, _)| verdict == "conforms").count();
    assert!(conform >= 30, "{conform} conform");
}

/// Verdict and its words by case.
fn verdicts(run: &Value) -> BTreeMap<String, (String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cases = run["cases"].as_array().into_iter().flatten();
    cases.map(|case| (text(&case["id"]), (text(&case["verdict"]), text(&case["reason"])))).collect()
}
