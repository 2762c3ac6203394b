//! Logs in memory, on a clock that a test sets.

use std::{
    io,
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use super::*;
use crate::{
    connector::{Authentication, Credential},
    directory::{Directory, TransportService},
    network::{Connecting, Datagrams},
    reply::{Reply, ReplyCode},
    wire::Command,
};

/// 2030-01-07T23:59:59Z, in seconds.
const EVENING: u64 = 1_894_060_799;

struct Clock(AtomicU64);

impl Network for Clock {
    fn connect(&self, _: Option<IpAddr>, _: SocketAddr) -> Connecting {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn datagrams(&self) -> io::Result<Box<dyn Datagrams>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn random(&self) -> u64 {
        0x8d0_a1b2_c3d4
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<LogReport>>);

impl Observer for Heard {
    fn report(&self, report: Report) {
        if let Report::Log(report) = report {
            self.0.lock().expect("no panic").push(report);
        }
    }
}

struct Desk {
    clock: Arc<Clock>,
    heard: Arc<Heard>,
    folder: Arc<MemoryFolder>,
    log: Arc<ProtocolLog>,
}

const FOLDER: &str = "TransportRoles/Logs/Hub/ProtocolLog/SmtpSend";

fn desk(change: impl FnOnce(&mut TransportService)) -> Desk {
    let clock = Arc::new(Clock(AtomicU64::new(EVENING)));
    let (heard, folder) = (Arc::new(Heard::default()), Arc::new(MemoryFolder::default()));
    let log =
        Arc::new(ProtocolLog::new(Arc::clone(&clock) as Arc<dyn Network>, Arc::clone(&heard) as Arc<dyn Observer>));
    log.write_to(Arc::clone(&folder) as Arc<dyn LogFolder>);
    let organisation = crate::directory::Organisation::of_mailbox_server("mta.sender.test", [192, 0, 2, 1].into());
    let mut directory = Directory::of(organisation, "mta.sender.test", Vec::new()).expect("a directory");
    change(directory.transport_service_mut());
    let mut plan = LogPlan::of(&directory, "mta.sender.test");
    plan.is_wanted = true;
    log.configure(plan);
    Desk { clock, heard, folder, log }
}

impl Desk {
    fn begin(&self) -> Box<Conversation> {
        let log_as = LogAs::Connector {
            name: "Relay, north".to_owned(),
            service: LogService::Transport,
            rights: HeaderRights::ANONYMOUS,
        };
        let credential = Credential { user: "user".into(), password: "s3cret-s3cret".into() };
        let secrets = || Secrets::of(&Authentication::Basic(credential));
        self.log.begin(&log_as, ([192, 0, 2, 20], 25).into(), secrets).expect("it logs")
    }

    fn read(&self, name: &str) -> String {
        let octets = self.folder.read(&format!("{FOLDER}/{name}")).unwrap_or_default();
        String::from_utf8(octets).expect("text")
    }

    /// Event, data and context of the rows of a file.
    fn rows(&self, name: &str) -> Vec<String> {
        let text = self.read(name);
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        rows.filter_map(|row| Some(row.split_once("192.0.2.20:25,")?.1.to_owned())).collect()
    }

    fn names(&self) -> Vec<String> {
        self.folder.files(FOLDER).unwrap_or_default().into_iter().map(|file| file.name).collect()
    }
}

fn reply(code: u16, text: &[&str]) -> Reply {
    Reply { code: ReplyCode::new(code).expect("a code"), text: text.iter().map(|&line| line.to_owned()).collect() }
}

#[test]
fn a_file_has_five_header_lines_and_rows_of_nine_fields() {
    let desk = desk(|_| {});
    let mut log = desk.begin();
    log.connected(Some(([192, 0, 2, 1], 40_000).into()));
    drop(log);
    let expected = "#Software: mtaspec reference transport\r\n#Version: 0.1.0\r\n#Log-Type: SMTP Send Protocol Log\r\n\
        #Date: 2030-01-07T23:59:59.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
        remote-endpoint,event,data,context\r\n\
        2030-01-07T23:59:59.000Z,\"Relay, north\",000008D0A1B2C3D4,0,,192.0.2.20:25,*,,attempting to connect to 192.0.2.20:25\r\n\
        2030-01-07T23:59:59.000Z,\"Relay, north\",000008D0A1B2C3D4,1,192.0.2.1:40000,192.0.2.20:25,+,,\r\n\
        2030-01-07T23:59:59.000Z,\"Relay, north\",000008D0A1B2C3D4,2,192.0.2.1:40000,192.0.2.20:25,*,SendRoutingHeaders,Set Session Permissions\r\n\
        2030-01-07T23:59:59.000Z,\"Relay, north\",000008D0A1B2C3D4,3,192.0.2.1:40000,192.0.2.20:25,-,,Local\r\n";
    assert_eq!(desk.read("SEND20300107-1.log"), expected);
}

#[test]
fn credentials_are_in_no_row_whoever_says_them() {
    let desk = desk(|_| {});
    let mut log = desk.begin();
    log.sent(b"AUTH PLAIN AHVzZXIAczNjcmV0LXMzY3JldA==\r\n", Command::Auth);
    log.received(&reply(334, &["VXNlcm5hbWU6"]), Command::Auth);
    log.sent(b"czNjcmV0LXMzY3JldA==\r\n", Command::Auth);
    log.received(&reply(535, &["no: s3cret-s3cret czNjcmV0LXMzY3JldA=="]), Command::Auth);
    log.sent(b"*\r\n", Command::Auth);
    drop(log);
    let text = desk.read("SEND20300107-1.log");
    assert!(!text.contains("s3cret-s3cret") && !text.contains("czNjcmV0LXMzY3JldA"), "{text}");
    let expected = [
        ">,AUTH PLAIN <authentication response>,",
        "<,334 <authentication challenge>,",
        ">,<authentication response>,",
        "<,535 no: <secret> <secret>==,",
        ">,*,",
    ];
    assert_eq!(desk.rows("SEND20300107-1.log")[1..6], expected);
}

#[test]
fn a_hostile_reply_is_one_row_and_mail_data_is_none() {
    let desk = desk(|_| {});
    let mut log = desk.begin();
    log.received(&reply(250, &["x\r2030-01-07T00:00:00.000Z,\"a\",b\u{2028}", "second\u{7f}"]), Command::Mail);
    log.sent(b"QUIT\r\n.\r\n", Command::EndOfData);
    drop(log);
    let rows = desk.rows("SEND20300107-1.log");
    assert_eq!(rows[1], "<,\"250 x 2030-01-07T00:00:00.000Z,\"\"a\"\",b  second \",");
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_new_day_begins_with_a_first_file() {
    let desk = desk(|_| {});
    drop(desk.begin());
    desk.clock.0.fetch_add(1, Ordering::Relaxed);
    drop(desk.begin());
    assert_eq!(desk.names(), ["SEND20300107-1.log", "SEND20300108-1.log"]);
    desk.log.write_to(Arc::clone(&desk.folder) as Arc<dyn LogFolder>);
    drop(desk.begin());
    assert_eq!(desk.names().last().map(String::as_str), Some("SEND20300108-2.log"));
}

#[test]
fn a_full_file_is_followed_by_the_next_and_the_oldest_makes_room() {
    let desk = desk(|service| {
        service.send_protocol_log.max_file_size = Some(600);
        service.send_protocol_log.max_directory_size = Some(1_300);
    });
    for _ in 0..4 {
        drop(desk.begin());
        desk.clock.0.fetch_add(1, Ordering::Relaxed);
    }
    let files = desk.folder.files(FOLDER).expect("a folder");
    assert!(files.iter().all(|file| file.size <= 600), "{files:?}");
    assert!(files.iter().map(|file| file.size).sum::<u64>() <= 1_300, "{files:?}");
    assert!(desk.heard.0.lock().expect("no panic").iter().any(|report| matches!(report, LogReport::Removed { .. })));
    assert!(files.len() >= 2 && files[0].name != "SEND20300107-1.log", "{files:?}");
}

#[track_caller]
fn check_age(days: u64, is_kept: bool) {
    let desk = desk(|service| service.send_protocol_log.max_age = Duration::from_hours(24 * days));
    drop(desk.begin());
    desk.clock.0.fetch_add(3 * 86_400, Ordering::Relaxed);
    drop(desk.begin());
    assert_eq!(desk.names().contains(&"SEND20300107-1.log".to_owned()), is_kept);
}

#[test]
fn old_files_are_removed_unless_their_age_does_not_count() {
    check_age(2, false);
    check_age(4, true);
    check_age(0, true);
}

#[test]
fn without_a_path_nothing_is_written_and_that_is_an_error_once() {
    let desk = desk(|service| service.send_protocol_log.path = None);
    let log_as = LogAs::Connector { name: "A".into(), service: LogService::Transport, rights: HeaderRights::ANONYMOUS };
    assert!(desk.log.begin(&log_as, ([192, 0, 2, 20], 25).into(), Secrets::default).is_none());
    let heard = desk.heard.0.lock().expect("no panic");
    assert!(matches!(heard.as_slice(), [LogReport::Error { .. }]), "{heard:?}");
}

#[test]
fn the_implicit_connector_has_a_switch_of_its_own() {
    let implicit = LogAs::IntraOrganization(LogService::Transport);
    let begins = |desk: &Desk| desk.log.begin(&implicit, ([192, 0, 2, 2], 25).into(), Secrets::default).is_some();
    assert!(!begins(&desk(|_| {})));
    assert!(begins(&desk(|service| service.intra_org_protocol_logging = true)));
}

#[test]
fn submission_and_front_end_have_folders_of_their_own() {
    let desk = desk(|_| {});
    for service in [LogService::FrontEnd, LogService::MailboxSubmission] {
        let log_as = LogAs::Connector { name: "A".into(), service, rights: HeaderRights::ANONYMOUS };
        drop(desk.log.begin(&log_as, ([192, 0, 2, 20], 25).into(), Secrets::default));
    }
    for folder in ["FrontEnd/ProtocolLog/SmtpSend", "Mailbox/ProtocolLog/SmtpSend/Submission"] {
        let files = desk.folder.files(&format!("TransportRoles/Logs/{folder}")).expect("a folder");
        assert_eq!(files.len(), 1, "{folder}");
    }
}

#[test]
fn a_directory_takes_a_log_and_makes_the_folder() {
    let root = tempfile::tempdir().expect("a folder");
    let desk = desk(|service| service.send_protocol_log.path = Some(r"D:\..\Logs\Send".to_owned()));
    desk.log.write_to(Arc::new(DirectoryFolder { root: root.path().to_owned() }));
    drop(desk.begin());
    let text = std::fs::read_to_string(root.path().join("D/Logs/Send/SEND20300107-1.log")).expect("a file");
    assert_eq!(text.lines().count(), 7);
}
