//! A process in the sandbox that tries to get out, and says what came of it, a line each.

use std::{
    fmt::Debug,
    fs, io,
    net::{TcpStream, UdpSocket},
    process::ExitCode,
};

/// What it has for the system log.
pub(crate) const LOG_LINE: &str = "<22>own[7]: a line for the system log";

/// Files of this name that it tries to write; the first ones lie outside of what a world may write to.
pub(crate) fn files(name: &str) -> [String; 7] {
    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sandbox");
    [tree, "", "/etc", "/run", "/tmp", "/usr", "/var"].map(|folder| format!("{folder}/{name}"))
}

#[expect(clippy::print_stdout, reason = "what it prints is the MTA's log")]
pub(crate) fn main(words: &[String]) -> ExitCode {
    for to in ["198.18.0.1:25", "8.8.8.8:53", "[2001:4860::1]:25"] {
        println!("tcp {to}: {}", kind(TcpStream::connect(to)));
    }
    let datagram = UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.send_to(b"?", "198.18.0.1:53"));
    println!("udp 198.18.0.1:53: {}", kind(datagram));
    println!("tcp 192.0.2.77:25: {}", kind(TcpStream::connect("192.0.2.77:25")));
    // It is called by the adapter's name, `probes:NAME`.
    let Some((_, name)) = words.first().and_then(|own| own.split_once(':')) else { return ExitCode::FAILURE };
    for file in files(name) {
        println!("write {file}: {}", kind(fs::write(&file, "x")));
    }
    println!("log: {}", kind(log_line()));
    for file in ["/etc/resolv.conf", "/etc/hosts", "/proc/sys/kernel/hostname", "/etc/own/password"] {
        println!("{file}: {:?}", fs::read_to_string(file).unwrap_or_default());
    }
    let processes = fs::read_dir("/proc").map(|entries| {
        let numbers = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
        numbers.count()
    });
    println!("processes: {processes:?}");
    ExitCode::SUCCESS
}

fn log_line() -> io::Result<usize> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    socket.connect("/dev/log")?;
    socket.send(LOG_LINE.as_bytes())
}

fn kind<T: Debug>(result: io::Result<T>) -> String {
    result.map_or_else(|error| format!("{:?}", error.kind()), |_| "done".to_owned())
}
