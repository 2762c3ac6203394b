//! xtext: printable ASCII in which `+`, `=`, blanks and everything else are written `+` and two digits (RFC 3461 §4).

/// What xtext stands for, if it is xtext and all of that is printable ASCII. A blank may be hidden in it, a line end may
/// not: the text ends up in header fields.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&octet, behind)) = rest.split_first() {
        rest = behind;
        let meant = match octet {
            b'+' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                rest = behind;
                digit(digits[0])? << 4 | digit(digits[1])?
            }
            b'=' => return None,
            octet if octet.is_ascii_graphic() => octet,
            _ => return None,
        };
        decoded.push((b' '..=b'~').contains(&meant).then_some(char::from(meant))?);
    }
    Some(decoded)
}

/// Small letters are no digits here: RFC 3461 §4, `hexchar`.
fn digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        _ => None,
    }
}
