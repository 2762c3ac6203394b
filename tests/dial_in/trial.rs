//! A trial with MTAs that are started apart, as a person would: planned, told by the printed script, served, judged.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// An MTA of somebody else's, for as long as this is kept.
pub(crate) struct Elsewhere(pub(crate) Child);

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder for a plan, and loopback addresses that no other test of this machine has at the same time.
pub(crate) struct Lab {
    pub(crate) folder: TempDir,
    net: String,
}

impl Lab {
    pub(crate) fn new(number: u8) -> Self {
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let net = format!("127.{}.{low}", 64 + (high.wrapping_add(number) & 63));
        Self { folder: TempDir::new().unwrap(), net }
    }

    pub(crate) fn address(&self, last: u8) -> String {
        format!("{}.{last}", self.net)
    }

    /// Where names are looked up.
    pub(crate) fn resolver(&self) -> String {
        format!("{}:5353", self.address(5))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("lab")
    }

    pub(crate) fn plan(&self, filters: &[&str]) -> Output {
        let mut command = mtaspec(self.folder.path());
        command.args(["serve", "plan", "--state", "lab", "--below", "mtaspec.contoso.com"]);
        command.args(["--mta-name", "mail01.contoso.com", "--dns", &self.resolver(), "--dns-direct"]);
        for last in 5..17 {
            command.args(["--address", &self.address(last)]);
        }
        command.args(filters).output().unwrap()
    }

    /// Serves what was planned to the MTA at this address.
    pub(crate) fn run(&self, submit_to: &str, more: &[&str]) -> Output {
        let mut command = mtaspec(self.folder.path());
        command.args(["serve", "run", "--state", "lab", "--quiet", "1", "--jobs", "16", "--submit-to", submit_to]);
        command.args(["--mta-address", "127.0.0.1", "--report", "json=run.json"]).args(more).output().unwrap()
    }

    pub(crate) fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.path().join("run.json")).unwrap()).unwrap()
    }

    /// The reference, as a process that knows nothing of mtaspec but the script.
    fn reference(&self, script: &str) -> (Elsewhere, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_mtaspec")).with_file_name("reference-transport");
        let file = self.folder.path().join("told.ps1");
        fs::write(&file, script).unwrap();
        let mut command = Command::new(&program);
        command.args(["run", "--name", "mail01.contoso.com", "--listen", &format!("{}:0", self.address(1))]);
        command.args(["--resolver", &self.resolver(), "--any-size"]);
        command.arg("--connectors").arg(file).arg("--ca").arg(self.state().join("ca.pem"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}: `cargo build` makes it", program.display()));
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        let at = said.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said `{said}`")).to_owned();
        (Elsewhere(child), at)
    }
}

pub(crate) fn mtaspec(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtaspec"));
    command.current_dir(folder);
    command
}

#[track_caller]
pub(crate) fn said(output: &Output, status: i32) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{text}{errors}");
    text + &errors
}

/// Cases of every kind but those with MX records, which lead to port 25.
const CASES: [&str; 5] =
    ["authentication/basic#", "notices/form", "smart-hosts/several", "starttls/aliases", "transparency/dots"];

