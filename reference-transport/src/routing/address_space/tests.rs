use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let actual = text.parse::<AddressSpace>().map_or_else(|error| error.to_string(), |space| space.to_string());
    assert_eq!(actual, expected, "{text}");
}

#[track_caller]
fn check_match(space: &str, domain: &str, expected: bool) {
    let space: AddressSpace = space.parse().expect("an address space");
    let domain = Domain::parse(domain).expect("a domain");
    assert_eq!(space.closeness(&domain).is_some(), expected, "{space} for {domain}");
}

#[test]
fn type_and_cost_may_be_left_out() {
    for text in ["contoso.com", "SMTP:contoso.com", "contoso.com;1", "smtp:Contoso.com;1"] {
        check(text, "SMTP:contoso.com;1");
    }
    check("*", "SMTP:*;1");
    check("*.x;3", "SMTP:*.x;3");
    check("SMTP:*.contoso.com;5", "SMTP:*.contoso.com;5");
}

#[test]
fn cost_is_1_to_100() {
    check("a.test;1", "SMTP:a.test;1");
    check("a.test;100", "SMTP:a.test;100");
    for cost in ["0", "101", "-1", "+1", "five", "", "256", "1;2"] {
        check(&format!("a.test;{cost}"), &format!("cost `{cost}` is not a number from 1 to 100"));
    }
}

#[test]
fn an_asterisk_is_a_whole_first_label() {
    check("*.com", "SMTP:*.com;1");
    for text in ["*contoso.com", "a.*.com", "*.*.com", "**", "[192.0.2.5]"] {
        check(text, &format!("`{text}` is neither `*`, `contoso.com` nor `*.contoso.com`"));
    }
    check("contoso..com", "`contoso..com` is no domain: a label is empty");
    check("*.", "`*.` is no domain: the domain is empty");
    check("--", "`--` is for a connector of an Edge server");
}

#[test]
fn a_bare_domain_covers_no_subdomain() {
    check_match("contoso.com", "cONTOSO.com", true);
    check_match("contoso.com", "sub.contoso.com", false);
}

#[test]
fn a_wildcard_covers_its_apex_and_every_depth() {
    check_match("*.contoso.com", "contoso.com", true);
    check_match("*.contoso.com", "b.a.contoso.com", true);
    check_match("*.contoso.com", "xcontoso.com", false);
}

#[test]
fn an_address_literal_matches_the_asterisk_alone() {
    check_match("*", "[192.0.2.5]", true);
    check_match("*.test", "[192.0.2.5]", false);
}

#[test]
fn closer_spaces_compare_greater() {
    let domain = Domain::parse("a.b.test").expect("a domain");
    let ladder = ["*;1", "*.test;100", "*.b.test;7", "*.a.b.test;1", "a.b.test;9"];
    let closeness = ladder.map(|text| text.parse::<AddressSpace>().expect("an address space").closeness(&domain));
    assert!(closeness.is_sorted_by(|a, b| a < b), "{closeness:?}");
}

#[track_caller]
fn check_edge(text: &str, expected: &str) {
    let space = AddressSpace::parse_for(text, Side::Edge);
    assert_eq!(space.map_or_else(|error| error.to_string(), |space| space.to_string()), expected, "{text}");
}

#[test]
fn an_edge_server_has_smtp_and_the_accepted_domains() {
    check_edge("--", "SMTP:--;1");
    check_edge("smtp:--;7", "SMTP:--;7");
    check_edge("*.x.test;3", "SMTP:*.x.test;3");
    check_edge("FAX:a;1", "type `FAX` is none for an Edge server, only SMTP");
    check_edge("X400:c=us;a=b;1", "type `X400` is none for an Edge server, only SMTP");
}

#[test]
fn another_type_takes_any_text() {
    check("FAX:anything goes;5", "FAX:anything goes;5");
    check("pager:#12 ; x;7", "PAGER:#12 ; x;7");
    check("FAX:*", "FAX:*;1");
    check("FAX:a;b", "cost `b` is not a number from 1 to 100");
    check("FAX:a;b;1", "FAX:a;b;1");
    check("FAX:;1", "`` is no text for an address space");
    check(":a;1", "`` is no text for an address space");
    check("FAX:a\u{7}b", "`a\u{7}b` is no text for an address space");
}

#[test]
fn an_x400_space_is_an_address_of_rfc_1685() {
    check("X400:o=MySite;p=MyOrg;a=adatum;c=us;1", "X400:o=MySite;p=MyOrg;a=adatum;c=us;1");
    check("x400:c=us;a= ;9", "X400:c=us;a= ;9");
    check("X400:o=MySite;p=MyOrg;a=adatum;c=us", "cost `c=us` is not a number from 1 to 100");
    let wrong = |space: &str, why: &str| {
        let hint = "such as `c=us;a=adatum;p=MyOrg;o=MySite`";
        check(&format!("X400:{space};1"), &format!("`{space}` is no X.400 address, {hint}: {why}"));
    };
    wrong("hello", "a part is not `attribute=value`");
    wrong("c=us;a=x;z=1", "an attribute is unknown");
    wrong("c=us;c=de;a=x", "an attribute stands there twice");
    wrong("c=;a=x", "an attribute has no value");
    wrong("o=MySite", "`c` and `a` are needed");
    wrong("c=us;a=x;;p=y", "a part is not `attribute=value`");
}

#[test]
fn what_is_no_domain_matches_none() {
    check_match("FAX:*", "contoso.test", false);
    let space = AddressSpace::accepted_domains();
    assert_eq!(space.closeness(&Domain::parse("contoso.test").expect("a domain")), None);
}
