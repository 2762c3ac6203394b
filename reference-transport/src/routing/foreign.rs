//! Recipients whose address is none of SMTP: `IMCEAFAX-555+2D1234@sender.test`.
//!
//! Mail for them travels by SMTP all the same (ADR-18), so their address stands in a local part. *Our reading* of the
//! form (AMB-12): `IMCEA`, the type, a hyphen, and the address, in which `_` stands for a slash and `+XX` for the
//! character with that number.

/// A recipient's address of another type than SMTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encapsulated {
    /// In upper case: `FAX`.
    pub kind: String,
    /// The address: `555-1234`.
    pub address: String,
}

impl Encapsulated {
    /// What a local part holds, if it holds an address of another type.
    pub fn of(local_part: &str) -> Option<Self> {
        let prefix = local_part.get(..5).filter(|prefix| prefix.eq_ignore_ascii_case("IMCEA"))?;
        let (kind, encoded) = local_part[prefix.len()..].split_once('-')?;
        let is_kind = !kind.is_empty() && kind.bytes().all(|octet| octet.is_ascii_alphanumeric());
        let kind = Some(kind.to_ascii_uppercase()).filter(|kind| is_kind && kind != "SMTP")?;
        Some(Self { kind, address: decoded(encoded)? })
    }

    /// How closely a space of this type and text covers the address; greater is closer. `None`: it does not.
    ///
    /// `*` covers all, a text that ends in `*` what begins like it, any other itself alone, case ignored. An X.400
    /// address is covered by each of its attributes that the space names.
    pub fn closeness(&self, kind: &str, space: &str) -> Option<usize> {
        if !self.kind.eq_ignore_ascii_case(kind) {
            return None;
        }
        let (space, address) = (space.to_lowercase(), self.address.to_lowercase());
        match space.strip_suffix('*') {
            Some(begin) => address.starts_with(begin).then_some(begin.chars().count()),
            None if self.kind == "X400" => {
                let own: Vec<&str> = attributes(&address).collect();
                let all = attributes(&space).all(|attribute| own.contains(&attribute));
                all.then(|| attributes(&space).count())
            }
            None => (space == address).then_some(usize::MAX),
        }
    }
}

fn attributes(address: &str) -> impl Iterator<Item = &str> {
    address.split([';', '/']).map(str::trim).filter(|attribute| !attribute.is_empty())
}

fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('+');
    let mut octets: Vec<u8> = parts.next()?.replace('_', "/").into_bytes();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|octet| octet.is_ascii_hexdigit()))?;
        octets.push(u8::from_str_radix(digits, 16).ok()?);
        octets.extend(part[2..].replace('_', "/").bytes());
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_part_is_decoded_and_one_of_smtp_holds_nothing_else() {
        let fax = Encapsulated { kind: "FAX".into(), address: "55/1-2".into() };
        assert_eq!(Encapsulated::of("imceafax-55_1+2D2"), Some(fax));
        for other in ["u", "IMCEA", "IMCEAFAX", "IMCEA-1", "IMCEASMTP-u+40a", "IMCEAFAX-+2", "IMCEAFAX-+ZZ"] {
            assert_eq!(Encapsulated::of(other), None, "{other}");
        }
    }

    #[test]
    fn a_longer_beginning_is_closer_and_another_type_is_none() {
        let fax = Encapsulated::of("IMCEAFAX-5551234").expect("a fax");
        let of = |kind, space| fax.closeness(kind, space);
        assert!(of("FAX", "*") < of("fax", "555*") && of("FAX", "555*") < of("FAX", "5551234"));
        assert_eq!((of("FAX", "556*"), of("TELEX", "*"), of("FAX", "555")), (None, None, None));
    }

    #[test]
    fn an_x400_address_is_covered_by_its_attributes() {
        let address = Encapsulated::of("IMCEAX400-_c=us_a=adatum_p=MyOrg_o=MySite_s=Ann").expect("an address");
        assert_eq!(address.closeness("X400", "c=us;a=adatum;p=myorg"), Some(3));
        assert_eq!(address.closeness("X400", "c=us;a=other"), None);
    }
}
