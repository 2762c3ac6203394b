use std::{
    net::Ipv4Addr,
    sync::{Mutex, Weak},
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::RecordType as Asked,
};
use hickory_server::proto::{
    op::{Message, MessageType, OpCode, Query},
    rr::{Name, RecordType},
};

use super::*;
use crate::{
    event::{Event, Sink},
    record::{parse_record, record_line},
    rule::{Action, Conditions, Fault, Which},
    zone::Zones,
};

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Keeps every event.
#[derive(Default)]
struct Events(Mutex<Vec<Event>>);

impl Sink for Events {
    fn report(&self, event: Event) {
        self.0.lock().expect("nobody panicked").push(event);
    }
}

impl Events {
    /// What each query came over.
    fn transports(&self) -> Vec<Transport> {
        let transport =
            |event: &Event| if let Event::Query { transport, .. } = event { Some(*transport) } else { None };
        self.0.lock().expect("nobody panicked").iter().filter_map(transport).collect()
    }
}

fn server(faults: Vec<Fault>) -> (Arc<FakeDns>, Arc<Events>) {
    let long = format!("long.test TXT {}", vec!["0123456789".repeat(20); 10].join(" "));
    let lines = [
        "contoso.test MX 10 mx.contoso.test",
        "nomail.test MX 0 .",
        "mx.contoso.test A 192.0.2.25",
        "mx.contoso.test AAAA 2001:db8::25",
        "www.contoso.test CNAME web.contoso.test",
        "web.contoso.test CNAME mx.contoso.test",
        &long,
    ];
    let events = Arc::new(Events::default());
    let zones = Zones::new(lines.map(|line| parse_record(line).expect("a record")));
    (FakeDns::new(zones, faults, events.clone()), events)
}

fn fault(action: Action, over: Option<Transport>, count: Option<Which>) -> Fault {
    let name = "contoso.test.".parse().expect("a name");
    let conditions = Conditions { over, count, ..Conditions::default() };
    Fault { name, record_type: None, actions: vec![action], conditions, tag: None }
}

