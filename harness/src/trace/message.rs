//! Header fields of a message (RFC 5322 §2.2), octet for octet.

/// One header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name, as written.
    pub name: &'a str,
    /// All of it: name, colon, value and folded lines, without the last line end.
    pub octets: &'a [u8],
}

impl Field<'_> {
    /// Whether it has this name, without regard to case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value unfolded: each line end with the blanks behind it is one blank; then trimmed.
    #[must_use]
    pub fn value(&self) -> Vec<u8> {
        let raw = memchr::memchr(b':', self.octets).map_or(self.octets, |colon| &self.octets[colon + 1..]);
        let mut value = Vec::with_capacity(raw.len());
        let mut folded = false;
        for &octet in raw {
            match octet {
                b'\r' => {}
                b'\n' => folded = true,
                b' ' | b'\t' if folded => {}
                _ => {
                    if std::mem::take(&mut folded) {
                        value.push(b' ');
                    }
                    value.push(octet);
                }
            }
        }
        value.trim_ascii().to_vec()
    }
}

/// The fields of a header section, in order. A line that is neither a field nor a continuation is passed over.
#[must_use]
pub fn fields(header: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut start = 0;
    while start < header.len() {
        let mut end = start;
        loop {
            end += memchr::memmem::find(&header[end..], b"\r\n").map_or(header.len() - end, |at| at + 2);
            if !matches!(header.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let octets = &header[start..end];
        let octets = octets.strip_suffix(b"\r\n").unwrap_or(octets);
        if let Some(field) = field(octets) {
            fields.push(field);
        }
        start = end;
    }
    fields
}

fn field(octets: &[u8]) -> Option<Field<'_>> {
    let colon = memchr::memchr(b':', octets)?;
    let name = std::str::from_utf8(&octets[..colon]).ok()?.trim_end();
    let printable = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
    printable.then_some(Field { name, octets })
}
