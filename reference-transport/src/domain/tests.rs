use super::*;

#[track_caller]
fn check(text: &str, expected: Result<(&str, usize), DomainError>) {
    let actual = Domain::parse(text).map(|domain| (domain.to_string(), domain.label_count()));
    assert_eq!(actual, expected.map(|(text, labels)| (text.to_owned(), labels)), "{text}");
}

#[track_caller]
fn check_mailbox(text: &str, expected: Result<(&str, &str), MailboxError>) {
    let actual = Mailbox::parse(text).map(|mailbox| (mailbox.local_part, mailbox.domain.to_string()));
    assert_eq!(actual, expected.map(|(l, d)| (l.to_owned(), d.to_owned())), "{text}");
}

#[track_caller]
fn check_under(own: &str, other: &str, expected: bool) {
    let [own, other] = [own, other].map(|text| Domain::parse(text).expect("a domain"));
    assert_eq!(own.is_at_or_under(&other), expected, "{own} under {other}");
}

#[test]
fn case_and_the_final_dot_carry_no_meaning() {
    check("Contoso.COM", Ok(("contoso.com", 2)));
    check("contoso.com.", Ok(("contoso.com", 2)));
    check("test", Ok(("test", 1)));
}

#[test]
fn labels_are_checked() {
    check("", Err(DomainError::Empty));
    check(".", Err(DomainError::Empty));
    check("contoso..com", Err(DomainError::LabelEmpty));
    check(".contoso.com", Err(DomainError::LabelEmpty));
    check("a b.test", Err(DomainError::Character { character: ' ' }));
    check("*.test", Err(DomainError::Character { character: '*' }));
    check("a_b.test", Err(DomainError::Character { character: '_' }));
    check("-a.test", Err(DomainError::Hyphen { label: "-a".into() }));
    check("a-.test", Err(DomainError::Hyphen { label: "a-".into() }));
    let long = "x".repeat(64);
    check(&long, Err(DomainError::LabelLong { label: long.clone() }));
    check(&format!("{}.{}", &long[..63], "a"), Ok((&format!("{}.a", &long[..63]), 2)));
    check(&[&long[..63]; 4].join("."), Err(DomainError::Long));
}

#[test]
fn an_address_literal_is_no_name() {
    check("[192.0.2.5]", Ok(("[192.0.2.5]", 0)));
    check("[ipv6:2001:DB8::5]", Ok(("[IPv6:2001:db8::5]", 0)));
    check("[192.0.2]", Err(DomainError::Literal { inner: "192.0.2]".into() }));
    check("[192.0.2.5", Err(DomainError::Literal { inner: "192.0.2.5".into() }));
    check("[2001:db8::5]", Err(DomainError::Literal { inner: "2001:db8::5]".into() }));
}

#[test]
fn both_spellings_of_an_internationalised_name_are_one() {
    check("Bücher.test", Ok(("xn--bcher-kva.test", 2)));
    check("XN--bcher-kva.test", Ok(("xn--bcher-kva.test", 2)));
}

#[test]
fn a_subdomain_begins_at_a_label() {
    check_under("contoso.com", "contoso.com", true);
    check_under("b.a.contoso.com", "contoso.com", true);
    check_under("xcontoso.com", "contoso.com", false);
    check_under("com", "contoso.com", false);
    check_under("[192.0.2.5]", "5", false);
}

#[test]
fn the_domain_follows_the_last_at_outside_quotes() {
    check_mailbox("julia@contoso.test", Ok(("julia", "contoso.test")));
    check_mailbox("<julia@contoso.test>", Ok(("julia", "contoso.test")));
    check_mailbox("\"a@b.test\"@Contoso.test", Ok(("\"a@b.test\"", "contoso.test")));
    check_mailbox("\"a\\\"@b\"@c.test", Ok(("\"a\\\"@b\"", "c.test")));
    check_mailbox("u@[192.0.2.5]", Ok(("u", "[192.0.2.5]")));
}

#[test]
fn what_could_end_a_command_is_no_mailbox() {
    check_mailbox("a\r\nRCPT@c.test", Err(MailboxError::Character { character: '\r' }));
    check_mailbox("\"a\n\"@c.test", Err(MailboxError::Character { character: '\n' }));
    check_mailbox("a>@c.test", Err(MailboxError::Character { character: '>' }));
    check_mailbox("a b@c.test", Err(MailboxError::Character { character: ' ' }));
    check_mailbox("\"a@c.test", Err(MailboxError::OpenQuote));
    check_mailbox("julia", Err(MailboxError::NoAt));
    check_mailbox("@c.test", Err(MailboxError::NoLocalPart));
    check_mailbox("a@", Err(MailboxError::Domain { source: DomainError::Empty }));
}
