//! Processes that a command has left behind: everything in the sandbox but the worker itself.

use std::{fs, io, time::Duration};

/// How long what was told to end may take to be gone.
const GONE_MAX: Duration = Duration::from_millis(500);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Names that are shown.
const SHOWN_MAX: usize = 5;

/// Waits for a short time until nobody is left, and names those that are.
///
/// # Errors
///
/// If the machine does not say who is there.
pub(super) async fn behind() -> io::Result<Vec<String>> {
    let all_gone = async {
        while !processes()?.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        Ok(Vec::new())
    };
    match tokio::time::timeout(GONE_MAX, all_gone).await {
        Ok(gone) => gone,
        Err(_) => {
            let mut left = processes()?;
            left.truncate(SHOWN_MAX);
            Ok(left)
        }
    }
}

/// The command lines of all processes of this namespace but this one. What has ended and waits to be noticed is gone.
fn processes() -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if id == std::process::id() {
            continue;
        }
        // One that ends between two looks is gone.
        let Ok(words) = fs::read(entry.path().join("cmdline")) else { continue };
        let words = words.split(|octet| *octet == 0).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
        // Kernel threads are not in here, so nobody but the dead has no command line.
        if !words.trim().is_empty() {
            lines.push(super::said::shortened(words.trim()));
        }
    }
    Ok(lines)
}
