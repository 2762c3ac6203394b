//! The smallest MTA: takes a message, hands it on at once, and only then says that it has it. No queue, no TLS.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{self, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

#[expect(clippy::print_stdout, reason = "what it prints is the MTA's log")]
fn log(line: &str) {
    println!("{line}");
}

/// Words: what is the matter with it, then `domain=address:port`; the domain `*` is any other.
pub(crate) fn main(words: &[String]) -> ExitCode {
    let matter = words[0].split(':').next().unwrap_or_default().to_owned();
    let routes = words[1..].iter().filter_map(|word| word.split_once('='));
    let routes: Arc<BTreeMap<String, String>> =
        Arc::new(routes.map(|(domain, to)| (domain.to_owned(), to.to_owned())).collect());
    let listener = TcpListener::bind("127.0.0.1:25").expect("port 25 is free in a world of its own");
    let messages = Arc::new(AtomicU32::new(0));
    for stream in listener.incoming().flatten() {
        let (matter, routes, messages) = (matter.clone(), Arc::clone(&routes), Arc::clone(&messages));
        thread::spawn(move || serve(&stream, &matter, &routes, &messages));
    }
    ExitCode::SUCCESS
}

fn serve(stream: &TcpStream, matter: &str, routes: &BTreeMap<String, String>, messages: &AtomicU32) -> io::Result<()> {
    let mut lines = BufReader::new(stream).split(b'\n');
    let say = |line: &str| {
        let mut stream = stream;
        stream.write_all(format!("{line}\r\n").as_bytes())
    };
    say("220 own")?;
    let (mut mail, mut rcpts) = (String::new(), Vec::new());
    while let Some(line) = lines.next().transpose()? {
        let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        match line.split(' ').next().unwrap_or_default() {
            "MAIL" => mail = line,
            "RCPT" => rcpts.push(line),
            "DATA" => {
                say("354 go on")?;
                let mut data = Vec::new();
                for line in lines.by_ref() {
                    let line = line?;
                    data.extend_from_slice(&line);
                    data.push(b'\n');
                    if line == b".\r" {
                        break;
                    }
                }
                // The first message is the canary.
                if messages.fetch_add(1, Ordering::Relaxed) == 1 {
                    match matter {
                        "dies" => process::exit(7),
                        "swallows" => {
                            log("it swallows a message");
                            say("250 taken")?;
                            continue;
                        }
                        _ => {}
                    }
                }
                for rcpt in std::mem::take(&mut rcpts) {
                    let domain = rcpt.trim_end_matches('>').rsplit('@').next().unwrap_or_default().to_owned();
                    let to = routes.get(&domain).or_else(|| routes.get("*")).ok_or(io::ErrorKind::NotFound)?;
                    hand_on(to, &[mail.as_str(), &rcpt, "DATA"], &data)?;
                }
                say("250 handed on")?;
                continue;
            }
            "QUIT" => return say("221 bye"),
            _ => {}
        }
        say("250 ok")?;
    }
    Ok(())
}

/// Hands mail data on to a host, after these commands.
pub(crate) fn hand_on(to: &str, commands: &[&str], data: &[u8]) -> io::Result<()> {
    let stream = TcpStream::connect(to)?;
    let mut lines = BufReader::new(&stream).lines();
    let mut reply = || -> io::Result<()> {
        while lines.next().transpose()?.is_some_and(|line| line.as_bytes().get(3) == Some(&b'-')) {}
        Ok(())
    };
    reply()?;
    for command in ["EHLO mta.sender.test"].iter().chain(commands) {
        (&stream).write_all(format!("{command}\r\n").as_bytes())?;
        reply()?;
    }
    (&stream).write_all(data)?;
    reply()?;
    (&stream).write_all(b"QUIT\r\n")?;
    reply()
}
