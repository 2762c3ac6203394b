use super::*;

/// A folder that is removed with the test.
struct Scratch(PathBuf);

impl Scratch {
    #[track_caller]
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mtaspec-fetch-{}-{name}", std::process::id()));
        remove(&path).expect("nothing is left of an earlier run");
        make(&path).expect("a folder");
        Self(path)
    }

    #[track_caller]
    fn file(&self, path: &str) {
        let path = self.0.join(path);
        make(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn folders_beside_usr_are_folded_into_it() {
    let scratch = Scratch::new("fold");
    scratch.file("lib/x86_64/one.so");
    scratch.file("usr/lib/x86_64/two.so");
    fold(&scratch.0.join("lib"), &scratch.0.join("usr/lib")).expect("it can be folded");
    let is_there = |path: &str| scratch.0.join(path).exists();
    assert_eq!(["usr/lib/x86_64/one.so", "usr/lib/x86_64/two.so", "lib"].map(is_there), [true, true, false]);
}

#[test]
fn a_tree_that_is_half_done_is_none() {
    let scratch = Scratch::new("trees");
    for folder in ["postfix-3.7.11-0", "postfix-2%3a3.8.1", "postfix-3.9.partial", "other-1"] {
        make(&scratch.0.join(folder)).expect("a folder");
    }
    let found: Vec<(String, String)> = trees(&scratch.0).into_iter().map(|tree| (tree.name, tree.version)).collect();
    let tree = |version: &str| ("postfix".to_owned(), version.to_owned());
    assert_eq!(found, [tree("2:3.8.1"), tree("3.7.11-0")]);
}

#[test]
fn an_mta_without_packages_is_named_with_those_that_have_some() {
    let error = fetch(Path::new("/nowhere"), "xmail", &mut |_| {}).expect_err("it is unknown");
    assert_eq!(
        error.to_string(),
        "no package is known for `xmail`; there is: dma, exim, haraka, msmtp, nullmailer, opensmtpd, postfix, sendmail"
    );
}
