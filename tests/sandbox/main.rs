//! The sandbox on this machine, with MTAs that are good, broken, dead or deaf. Needs Linux and root.
//!
//! This program is everything in turn: the tests, the worker that enters a sandbox, and the MTA that runs in there.

#[cfg(target_os = "linux")]
mod adapter;
#[cfg(target_os = "linux")]
mod command;
#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
mod errand;
#[cfg(target_os = "linux")]
mod evidence;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod mtas;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod several;
#[cfg(target_os = "linux")]
mod trials;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("__command") => command::main(&words[1..words.len().min(3)]),
        Some("__worker") => errand::worker(),
        Some("__parent") => errand::parent(&words[1..]),
        Some("__probe") => probe::main(&words[1..]),
        Some("__relay") => relay::main(&words[1..]),
        _ => trials::main(),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
