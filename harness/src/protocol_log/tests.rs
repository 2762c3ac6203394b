use super::*;

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Send Protocol Log\r\n\
    #Date: 2030-01-07T10:00:00.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
    remote-endpoint,event,data,context\r\n";

/// Rows of one session: event, data and context, numbered and timed.
fn file(rows: &[(&str, &str, &str)]) -> String {
    let mut text = HEADER.to_owned();
    for (number, (event, data, context)) in rows.iter().enumerate() {
        text.push_str(&format!(
            "2030-01-07T10:00:00.{number:03}Z,\"CN=Relay,CN=Connections\",08D0A1B2C3D4E5F6,{number},192.0.2.1:4711,\
             192.0.2.20:25,{event},{data},{context}\r\n"
        ));
    }
    text
}

#[track_caller]
fn check_broken(rows: &[(&str, &str, &str)], broken: &[&str]) {
    let log = Log::read(file(rows).as_bytes()).expect("a log");
    let found = check(&log.sessions());
    let ids: Vec<&str> = found.iter().filter(|finding| !finding.broken.is_empty()).map(|finding| finding.id).collect();
    assert_eq!(ids, broken);
}

const PLAIN: [(&str, &str, &str); 8] = [
    ("*", "", "attempting to connect"),
    ("+", "", ""),
    ("<", "220 ready", ""),
    (">", "EHLO mta", ""),
    ("<", "\"250 relay, at your service\"", ""),
    (">", "QUIT", ""),
    ("<", "221 bye", ""),
    ("-", "", "Local"),
];

#[test]
fn a_session_of_a_real_log_is_read_and_breaks_no_rule() {
    check_broken(&PLAIN, &[]);
    let log = Log::read(file(&PLAIN).as_bytes()).expect("a log");
    let session = &log.sessions()[0];
    assert_eq!((session.id.as_str(), session.rows.len()), ("08D0A1B2C3D4E5F6", 8));
    assert_eq!(session.rows[4].data, "250 relay, at your service");
    assert_eq!(session.rows[0].connector, "CN=Relay,CN=Connections");
}

#[test]
fn each_rule_is_broken_by_a_row() {
    let mut rows = PLAIN;
    rows[5].1 = "NOOP";
    check_broken(&rows, &["quit"]);
    rows[4].1 = "421 closing";
    check_broken(&rows, &["closing"]);
    let auth = [("+", "", ""), ("<", "220 x", ""), (">", "AUTH PLAIN AHVzZXIAaHVudGVyMg==", ""), ("-", "", "Remote")];
    check_broken(&auth, &["credential"]);
    let login = [
        ("+", "", ""),
        (">", "AUTH LOGIN", ""),
        ("<", "334 VXNlcm5hbWU6", ""),
        (">", "aHVudGVyMi1odW50ZXIy", ""),
        ("-", "", "Remote"),
    ];
    check_broken(&login, &["credential"]);
    check_broken(&[("<", "220 x", ""), ("-", "", "Remote")], &["ends"]);
    let tls =
        [("+", "", ""), (">", "STARTTLS", ""), ("<", "220 go", ""), (">", "MAIL FROM:<>", ""), ("-", "", "Remote")];
    check_broken(&tls, &["ehlo-after-tls"]);
}

#[test]
fn a_gap_and_a_step_back_in_time_are_found() {
    let text = file(&PLAIN).replace(",3,192", ",7,192").replace(":00.005Z", ":00.001Z");
    let found = check(&Log::read(text.as_bytes()).expect("a log").sessions());
    assert_eq!(found[0].broken, [("08D0A1B2C3D4E5F6".to_owned(), 9, "number 7 stands where 3 is due".to_owned())]);
    assert_eq!(found[1].broken.len(), 1);
}

#[test]
fn a_row_that_ends_early_is_noted_with_its_line() {
    let text =
        format!("{HEADER}2030-01-07T10:00:00.000Z,Relay,8e2a2b9c-0000-4000-8000-000000000001,0,,192.0.2.20:25,*\r\n");
    let log = Log::read(text.as_bytes()).expect("a log");
    assert_eq!(log.notes, [Note { line: 6, what: "the row ends early: 2 fields are missing at its end".to_owned() }]);
    assert_eq!(log.rows[0].event, '*');
}

#[track_caller]
fn check_refused(text: &[u8], why: &str) {
    assert_eq!(Log::read(text).map_err(|error| error.to_string()), Err(why.to_owned()));
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    check_refused(b"", "it is empty");
    check_refused(
        b"#Log-type: Message Tracking Log\r\n",
        "line 1: it is a `Message Tracking Log`, and not an SMTP Send Protocol Log",
    );
    check_refused(b"#Fields: date-time,event,data\r\n", "line 1: `#Fields` does not name `session-id`");
    check_refused(format!("{HEADER}a,\"b,c\r\n").as_bytes(), "line 6: a quotation mark stands where none can");
    check_refused(
        format!("{HEADER}a,b,c,1,e,f,!,h,i\r\n").as_bytes(),
        "line 6: the event is `!`, and not one of + - > < *",
    );
    check_refused(format!("{HEADER}a,b,c,x,e,f,+,h,i\r\n").as_bytes(), "line 6: the sequence number is `x`");
    check_refused(
        format!("{HEADER}1,2,3,4,5,6,+,8,9,10\r\n").as_bytes(),
        "line 6: the row has 10 fields, and 9 have a name",
    );
    check_refused(b"#Software: x\n\xFF\n", "line 2: it is no UTF-8 text");
    check_refused(b"\x7fELF,x", "line 1: the row has no session-id");
}

#[test]
fn a_reply_of_several_rows_is_one() {
    let rows = [("<", "250-a", ""), ("<", "250-b", ""), ("<", "250 c", ""), ("<", "250 d", "")];
    let log = Log::read(file(&rows).as_bytes()).expect("a log");
    let sessions = log.sessions();
    let replies: Vec<String> = sessions[0].replies().into_iter().map(|(_, reply)| reply.text).collect();
    assert_eq!(replies, ["abc", "d"]);
}
