//! Every patch of this folder still fits the reference as it stands. That claims notice it is what `run` shows.

use std::{fs, path::Path};

/// What one patch changes in one file, a run of lines at a time: the lines as they must stand there now.
fn hunks(patch: &str) -> Vec<(String, String)> {
    let (mut hunks, mut file): (Vec<(String, String)>, _) = (Vec::new(), String::new());
    for line in patch.lines() {
        if let Some(name) = line.strip_prefix("--- a/") {
            name.clone_into(&mut file);
        } else if line.starts_with("@@ ") {
            hunks.push((file.clone(), String::new()));
        } else if let Some(old) = line.strip_prefix([' ', '-'])
            && let Some((_, lines)) = hunks.last_mut()
        {
            lines.push_str(old);
            lines.push('\n');
        }
    }
    hunks
}

#[test]
fn every_patch_still_fits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut patches = 0;
    for entry in fs::read_dir(root.join("tests/bites")).expect("the folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|kind| kind != "patch") {
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let hunks = hunks(&fs::read_to_string(&path).expect("text"));
        assert!(!hunks.is_empty(), "{name} changes nothing");
        for (file, lines) in hunks {
            let text = fs::read_to_string(root.join(&file)).unwrap_or_else(|error| panic!("{name}: {file}: {error}"));
            assert!(text.contains(&lines), "{name} no longer fits {file}:\n{lines}");
        }
        patches += 1;
    }
    assert!(patches >= 40, "{patches} patches");
}