/// A resolver of another make than the server, with one second of patience, asking once more after a failure.
fn resolver(server: SocketAddr) -> TokioResolver {
    let mut transports = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for transport in &mut transports {
        transport.port = server.port();
    }
    let config = ResolverConfig::from_name_servers(vec![NameServerConfig::new(server.ip(), true, transports)]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.attempts = 1;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build().expect("a resolver")
}

async fn lookup(server: SocketAddr, question: &str) -> Result<Vec<String>, NetError> {
    let (name, record_type) = question.split_once(' ').expect("a name and a type");
    let answer = resolver(server).lookup(name, record_type.parse::<Asked>().expect("a type")).await?;
    Ok(answer.answers().iter().map(record_line).collect())
}

#[track_caller]
fn check_lines(found: Result<Vec<String>, NetError>, expected: &[&str]) {
    assert_eq!(found.expect("records"), expected);
}

#[tokio::test]
async fn a_resolver_over_sockets_finds_what_the_zones_hold() {
    let (dns, _) = server(vec![]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    let at = listening.local_addr();
    check_lines(lookup(at, "contoso.test. MX").await, &["contoso.test. 60 IN MX 10 mx.contoso.test."]);
    check_lines(lookup(at, "nomail.test. MX").await, &["nomail.test. 60 IN MX 0 ."]);
    check_lines(lookup(at, "mx.contoso.test. A").await, &["mx.contoso.test. 60 IN A 192.0.2.25"]);
    check_lines(lookup(at, "mx.contoso.test. AAAA").await, &["mx.contoso.test. 60 IN AAAA 2001:db8::25"]);
    check_lines(
        lookup(at, "www.contoso.test. A").await,
        &[
            "www.contoso.test. 60 IN CNAME web.contoso.test.",
            "web.contoso.test. 60 IN CNAME mx.contoso.test.",
            "mx.contoso.test. 60 IN A 192.0.2.25",
        ],
    );
    let absent = lookup(at, "absent.test. A").await.expect_err("no such name");
    assert!(absent.is_nx_domain(), "{absent}");
    let empty = lookup(at, "contoso.test. AAAA").await.expect_err("no such record");
    assert!(empty.is_no_records_found() && !empty.is_nx_domain(), "{empty}");
}

#[tokio::test]
async fn what_is_too_long_for_a_datagram_comes_over_tcp() {
    let (dns, events) = server(vec![]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    assert_eq!(lookup(listening.local_addr(), "long.test. TXT").await.expect("records").len(), 1);
    assert_eq!(events.transports(), [Transport::Udp, Transport::Tcp]);
}

#[tokio::test]
async fn a_truncated_answer_sends_a_resolver_to_tcp() {
    let (dns, events) = server(vec![fault(Action::Truncate, None, None)]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    check_lines(
        lookup(listening.local_addr(), "contoso.test. MX").await,
        &["contoso.test. 60 IN MX 10 mx.contoso.test."],
    );
    assert_eq!(events.transports(), [Transport::Udp, Transport::Tcp]);
}

#[tokio::test]
async fn a_resolver_asks_again_after_a_failure() {
    let failure = Action::Rcode(hickory_server::proto::op::ResponseCode::ServFail);
    let (dns, events) = server(vec![fault(failure, None, Some(Which::First(1)))]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    check_lines(
        lookup(listening.local_addr(), "contoso.test. MX").await,
        &["contoso.test. 60 IN MX 10 mx.contoso.test."],
    );
    assert_eq!(events.transports().len(), 2);
}

#[tokio::test]
async fn both_transports_share_the_port_that_was_found() {
    let (dns, _) = server(vec![]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    assert_ne!(listening.local_addr().port(), 0);
    let taken = UdpSocket::bind(listening.local_addr()).await.expect_err("in use");
    assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    let taken = TcpListener::bind(listening.local_addr()).await.expect_err("in use");
    assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn nothing_outlives_the_sockets() {
    let (dns, _) = server(vec![fault(Action::Pause(Duration::from_hours(1)), None, None)]);
    let listening = listen(LOOPBACK, Arc::clone(&dns)).await.expect("a port");
    let client = UdpSocket::bind(LOOPBACK).await.expect("a port");
    client.send_to(&message(1, "contoso.test."), listening.local_addr()).await.expect("sent");
    let mut stream = TcpStream::connect(listening.local_addr()).await.expect("connected");
    stream.write_all(&framed(&message(2, "contoso.test."))).await.expect("sent");
    let left: Weak<FakeDns> = Arc::downgrade(&dns);
    drop(dns);
    drop(listening);
    // The stream ends once its task is gone.
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    let gone = async {
        while left.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("a task still holds the server");
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_reported() {
    let (dns, events) = server(vec![]);
    let listening = listen(LOOPBACK, dns).await.expect("a port");
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        open.push(TcpStream::connect(listening.local_addr()).await.expect("connected"));
    }
    let mut one_more = TcpStream::connect(listening.local_addr()).await.expect("connected");
    assert_eq!(next_id(&mut one_more).await, None);
    assert_eq!(*events.0.lock().expect("nobody panicked"), [Event::LimitReached(Limit::Connections)]);
    open[0].write_all(&framed(&message(3, "nomail.test."))).await.expect("sent");
    assert_eq!(next_id(&mut open[0]).await, Some(3));
}

fn message(id: u16, name: &str) -> Vec<u8> {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(name).expect("a name"), RecordType::MX));
    message.to_vec().expect("octets")
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("a short message");
    [&length.to_be_bytes(), message].concat()
}

async fn next_id<S: AsyncRead + Unpin>(stream: &mut S) -> Option<u16> {
    let length = stream.read_u16().await.ok()?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await.ok()?;
    Some(u16::from_be_bytes([answer[0], answer[1]]))
}

#[tokio::test(start_paused = true)]
async fn over_a_stream_a_pause_delays_its_own_query_alone() {
    let (dns, _) = server(vec![fault(Action::Pause(Duration::from_secs(30)), None, None)]);
    let (mut client, served) = tokio::io::duplex(1024);
    let serving = tokio::spawn(serve_stream(served, LOOPBACK.ip(), dns));
    client.write_all(&framed(&message(1, "contoso.test."))).await.expect("sent");
    client.write_all(&framed(&message(2, "nomail.test."))).await.expect("sent");
    // Answers under way are still sent to a peer that has closed its side.
    client.shutdown().await.expect("closed");
    assert_eq!(next_id(&mut client).await, Some(2));
    assert_eq!(next_id(&mut client).await, Some(1));
    assert_eq!(next_id(&mut client).await, None);
    serving.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_something_else_is_closed() {
    let (dns, _) = server(vec![]);
    let (mut client, served) = tokio::io::duplex(1024);
    let serving = tokio::spawn(serve_stream(served, LOOPBACK.ip(), dns));
    client.write_all(&framed(b"EHLO")).await.expect("sent");
    assert_eq!(next_id(&mut client).await, None);
    serving.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_stream_takes_so_many_queries_and_no_more() {
    let (dns, events) = server(vec![]);
    let (client, served) = tokio::io::duplex(1024);
    let serving = tokio::spawn(serve_stream(served, LOOPBACK.ip(), dns));
    let (mut reading, mut writing) = tokio::io::split(client);
    let sending = tokio::spawn(async move {
        for _ in 0..=STREAM_QUERIES_MAX {
            writing.write_all(&framed(&message(1, "nomail.test."))).await.expect("sent");
        }
        writing
    });
    let mut answered = 0;
    while next_id(&mut reading).await.is_some() {
        answered += 1;
    }
    assert_eq!(answered, STREAM_QUERIES_MAX);
    assert_eq!(
        events.0.lock().expect("nobody panicked").last(),
        Some(&Event::LimitReached(Limit::StreamQueries)).cloned().as_ref()
    );
    drop(sending.await.expect("no panic"));
    serving.await.expect("no panic");
}