#[track_caller]
fn all_served_conform(lab: &Lab, text: &str, least: u64) {
    let report = lab.report();
    assert!(report["totals"]["conforms"].as_u64().is_some_and(|count| count >= least), "{text}");
    let lacking = |case: &&Value| case["verdict"] == "unsupported" && case["lack"] != "setting";
    let lacking: Vec<&Value> = report["cases"].as_array().unwrap().iter().filter(lacking).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn the_reference_conforms_where_somebody_else_has_started_it() {
    let lab = Lab::new(0);
    said(&lab.plan(&CASES), 0);
    let script = fs::read_to_string(lab.state().join("connectors.ps1")).unwrap();
    let (_reference, at) = lab.reference(&script);
    let text = said(&lab.run(&at, &[]), 0);
    all_served_conform(&lab, &text, 15);
    assert_eq!(lab.report()["moved"]["below"], "mtaspec.contoso.com");

    let judged = mtaspec(lab.folder.path()).args(["judge", "run.json"]).output().unwrap();
    assert!(said(&judged, 0).contains("nothing changed since it was stored"), "{text}");
}

/// Port 25 and addresses that no MTA takes for its own machine's: the MTA and mtaspec in a network of their own.
const IN_A_NETWORK: &str = r#"set -e
ip link set lo up
ip addr add 10.9.0.1/32 dev lo
ip route add local 10.20.30.0/24 dev lo src 10.9.0.1
addresses=$(for last in 5 6 7 8 9 10; do echo --address 10.20.30.$last; done)
"$MTASPEC" serve plan dns/mx --state lab --below mtaspec.contoso.com --mta-name mail01.contoso.com $addresses \
    --dns 10.20.30.5 --dns-direct
"$REFERENCE" run --connectors lab/connectors.ps1 --ca lab/ca.pem --listen 127.0.0.1:2587 --resolver 10.20.30.5:53 \
    --name mail01.contoso.com >log 2>&1 &
reference=$!
trap 'kill $reference' EXIT
until grep -q 'listening on' log; do kill -0 $reference; done
"$MTASPEC" serve run --state lab --submit-to 127.0.0.1:2587 --mta-address 10.9.0.1 --quiet 1 --report json=run.json
"#;

#[test]
fn hosts_are_found_by_mx_records_on_port_25() {
    if !may_make_networks() {
        return skipped("a network of its own needs root, `unshare` and `ip`");
    }
    let lab = Lab::new(4);
    let program = Path::new(env!("CARGO_BIN_EXE_mtaspec"));
    let mut command = Command::new("unshare");
    command.args(["--net", "bash", "-c", IN_A_NETWORK]).current_dir(lab.folder.path());
    command.env("MTASPEC", program).env("REFERENCE", program.with_file_name("reference-transport"));
    let text = said(&command.output().unwrap(), 0);
    all_served_conform(&lab, &text, 6);
}

/// Whether a network of one's own can be had here.
pub(crate) fn may_make_networks() -> bool {
    let ran = Command::new("unshare").args(["--net", "--mount", "ip", "link", "set", "lo", "up"]).output();
    ran.is_ok_and(|output| output.status.success())
}

/// Says that a test did not run; where everything has to be there, it fails.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "continuous integration says so in the environment")]
pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // Not captured, so that it is read also where the test passes.
    drop(std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("\nnot run here: {why}\n")));
}

#[test]
fn an_mta_that_was_told_otherwise_is_found_out() {
    let lab = Lab::new(1);
    said(&lab.plan(&["starttls/certificates"]), 0);
    let script = fs::read_to_string(lab.state().join("connectors.ps1")).unwrap();
    let careless = script.replace("-RequireTLS $true -TlsAuthLevel DomainValidation", "-RequireTLS $false");
    assert_ne!(script, careless);
    let (_reference, at) = lab.reference(&careless);
    let text = said(&lab.run(&at, &[]), 2);
    assert!(text.contains("mtaspec serve run 'starttls/certificates#"), "{text}");
}

#[test]
fn nothing_is_judged_before_the_first_message_is_through() {
    let lab = Lab::new(2);
    said(&lab.plan(&["transparency/"]), 0);
    let nobody = format!("{}:1", lab.address(1));
    assert!(said(&lab.run(&nobody, &[]), 69).contains("its submission port"));
    assert!(!lab.folder.path().join("run.json").exists());
}

#[test]
fn a_plan_is_neither_lost_nor_run_when_it_is_stale() {
    let lab = Lab::new(3);
    said(&lab.plan(&["transparency/"]), 0);
    said(&lab.plan(&["transparency/"]), 0);
    assert!(said(&lab.plan(&["envelope/"]), 64).contains("run its remove.ps1"));
    let file = lab.state().join("plan.json");
    let plan = fs::read_to_string(&file).unwrap();
    fs::write(&file, plan.replace("\"script\": \"", "\"script\": \"0")).unwrap();
    assert!(said(&lab.run("127.0.0.1:1", &[]), 65).contains("Plan again"));
}
