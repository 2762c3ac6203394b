//! Every MTA that is fetched, killed in the middle of a case: nothing of it stays.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use mtaspec_harness::mta::capability::ADAPTERS;

use crate::machine::{descendants, kill, mounts, name, wait_until};

/// A case that every adapter can translate, and that lasts.
const PAGE: &str = r"# One relay for everything

```zone
relay.contoso.test.  A  192.0.2.11
```

```powershell
New-SendConnector -Name All -AddressSpaces * -Custom -DNSRoutingEnabled $false -SmartHosts relay.contoso.test -IgnoreSTARTTLS $true
```

```host relay.contoso.test
RCPT -> 451 4.3.0 Not now
```

## Lasts {#lasts}

```world
observe until 25s
```

```eml to=ann@contoso.test
Subject: hello

Hello.
```

```expect
MUST  ann@contoso.test is deferred  [ADR-05]
```
";

/// Those that run for as long as the case does; the others are there while they speak to a host.
const DAEMONS: [&str; 7] = ["dma", "exim", "haraka", "nullmailer", "opensmtpd", "postfix", "sendmail"];

/// The program.
const MTASPEC: &str = env!("CARGO_BIN_EXE_mtaspec");

/// The names of all adapters, each with whether the MTA is fetched on this machine.
pub(crate) fn fetched() -> Vec<(&'static str, bool)> {
    let is_fetched = |name: &str| {
        let output = Command::new(MTASPEC).args(["mta", "list", name, "--json"]).output().expect("it starts");
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a list");
        rows[0]["fetched"].as_array().is_some_and(|trees| !trees.is_empty())
    };
    ADAPTERS.iter().map(|(name, _)| (*name, is_fetched(name))).collect()
}

/// Kills the program in the middle of a case of an adapter.
pub(crate) fn killed(mta: &str) {
    killed_once(&["--mta", mta], &|world| {
        let workers = world.iter().filter(|id| name(**id) == "mtaspec").count();
        workers >= 2 && (!DAEMONS.contains(&mta) || world.len() > workers)
    });
}

/// Kills the program once everything that it has started is as this says.
pub(crate) fn killed_once(mta: &[&str], is_there: &dyn Fn(&BTreeSet<u32>) -> bool) {
    let before = mounts();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pages = folder.path().join("own");
    fs::create_dir(&pages).and_then(|()| fs::write(pages.join("page.md"), PAGE)).expect("room for a page");
    let mut running = run(mta, folder.path());
    let parent = running.id();
    wait_until("the world is there", || is_there(&descendants(parent)));
    let world: BTreeSet<u32> = descendants(parent);
    kill(parent);
    assert!(!running.wait().expect("a child").success());
    wait_until("nothing is left", || world.iter().all(|id| name(*id).is_empty()));
    assert_eq!(mounts(), before);
}

fn run(mta: &[&str], pages: &Path) -> std::process::Child {
    let mut command = Command::new(MTASPEC);
    command.arg("run").args(mta).args(["own", "--cases"]).arg(pages);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}
