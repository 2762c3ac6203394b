//! Names that never change: one for each object, the same whenever the same objects are made in the same order.

use std::fmt;

/// An object's GUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guid(u128);

impl Guid {
    /// The GUID of the object that is made as number `ordinal` of its directory, under `name`.
    ///
    /// RFC 9562 §5.8 leaves the bits of version 8 to whoever makes them; these are FNV-1a of both arguments.
    pub fn of(ordinal: u64, name: &str) -> Self {
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let octets = ordinal.to_be_bytes().into_iter().chain(name.to_ascii_lowercase().into_bytes());
        let hash = octets.fold(BASIS, |hash, octet| (hash ^ u128::from(octet)).wrapping_mul(PRIME));
        let version = 0x8 << 76;
        let variant = 0b10 << 62;
        Self(hash & !(0xf << 76) & !(0b11 << 62) | version | variant)
    }

    /// Reads 32 hexadecimal digits, with hyphens and braces or without.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('{').map_or(Some(text), |rest| rest.strip_suffix('}'))?;
        let groups: Vec<_> = inner.split('-').map(str::len).collect();
        let digits = inner.replace('-', "");
        let whole = groups == [8, 4, 4, 4, 12] || groups == [32];
        let is_hex = digits.bytes().all(|octet| octet.is_ascii_hexdigit());
        (whole && is_hex).then(|| u128::from_str_radix(&digits, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_follows_from_name_and_order_and_is_read_back() {
        let guid = Guid::of(1, "Relay");
        assert_eq!(guid, Guid::of(1, "RELAY"));
        assert!(guid != Guid::of(2, "Relay") && guid != Guid::of(1, "Relay2"));
        let text = guid.to_string();
        assert_eq!((text.as_bytes()[14], b"89ab".contains(&text.as_bytes()[19])), (b'8', true), "{text}");
        for text in [text.clone(), text.to_uppercase(), format!("{{{text}}}"), text.replace('-', "")] {
            assert_eq!(Guid::parse(&text), Some(guid), "{text}");
        }
        for text in ["", "{", "12", "é", &text[1..], &format!("{text}0"), &text.replace('-', "+")] {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
    }
}
