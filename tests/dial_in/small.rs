//! One small page, planned: its script word by word, its doors, and why it cannot be served with less.

use std::{net::SocketAddr, path::PathBuf};

use insta::assert_snapshot;
use mtaspec_harness::{
    case::Case,
    dial_in::{NameServing, Plan, Premises, script},
};

use crate::table::generous;

const PAGE: &str = r#"mtaspec: 1

# Two ways out

```zone
one.relay.test.    A   192.0.2.11
two.relay.test.    A   192.0.2.12
fabrikam.test.     MX  10 mx.fabrikam.test.
mx.fabrikam.test.  A   192.0.2.20
```

```powershell
New-SendConnector -Name "Julia's relay" -AddressSpaces "*.contoso.test;5" -Custom -DNSRoutingEnabled $false `
  -SmartHosts one.relay.test,[192.0.2.12] -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain relay.test
New-SendConnector -Name Partner -AddressSpaces * -Custom -Port 587
```

## Both are used {#both}

```eml to=a@www.contoso.test,b@fabrikam.test
Subject: minutes
```

```expect
MUST a@www.contoso.test is delivered to one.relay.test   [R5321-2.1-1]
```
"#;

fn check(premises: Premises, look: impl FnOnce(&Plan<'_>)) {
    let catalogue = mtaspec::suite().unwrap();
    let id = catalogue.catalogue().requirements().find(|own| own.id.starts_with("R5321")).unwrap().id.clone();
    let page = PAGE.replace("R5321-2.1-1", &id);
    let suite = catalogue.with_pages([(PathBuf::from("own/ways.md"), page.into_bytes())]).unwrap();
    let suite = suite.moved(&premises.destination());
    let cases: Vec<&Case> = suite.cases(&[]).unwrap_or_else(|error| panic!("{error}"));
    look(&Plan::of(premises, &cases).unwrap());
}

#[test]
fn the_script_says_what_is_not_at_its_default() {
    check(generous(), |plan| {
        let commands = script::connectors(plan);
        let commands: Vec<&str> = commands.lines().filter(|line| !line.starts_with('#')).collect();
        assert_snapshot!(commands.join("\n").trim(), @r"
        New-SendConnector -Name 'mtaspec everything else' -Custom -AddressSpaces 'SMTP:*.mtaspec.contoso.com;1' -DNSRoutingEnabled $false -SmartHosts '[10.20.30.5]' -Port 20000

        New-SendConnector -Name 'mtaspec canary' -Custom -AddressSpaces 'SMTP:canary.mtaspec.contoso.com;1' -DNSRoutingEnabled $false -SmartHosts 'canary.mtaspec.contoso.com' -Port 20001

        New-SendConnector -Name 'mtaspec ct23sfc Julia''s relay' -Custom -AddressSpaces 'SMTP:*.contoso.test.ct23sfc.mtaspec.contoso.com;5' -DNSRoutingEnabled $false -SmartHosts 'one.relay.test.ct23sfc.mtaspec.contoso.com','[10.20.30.6]' -Port 20002 -RequireTLS $true -TlsAuthLevel DomainValidation -TlsDomain 'relay.test.ct23sfc.mtaspec.contoso.com'
        New-SendConnector -Name 'mtaspec ct23sfc Partner' -Custom -AddressSpaces 'SMTP:*.ct23sfc.mtaspec.contoso.com;1' -DNSRoutingEnabled $true -Port 587
        New-SendConnector -Name 'mtaspec ct23sfc to the sender' -Custom -AddressSpaces 'SMTP:sender.test.ct23sfc.mtaspec.contoso.com;1' -DNSRoutingEnabled $false -SmartHosts '[10.20.30.5]' -Port 20003 -MaxMessageSize unlimited
        ");
    });
}

#[test]
fn hosts_of_one_connector_differ_in_address_and_connectors_in_port() {
    check(generous(), |plan| {
        let (_, layout) = plan.served().next().unwrap();
        let doors: Vec<String> = layout.doors.iter().map(|(real, page)| format!("{real} is {page}")).collect();
        assert_snapshot!(doors.join("\n"), @r"
        10.20.30.5:25 is 192.0.2.11:25
        10.20.30.5:20002 is 192.0.2.11:25
        10.20.30.5:20003 is 192.0.2.2:25
        10.20.30.6:25 is 192.0.2.12:25
        10.20.30.6:20002 is 192.0.2.12:25
        10.20.30.7:25 is 192.0.2.20:25
        ");
        assert!(layout.shares_port(&plan.premises));
        // All doors are of the user's addresses and ports.
        let is_given = |door: &SocketAddr| {
            plan.premises.addresses.contains(&door.ip())
                && (door.port() == 25 || (20_000..=29_999).contains(&door.port()))
        };
        assert!(layout.doors.keys().all(is_given));
    });
}

#[test]
fn with_less_the_reason_is_named() {
    let reason = |premises: Premises| {
        let mut found = String::new();
        check(premises, |plan| found = plan.cases[0].layout.as_ref().err().cloned().unwrap_or_default());
        found
    };
    assert_eq!(reason(generous()), "");
    let one = vec![[10, 20, 30, 5].into()];
    assert_eq!(reason(Premises { addresses: one, ..generous() }), "a second IPv4 address of hosts (--address)");
    assert_eq!(reason(Premises { dns: None, ..generous() }), "names that the MTA can look up (--dns)");
    assert_eq!(reason(Premises { ports: (20_000, 20_002), ..generous() }), "more ports than there are (--ports)");
    let resolver = generous().dns.map(|dns| NameServing { direct: false, ..dns });
    assert_eq!(reason(Premises { dns: resolver, ..generous() }), "", "nothing of it is about DNS");
}
