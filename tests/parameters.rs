//! `docs/parameters.md` says what the reference's shell takes; it is written by this test, never by hand.
//!
//! To write it anew: `MTASPEC_WRITE_DOCS=1 cargo test --test parameters`.

use std::{fmt::Write as _, fs, path::Path};

use mtaspec_harness::mta::capability::{ADAPTERS, Capability, Extent};
use mtaspec_reference_transport::shell::{CmdletReference, ParameterReference, Where, reference, rules};

#[test]
fn the_page_of_parameters_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parameters.md");
    let page = page();
    #[expect(clippy::disallowed_methods, reason = "whoever wants the page written says so")]
    let is_writing = std::env::var("MTASPEC_WRITE_DOCS").is_ok();
    if is_writing {
        fs::write(&path, &page).expect("the page can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == page, "docs/parameters.md is not current: MTASPEC_WRITE_DOCS=1 cargo test --test parameters");
}

fn page() -> String {
    let mut page = String::from(
        "# What the management shell takes\n\n\
         This page is written by `tests/parameters.rs` from the tables that the reference's shell itself works by; do not\n\
         edit it. *Default* is what holds on a Mailbox server of Exchange 2016 where the parameter was never given. The last\n\
         column says which MTAs' adapters can express a setting of a connector; the reference takes all of them.\n\n\
         Every cmdlet that changes something also takes `-Confirm`, `-WhatIf` and `-DomainController`.\n",
    );
    let all = reference();
    for cmdlet in &all {
        write_cmdlet(&mut page, cmdlet, &all);
    }
    page.push_str(
        "\n## Codes of refusals\n\nA refusal has a code that stays as it is, for `shell refuses`; its words may change.\n\n\
         | Code | Rule |\n|---|---|\n",
    );
    for rule in rules() {
        let _ = writeln!(page, "| `{}` | {} |", rule.code, cell(rule.rule));
    }
    for (code, rule) in GENERAL {
        let _ = writeln!(page, "| `{code}` | {rule} |");
    }
    page
}

/// What any command can be refused for.
const GENERAL: [(&str, &str); 17] = [
    ("ambiguous-parameter", "a prefix belongs to several parameters"),
    ("bad-value", "a parameter does not take the value"),
    ("cannot-prompt", "there is nobody to ask"),
    ("missing-argument", "a parameter stands there without its value"),
    ("missing-parameter", "a mandatory parameter is absent"),
    ("name-taken", "the name is taken, perhaps in other case"),
    ("not-confirmed", "a removal was not said yes to: `-Confirm:$false`"),
    ("not-found", "nothing has the name"),
    ("repeated-parameter", "a parameter is given twice"),
    ("syntax", "the text is no command"),
    ("unexpected-argument", "no parameter takes the value"),
    ("unexpected-stage", "it cannot follow a pipe"),
    ("unknown-command", "there is no such cmdlet"),
    ("unknown-parameter", "no parameter begins so"),
    ("unknown-property", "the objects have no such property"),
    ("unknown-variable", "the variable was never assigned"),
    ("unsupported-parameter", "Exchange has the parameter, but not in this profile or role"),
];

fn write_cmdlet(page: &mut String, cmdlet: &CmdletReference, all: &[CmdletReference]) {
    const COMMON: [&str; 3] = ["Confirm", "DomainController", "WhatIf"];
    // Writing to a text cannot fail.
    let _ = write!(page, "\n## {}{}\n", if cmdlet.is_stage { "`|` " } else { "" }, cmdlet.name);
    let mut rows: Vec<_> = cmdlet.parameters.iter().filter(|known| !COMMON.contains(&known.parameter.name)).collect();
    // What `New-` has told of its noun, `Set-` does not repeat.
    if let Some(noun) = cmdlet.name.strip_prefix("Set-")
        && let Some(new) = all.iter().find(|other| other.name.strip_prefix("New-") == Some(noun))
    {
        let count = rows.len();
        rows.retain(|known| !new.parameters.iter().any(|other| other.parameter == known.parameter));
        if rows.len() < count {
            let own = if rows.is_empty() { "." } else { ", and:" };
            let _ = write!(page, "\nWhat `{}` takes, but for what belongs to creation{own}\n", new.name);
        }
    }
    if rows.is_empty() {
        return;
    }
    page.push_str(
        "\n| Parameter | Type | Default | Good values | Requirements | Adapters |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        write_row(page, cmdlet.name, row);
    }
}

fn write_row(page: &mut String, cmdlet: &str, row: &ParameterReference) {
    let parameter = row.parameter;
    let place = match parameter.place {
        Where::Anywhere => "",
        Where::Edge => " (Edge servers)",
        Where::In2013 => " (Exchange 2013)",
        Where::Mailbox => " (Mailbox servers)",
    };
    let default = match (&row.default, row.is_mandatory) {
        (_, true) => "mandatory".to_owned(),
        (Some(default), false) if default.is_empty() => "`$null`".to_owned(),
        (Some(default), false) => format!("`{}`", cell(default)),
        (None, false) => String::new(),
    };
    let adapters = if cmdlet.ends_with("-SendConnector") { adapters(parameter.name) } else { String::new() };
    let _ = writeln!(
        page,
        "| `-{}`{place} | {} | {default} | {} | {} | {adapters} |",
        parameter.name,
        parameter.kind.name(),
        cell(parameter.validation),
        parameter.source,
    );
}

/// Who can express the setting, from the adapters' own rows.
fn adapters(name: &str) -> String {
    let of_adapter = |(adapter, capabilities): &(&str, &[Capability])| {
        let setting = format!("-{name}");
        let about = |row: &&Capability| {
            row.setting == setting || row.setting.strip_prefix(&setting).is_some_and(|rest| rest.starts_with(' '))
        };
        let extents: Vec<_> = capabilities.iter().filter(about).map(|row| row.extent).collect();
        let word = match extents[..] {
            [] => return None,
            _ if extents.iter().all(|extent| *extent == Extent::Whole) => "whole",
            _ if extents.iter().all(|extent| *extent == Extent::Not) => "not",
            _ => "partly",
        };
        Some(format!("{adapter}: {word}"))
    };
    ADAPTERS.iter().filter_map(of_adapter).collect::<Vec<_>>().join(", ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
