use std::sync::Arc;

use super::{NextHop, REFUSED};
use crate::{
    case::{dsn::Dsn, model::Via},
    mta::{StartError, Submission},
    reference::connector::Connector,
};

#[track_caller]
fn check(header: &str, via: Via, change: impl Fn(&mut Connector), setting: Option<&str>) {
    let mut connector = Connector::named("Relay");
    change(&mut connector);
    let hop =
        NextHop { connector, name: "relay.test".to_owned(), dial: REFUSED, accepted: vec!["own.test".to_owned()] };
    let message = Submission {
        name: "m1".to_owned(),
        reverse_path: String::new(),
        recipients: vec!["u@fabrikam.test".to_owned()],
        dsn: Dsn::default(),
        octets: Arc::from(format!("{header}\r\n\r\nX-MS-Exchange-Forest-In: the body\r\n").into_bytes()),
        via,
    };
    let expected = setting.map_or(Ok(()), |setting| Err(StartError::unsupported(setting)));
    assert_eq!(hop.takes(&message), expected, "{header}");
}

#[test]
fn a_header_that_the_connector_may_not_send_is_refused_by_its_name() {
    let firewall = |name: &str| format!("the header firewall: `{name}`");
    let of_organization = "x-ms-exchange-ORGANIZATION-SCL: 4";
    check("Subject: a", Via::Submission, |_| (), None);
    check("X-MS-Exchange-Organization: near", Via::Transport, |_| (), None);
    check("Subject: a\r\n X-MS-Exchange-Forest-A: folded", Via::Transport, |_| (), None);
    check(of_organization, Via::Transport, |_| (), Some(&firewall("x-ms-exchange-ORGANIZATION-SCL")));
    check(of_organization, Via::Transport, |connector| connector.header_rights.organization = true, None);
    let forged = firewall("x-ms-exchange-ORGANIZATION-SCL");
    check(of_organization, Via::Submission, |own| own.header_rights.organization = true, Some(&forged));
    check("Received: from a", Via::Transport, |_| (), None);
    let received = firewall("Received");
    check("Received: from a", Via::Transport, |own| own.header_rights.routing = false, Some(&received));
}

#[test]
fn a_message_beyond_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let message = "Subject: a\r\n\r\nX-MS-Exchange-Forest-In: the body\r\n".len() as u64;
    check("Subject: a", Via::Submission, |own| own.max_message_size = Some(message), None);
    let limit = Some("-MaxMessageSize");
    check("Subject: a", Via::Submission, |own| own.max_message_size = Some(message - 1), limit);
}

#[test]
fn mail_to_an_accepted_domain_goes_elsewhere() {
    let hop = NextHop {
        connector: Connector::named("Relay"),
        name: "relay.test".to_owned(),
        dial: REFUSED,
        accepted: vec!["own.test".to_owned()],
    };
    let message = Submission {
        name: "m1".to_owned(),
        reverse_path: String::new(),
        recipients: vec!["u@fabrikam.test".to_owned(), "v@OWN.test".to_owned()],
        dsn: Dsn::default(),
        octets: Arc::new(b"\r\n".to_vec()),
        via: Via::Submission,
    };
    assert_eq!(hop.takes(&message), Err(StartError::unsupported("accepted domains")));
}
