//! What an isolated case costs in memory: its world is built, a message of one line is sent, and the trace is judged.
//!
//! Prints the median time of a case without TLS and of one with TLS, and their ratio.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the machine's clock and prints"
)]

use std::{num::NonZeroUsize, path::PathBuf, time::Instant};

use mtaspec_harness::{
    case::Case,
    mta::Reference,
    suite::{
        Suite,
        run::{Haste, Plan},
    },
    verdict::Verdict,
    world::{NetworkKind, Settings},
};

const ROUNDS: usize = 500;

const PAGE: &str = "\
# A message of one line

```zone
mx.contoso.test.  A   192.0.2.20
contoso.test.     MX  10 mx.contoso.test.
```

```powershell
New-SendConnector -Name Internet -AddressSpaces * -Internet
```

```eml to=julia@contoso.test
Hello.
```

## In the clear {#clear}

```host mx.contoso.test
withholds  STARTTLS
```

```expect
MUST  julia@contoso.test is delivered to mx.contoso.test  [SIZ-03]
```

## Under TLS {#tls}

```expect
MUST  julia@contoso.test is delivered to mx.contoso.test  [SIZ-03]
```
";

/// Microseconds.
fn round(suite: &Suite, case: &Case) -> f64 {
    let plan = Plan {
        settings: Settings { seed: 0, network: NetworkKind::Memory },
        jobs: NonZeroUsize::MIN,
        basis: None,
        haste: Haste::AllCases,
    };
    let start = Instant::now();
    let result = suite.run_case(case, &Reference, plan);
    let took = start.elapsed().as_secs_f64() * 1e6;
    assert_eq!(result.ruling.verdict, Verdict::Conforms, "{}", result.ruling.reason);
    took
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn main() {
    let page = (PathBuf::from("cases/own/one-line.md"), PAGE.as_bytes().to_vec());
    let suite = mtaspec::suite().and_then(|suite| suite.with_pages([page])).expect("a suite");
    let case = |id: &str| suite.case(&format!("own/one-line#{id}")).unwrap_or_else(|error| panic!("{error}"));
    let (clear, tls) = (case("clear"), case("tls"));
    // In pairs, so that whatever else the machine does meets both.
    let pairs: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (round(&suite, clear), round(&suite, tls))).collect();
    let (clear, tls) =
        (median(pairs.iter().map(|pair| pair.0).collect()), median(pairs.iter().map(|pair| pair.1).collect()));
    println!("a message in the clear: {clear:.0} us");
    println!("a message under TLS:    {tls:.0} us, {:.2} times as long", tls / clear);
}
