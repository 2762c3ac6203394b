//! What must hold of any message on its way out: one body for a fuzzer and for a property test alike.

use std::{net::IpAddr, sync::Arc, time::UNIX_EPOCH};

use crate::{
    connector::{CrossPremises, HeaderRights},
    message::{Message, Stamp, Submission, Via},
    wire::Transparency,
};

/// A message of any octets, on its way to the outside, shows no field that the connector may not send; whatever ends a
/// line for anybody ends one here. The first octet says who may send what, and how the message came in.
///
/// # Panics
///
/// If such a field is seen on the wire, or the header does not end.
pub fn header(octets: &[u8]) {
    let Some((&choice, data)) = octets.split_first() else { return };
    let has = |bit: u8| choice & bit != 0;
    let rights = HeaderRights { forest: has(1), organization: has(2), routing: has(4) };
    let cross_premises = if has(8) { CrossPremises::Renamed } else { CrossPremises::Removed };
    let submission = Submission {
        name: String::new(),
        reverse_path: String::new(),
        recipients: Vec::new(),
        data: Arc::new(data.to_vec()),
        via: if has(16) { Via::Submission } else { Via::Transport },
        dsn: crate::dsn::Request::default(),
    };
    let stamp = Stamp { server: "mta.sender.test", address: IpAddr::from([192, 0, 2, 1]), now: UNIX_EPOCH, id: 1 };
    let content = Message::accept(submission, stamp).content(rights, cross_premises);
    let (mut transparency, mut wire) = (Transparency::new(), Vec::new());
    for part in content.parts() {
        transparency.push(part, &mut |octets: &[u8]| wire.extend_from_slice(octets));
    }
    transparency.finish(&mut |octets: &[u8]| wire.extend_from_slice(octets));
    let mut lines = wire.split(|&octet| octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let header: Vec<&[u8]> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    assert!(lines.next().is_some(), "no empty line ends the header");
    for line in header {
        let name = name(line);
        let may_be_sent = match name.as_str() {
            "received" => rights.routing,
            name if name.starts_with("resent-") => rights.routing,
            name if name.starts_with("x-ms-exchange-organization-") => rights.organization,
            name if name.starts_with("x-ms-exchange-forest-") => rights.forest,
            name if name.starts_with("x-ms-exchange-crosspremises-") => cross_premises != CrossPremises::Removed,
            _ => true,
        };
        assert!(may_be_sent, "{:?} is seen outside", String::from_utf8_lossy(line));
    }
}

/// The name of the field that a line begins, in lower case; empty for a line that goes on.
fn name(line: &[u8]) -> String {
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return String::new();
    }
    let name = line.split(|&octet| octet == b':').next().unwrap_or_default();
    String::from_utf8_lossy(name).trim_end().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: [&str; 20] = [
        "X-MS-Exchange-Organization-SCL",
        "x-ms-exchange-forest-rules",
        "X-MS-Exchange-CrossPremises-AuthAs",
        "X-MS-Exchange-Organization-AuthAs",
        "X-MS-Exchange-Organization-Journal-Report",
        "Received",
        "Resent-From",
        "Subject",
        ":",
        ": ",
        " ",
        "\t",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        ".",
        "\0",
        "-1",
        "value",
    ];

    proptest! {
        #[test]
        fn no_message_shows_what_may_not_be_sent(
            choice in any::<u8>(),
            pieces in proptest::collection::vec(
                prop_oneof![
                    12 => proptest::sample::select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
                    1 => proptest::collection::vec(any::<u8>(), 0..4),
                ],
                0..40,
            ),
        ) {
            header(&[vec![choice], pieces.concat()].concat());
        }
    }
}
