//! A message of 35 MB costs its own size in memory, and not much more, whoever it is for and however it goes.
//!
//! In a process of its own, for the system counts memory by process.

#![cfg(target_os = "linux")]

use std::{fs, num::NonZeroUsize, path::PathBuf};

use mtaspec_harness::{
    mta::Reference,
    suite::{
        Suite,
        run::{Haste, Plan},
    },
    verdict::Verdict,
    world::{NetworkKind, Settings},
};

/// What may be in memory beside the message, in octets. The world, its hosts and the trace are among it.
const BESIDE_MAX: usize = 10 * 1000 * 1000;

const MESSAGE_OCTETS: usize = 35 << 20;

const PAGE: &str = "\
# A large message

```zone
one.contoso.test.  A  192.0.2.20
two.contoso.test.  A  192.0.2.21
```

```host one.contoso.test
offers  SIZE 104857600
```

```host two.contoso.test
offers  SIZE 104857600
```

```powershell
Set-TransportConfig -MaxReceiveSize 100MB -MaxSendSize 100MB
New-SendConnector -Name One -AddressSpaces one.test -DNSRoutingEnabled $false -SmartHosts one.contoso.test -MaxMessageSize 100MB
New-SendConnector -Name Two -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts two.contoso.test -MaxMessageSize 100MB
```

## For three, over two connectors {#three}

```eml to=a@one.test,b@two.test,c@three.test
Subject: large

<fill 35MB>
```

```expect
MUST  a@one.test is delivered to one.contoso.test    [SIZ-03]
MUST  b@two.test is delivered to two.contoso.test    [SIZ-03]
MUST  c@three.test is delivered to two.contoso.test  [SIZ-03]
```
";

#[test]
fn a_message_of_35_mb_for_three_recipients_over_two_connectors_is_in_memory_once() {
    let page = (PathBuf::from("cases/own/large.md"), PAGE.as_bytes().to_vec());
    let suite = mtaspec::suite().and_then(|suite: Suite| suite.with_pages([page])).expect("a suite");
    let cases = suite.cases(&[]).unwrap_or_else(|error| panic!("{error}"));
    let plan = Plan {
        settings: Settings { seed: 0, network: NetworkKind::Memory },
        jobs: NonZeroUsize::MIN,
        basis: None,
        haste: Haste::AllCases,
    };
    let before = octets_of("VmRSS");
    let results = suite.run(&cases, &Reference, plan, &());
    let peak = octets_of("VmHWM");
    let verdicts: Vec<_> = results.iter().map(|result| (result.ruling.verdict, &*result.ruling.reason)).collect();
    assert_eq!(verdicts, [(Verdict::Conforms, "")]);
    let beside = peak.saturating_sub(before).saturating_sub(MESSAGE_OCTETS);
    assert!(beside <= BESIDE_MAX, "{beside} octets beside the message");
    assert!(peak - before >= MESSAGE_OCTETS, "the message itself was never in memory");
}

/// A line of what the system says of this process: `VmHWM:     1234 kB`.
fn octets_of(key: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).expect("a line for it");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}
