use super::*;

#[track_caller]
fn check(line: &str, expected: &str) {
    match parse_record(line) {
        Ok(record) => assert_eq!(record_line(&record), expected),
        Err(error) => panic!("`{line}`: {error}"),
    }
}

/// `marked` is what the span covers.
#[track_caller]
fn check_error(line: &str, message: &str, marked: Option<&str>) {
    let error = parse_record(line).expect_err("no record");
    assert!(error.to_string().contains(message), "{error}");
    assert_eq!(error.span().map(|span| &line[span]), marked);
}

#[test]
fn ttl_and_class_may_be_left_out_or_stand_in_either_order() {
    let expected = "contoso.test. 60 IN MX 10 mx.contoso.test.";
    check("contoso.test MX 10 mx.contoso.test", expected);
    check("contoso.test. 60 IN MX 10 mx.contoso.test.", expected);
    check("contoso.test. in 1m mx 10 mx.contoso.test. ; the only one\n", expected);
    check("contoso.test 3600 A 192.0.2.1", "contoso.test. 3600 IN A 192.0.2.1");
}

#[test]
fn a_null_mx_is_a_record_like_any_other() {
    check("nomail.test MX 0 .", "nomail.test. 60 IN MX 0 .");
}

#[test]
fn every_common_type_is_read_and_written() {
    check("a.test AAAA 2001:db8::1", "a.test. 60 IN AAAA 2001:db8::1");
    check("www.a.test CNAME a.test", "www.a.test. 60 IN CNAME a.test.");
    check("a.test NS ns.a.test", "a.test. 60 IN NS ns.a.test.");
    check("_smtp._tcp.a.test SRV 1 2 25 mx.a.test", "_smtp._tcp.a.test. 60 IN SRV 1 2 25 mx.a.test.");
    check("*.a.test A 192.0.2.1", "*.a.test. 60 IN A 192.0.2.1");
    check("_25._tcp.mx.a.test TLSA 3 1 1 d2abde24", "_25._tcp.mx.a.test. 60 IN TLSA 3 1 1 d2abde24");
}

#[test]
fn text_is_written_in_quotes_and_read_back() {
    let line = r#"a.test. 60 IN TXT "v=spf1; -all" "say \"no\"""#;
    check(line, line);
}

#[test]
fn an_error_names_its_place() {
    check_error("contoso.test 60 IN MZ 10 mx.contoso.test", "`MZ` is not a record type", Some("MZ"));
    check_error("contoso.test A 192.0.2.256", "data of the A record", Some("192.0.2.256"));
    check_error("contoso.test MX mx.contoso.test ; ten", "data of the MX record", Some("mx.contoso.test"));
    check_error("contoso.test MX", "data of the MX record", Some("MX"));
    check_error("contoso.test 60", "record has no type", Some("60"));
    check_error("contoso.test CH TXT x", "class `CH`", Some("CH"));
    check_error("a..test A 192.0.2.1", "`a..test` is not a domain name", Some("a..test"));
    check_error("@ A 192.0.2.1", "must be full", Some("@"));
    check_error("  A 192.0.2.1", "owner's name", Some("  "));
}

#[test]
fn a_line_stands_for_itself() {
    check_error("$INCLUDE /etc/hostname", "is a directive", Some("$INCLUDE"));
    check_error("a.test A 192.0.2.1\nb.test A 192.0.2.2", "several lines", Some("\n"));
    check_error(" ; nothing", "holds no record", None);
    check_error("", "holds no record", None);
}

proptest::proptest! {
    #[test]
    fn no_line_makes_the_parser_panic(line in "\\PC{0,60}") {
        let _ = parse_record(&line);
    }

    #[test]
    fn no_data_make_the_parser_panic(data in "[ -~]{0,60}") {
        for record_type in ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "SSHFP", "TLSA", "TXT"] {
            let _ = parse_record(&format!("a.test {record_type} {data}"));
        }
    }
}
