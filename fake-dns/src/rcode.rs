//! The names of response codes, as master files, traces and pages write them.

use hickory_server::proto::op::ResponseCode;

/// Every code that a page may ask for: <https://www.iana.org/assignments/dns-parameters>, RFC 1035 §4.1.1.
const MNEMONICS: [(&str, ResponseCode); 12] = [
    ("BADVERS", ResponseCode::BADVERS),
    ("FORMERR", ResponseCode::FormErr),
    ("NOERROR", ResponseCode::NoError),
    ("NOTAUTH", ResponseCode::NotAuth),
    ("NOTIMP", ResponseCode::NotImp),
    ("NOTZONE", ResponseCode::NotZone),
    ("NXDOMAIN", ResponseCode::NXDomain),
    ("NXRRSET", ResponseCode::NXRRSet),
    ("REFUSED", ResponseCode::Refused),
    ("SERVFAIL", ResponseCode::ServFail),
    ("YXDOMAIN", ResponseCode::YXDomain),
    ("YXRRSET", ResponseCode::YXRRSet),
];

/// The name of a code: `NXDOMAIN`; `RCODE23` for one without a name here.
pub fn mnemonic(code: ResponseCode) -> String {
    MNEMONICS
        .iter()
        .find(|(_, known)| *known == code)
        .map_or_else(|| format!("RCODE{}", u16::from(code)), |(name, _)| (*name).to_owned())
}

/// The code of a name, in whatever case; `None` if no code has it.
pub fn response_code(mnemonic: &str) -> Option<ResponseCode> {
    MNEMONICS.iter().find(|(name, _)| name.eq_ignore_ascii_case(mnemonic)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_code_and_back() {
        for (name, code) in MNEMONICS {
            assert_eq!(mnemonic(code), name);
            assert_eq!(response_code(&name.to_lowercase()), Some(code));
        }
    }

    #[test]
    fn a_code_without_a_name_is_a_number() {
        assert_eq!(mnemonic(ResponseCode::BADCOOKIE), "RCODE23");
        assert_eq!(response_code("RCODE23"), None);
    }
}
