use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::dsn::{EnvelopeId, Notify, OriginalRecipient, RecipientRequest, Request, Return};

fn message(name: &str) -> Stored {
    let never = RecipientRequest {
        notify: Notify::parse("NEVER").ok(),
        original: OriginalRecipient::parse("rfc822;Old+2Bx@d.test").ok(),
    };
    Stored {
        name: name.to_owned(),
        reverse_path: "j\u{f6}rg\n@sender.test".to_owned(),
        recipients: vec!["a@x.test".to_owned(), "\"b c\"@x.test".to_owned(), "d@x.test".to_owned()],
        dsn: Request {
            ret: Some(Return::Headers),
            envelope_id: EnvelopeId::parse("Q+2B1").ok(),
            recipients: vec![RecipientRequest::default(), never],
        },
        left: vec![0, 2],
        is_notice: name == "two",
        arrived: UNIX_EPOCH + Duration::from_millis(1_894_010_400_123),
        size: 99,
        data: b"Subject: x\r\n\r\n\0\xff\n\rbody".to_vec().into(),
    }
}

/// Names of the messages, and how many files were set aside.
#[track_caller]
fn found(store: &dyn Store) -> (String, usize) {
    let loaded = store.load_all().expect("a list");
    let names: Vec<&str> = loaded.messages.iter().map(|(_, stored)| stored.name.as_str()).collect();
    (names.join(" "), loaded.set_aside.len())
}

/// What every store does.
#[track_caller]
fn check(store: &dyn Store) {
    let first = store.save(&message("one")).expect("saved");
    let second = store.save(&message("two")).expect("saved");
    assert_eq!(store.load_all().expect("a list").messages, [(first, message("one")), (second, message("two"))]);
    store.update(first, &[2]).expect("updated");
    let left = &store.load_all().expect("a list").messages[0].1;
    assert_eq!(left, &Stored { left: vec![2], ..message("one") });
    store.remove(first).expect("removed");
    assert_eq!(found(store), ("two".to_owned(), 0));
    for gone in [store.remove(first), store.update(first, &[0])] {
        assert!(matches!(gone, Err(StoreError::Unknown { id }) if id == first), "{gone:?}");
    }
    assert!(store.save(&message("three")).expect("saved") > second);
}

#[test]
fn every_store_keeps_what_it_is_given() {
    check(&Memory::default());
    check(&Directory::open(Volatile::default()).expect("empty"));
    let folder = tempfile::tempdir().expect("a folder");
    check(&Directory::open(Folder::open(folder.path()).expect("a folder")).expect("empty"));
}

#[test]
fn a_folder_is_found_again_and_numbers_are_not_used_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Directory::open(Folder::open(&folder.path().join("queue")).expect("a folder")).expect("a store");
    let first = open().save(&message("one")).expect("saved");
    std::fs::write(folder.path().join("queue/readme.txt"), "not ours").expect("written");
    let again = open();
    assert_eq!(found(&again), ("one".to_owned(), 0));
    assert!(again.save(&message("two")).expect("saved") > first);
}

#[test]
fn what_was_saved_survives_a_crash_and_nothing_half_does() {
    for crash in [Crash::LosesNames, Crash::KeepsNames] {
        for operations in 0..8 {
            let disk = Volatile::default();
            let store = Directory::open(disk.clone()).expect("empty");
            store.save(&message("before")).expect("saved");
            disk.fail_after(operations);
            let was_saved = store.save(&message("after")).is_ok();
            disk.crash(crash);
            let (names, set_aside) = found(&Directory::open(disk).expect("a store"));
            let may_be = if was_saved { &["before after"][..] } else { &["before", "before after"] };
            assert!(may_be.contains(&names.as_str()), "{crash:?} after {operations}: {names}");
            assert_eq!(set_aside, 0, "{crash:?} after {operations}");
            assert_eq!(was_saved, operations >= 4, "{operations}");
        }
    }
}

#[test]
fn an_update_that_is_cut_off_leaves_the_message_as_it_was_or_as_it_should_be() {
    for crash in [Crash::LosesNames, Crash::KeepsNames] {
        for operations in 0..8 {
            let disk = Volatile::default();
            let store = Directory::open(disk.clone()).expect("empty");
            let id = store.save(&message("one")).expect("saved");
            disk.fail_after(operations);
            let was_updated = store.update(id, &[2]).is_ok();
            disk.crash(crash);
            let loaded = Directory::open(disk).expect("a store").load_all().expect("a list");
            let [(_, stored)] = loaded.messages.as_slice() else { panic!("{crash:?} after {operations}: {loaded:?}") };
            let is_new = stored.left == [2];
            assert!(is_new || (!was_updated && stored.left == [0, 2]), "{crash:?} after {operations}: {stored:?}");
        }
    }
}

/// A disk whose sync does nothing.
struct Unsynced(Volatile);

impl Disk for Unsynced {
    fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        self.0.write(name, parts)
    }
    fn sync(&self, _: &str) -> io::Result<()> {
        Ok(())
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn sync_names(&self) -> io::Result<()> {
        self.0.sync_names()
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }
    fn names(&self) -> io::Result<Vec<String>> {
        self.0.names()
    }
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.read(name)
    }
}

#[test]
fn the_crash_finds_a_store_that_does_not_sync() {
    let disk = Volatile::default();
    Directory::open(Unsynced(disk.clone())).expect("empty").save(&message("one")).expect("it says so");
    disk.crash(Crash::KeepsNames);
    assert_eq!(found(&Directory::open(disk).expect("a store")), (String::new(), 1));
}

#[test]
fn a_file_that_cannot_be_read_is_set_aside_and_stays() {
    let sound = format::write(&message("one")).expect("octets").concat();
    let mut flipped = sound.clone();
    *flipped.last_mut().expect("an octet") ^= 1;
    let changed = |from: &str, to: &str| String::from_utf8_lossy(&sound).replace(from, to).into_bytes();
    let broken =
        [flipped, sound[..sound.len() - 1].to_vec(), Vec::new(), changed("mtaspec-message 1", "mtaspec-message 2")];
    for octets in broken {
        let disk = Volatile::default();
        let store = Directory::open(disk.clone()).expect("empty");
        store.save(&message("zero")).expect("saved");
        disk.write("0000000000000007.message", &[&octets]).expect("written");
        let loaded = store.load_all().expect("a list");
        let [aside] = loaded.set_aside.as_slice() else { panic!("one, not {loaded:?}") };
        assert_eq!(disk.read(&aside.file).expect("it is still there"), octets);
        assert_eq!(found(&store), ("zero".to_owned(), 0), "it is set aside once");
    }
}

proptest::proptest! {
    #[test]
    fn no_octets_are_taken_for_a_message_by_mistake(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        proptest::prop_assert!(format::read(&octets).is_err());
        let sound = format::write(&message("one")).expect("octets").concat();
        let cut = octets.len() % sound.len();
        proptest::prop_assert!(format::read(&sound[..cut]).is_err());
    }
}
