//! `mtaspec mta`: the MTAs that are judged in the sandbox, what each can be asked for, and a way to get them.

use std::path::PathBuf;

use indicatif::ProgressBar;
use mtaspec_harness::mta::{
    capability::{ADAPTERS, Capability, Extent},
    fetch::{self, FetchError, Fetched, Tree},
};
use serde::Serialize;

use crate::{
    args,
    exit::Failure,
    mtas::ALL,
    output::{Output, columns},
    surroundings::Surroundings,
};

/// Lists or fetches.
pub(crate) fn mta(args: &args::Mta, around: Surroundings) -> Result<Output, Failure> {
    match args {
        args::Mta::Fetch { name } => fetched(name, around),
        args::Mta::List { name, json } => list(name.as_deref(), *json, around),
    }
}

/// The folder in which MTAs are unpacked.
fn cache(around: Surroundings) -> Option<PathBuf> {
    Some((around.cache)()?.join("mtaspec/mta"))
}

/// The tree of this MTA that was fetched last.
pub(crate) fn newest(name: &str, around: Surroundings) -> Option<PathBuf> {
    fetch::newest(&cache(around)?, name).map(|tree| tree.root)
}

fn fetched(name: &str, around: Surroundings) -> Result<Output, Failure> {
    let names: Vec<&str> = if name == ALL { fetch::names().collect() } else { vec![name] };
    let mut text = String::new();
    for name in &names {
        match fetched_one(name, around)? {
            Ok(tree) => text.push_str(&tree),
            // Of all of them, one that is no package of the distribution does not keep the others out.
            Err(error @ FetchError::Npm) if names.len() > 1 => text.push_str(&format!("{name}: {error}\n")),
            Err(error) => return Err(failure(error)),
        }
    }
    let hint = if let [name] = names.as_slice() { name } else { "NAME" };
    Ok(Output::of(text + &format!("try:  mtaspec run --mta {hint}\n")))
}

/// Fetches one, and says so.
fn fetched_one(name: &str, around: Surroundings) -> Result<Result<String, FetchError>, Failure> {
    let cache = cache(around).ok_or_else(|| {
        Failure::missing("there is no folder to unpack to: neither XDG_CACHE_HOME nor HOME is an absolute path")
    })?;
    let bar = ProgressBar::with_draw_target(None, (around.draw)());
    let result = fetch::fetch(&cache, name, &mut |doing| bar.set_message(doing.to_owned()));
    bar.finish_and_clear();
    Ok(result.map(|fetched| match fetched {
        Fetched::New(Tree { name, version, root }) => format!("{name} {version}: unpacked to {}\n", root.display()),
        Fetched::There(Tree { name, version, root }) => {
            format!("{name} {version}: there already, {}\n", root.display())
        }
    }))
}

fn failure(error: FetchError) -> Failure {
    match error {
        FetchError::Unknown { .. } => Failure::command_line(error.to_string()),
        _ => Failure::missing(error.to_string()),
    }
}

/// An adapter, for programs. Fields may be added, never renamed.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    fetched: Vec<FetchedRow>,
    capabilities: &'static [Capability],
}

/// A tree in the cache, for programs. Fields may be added, never renamed.
#[derive(Serialize)]
struct FetchedRow {
    version: String,
    root: PathBuf,
}

fn list(name: Option<&str>, json: bool, around: Surroundings) -> Result<Output, Failure> {
    let trees = cache(around).map(|cache| fetch::trees(&cache)).unwrap_or_default();
    let of = |name: &str| trees.iter().filter(|tree| tree.name == name).cloned().collect::<Vec<Tree>>();
    let rows: Vec<Row> = ADAPTERS
        .into_iter()
        .filter(|(own, _)| name.is_none_or(|name| name == *own))
        .map(|(name, capabilities)| {
            let row = |Tree { version, root, .. }| FetchedRow { version, root };
            Row { name, fetched: of(name).into_iter().map(row).collect(), capabilities }
        })
        .collect();
    if let (Some(name), true) = (name, rows.is_empty()) {
        let known = ADAPTERS.map(|(name, _)| name).join(", ");
        return Err(Failure::command_line(format!("there is no adapter for `{name}`; there is: {known}")));
    }
    if json {
        return Output::json(&rows);
    }
    Ok(Output::of(rows.iter().map(told).collect::<Vec<_>>().join("\n")))
}

/// An adapter, for people.
fn told(row: &Row) -> String {
    let fetched: Vec<String> =
        row.fetched.iter().map(|tree| format!("  {}  {}\n", tree.version, tree.root.display())).collect();
    let state = match fetched.as_slice() {
        [] => format!("  not fetched; mtaspec mta fetch {}\n", row.name),
        some => some.concat(),
    };
    let cells = row.capabilities.iter().map(|own| {
        let extent = match own.extent {
            Extent::Not => "no",
            Extent::Partly => "in part",
            Extent::Whole => "yes",
        };
        [format!("  {}", own.setting), extent.to_owned(), own.how.to_owned()]
    });
    format!("{}\n{state}{}", row.name, columns(&cells.collect::<Vec<_>>()))
}
