//! How much a host holds of a message that is far too long to be kept.

#![cfg(target_os = "linux")]

use std::sync::Arc;

use mtaspec_fake_smarthost::{Host, Recording};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The most memory that this process has ever held, in octets.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}

#[tokio::test]
async fn a_message_of_35_mb_passes_through_less_than_10_mb() {
    let recording = Arc::new(Recording::new());
    let listening = Host::new("mx.contoso.test").listen(recording.clone()).await.expect("a port");
    let mut client = TcpStream::connect(listening.address()).await.expect("a connection");
    client.write_all(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@contoso.test>\r\nDATA\r\n").await.expect("a host");
    let lines = [vec![b'x'; 998], b"\r\n".to_vec()].concat().repeat(10);
    let before = peak();
    for _ in 0..3500 {
        client.write_all(&lines).await.expect("a host");
    }
    client.write_all(b".\r\nQUIT\r\n").await.expect("a host");
    client.read_to_string(&mut String::new()).await.expect("replies");
    assert_eq!(recording.messages()[0].data.size, 35_000_000);
    assert!(peak() - before < 10_000_000, "{} octets more", peak() - before);
}
