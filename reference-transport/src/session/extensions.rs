//! What a host offered in its reply to EHLO.

use crate::reply::Reply;

/// The service extensions of one EHLO reply, in one TLS state. Unknown ones are ignored (EXT-06).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Keyword in capitals, parameters as they came.
    lines: Vec<(String, Vec<String>)>,
}

impl Extensions {
    /// Reads an EHLO reply: the first line is the greeting, each further line an extension (RFC 5321 §4.1.1.1).
    #[must_use]
    pub fn of(reply: &Reply) -> Self {
        let lines = reply.text.iter().skip(1).filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next()?.to_ascii_uppercase();
            Some((keyword, words.map(str::to_owned).collect()))
        });
        Self { lines: lines.collect() }
    }

    /// Whether a keyword was offered; in capitals.
    #[must_use]
    pub fn offers(&self, keyword: &str) -> bool {
        self.lines.iter().any(|(offered, _)| offered == keyword)
    }

    /// The largest message that the host says it takes, in octets; `None`: it gave no limit (SIZ-08).
    #[must_use]
    pub fn size_max(&self) -> Option<u64> {
        let (_, parameters) = self.lines.iter().find(|(keyword, _)| keyword == "SIZE")?;
        parameters.first()?.parse().ok().filter(|&max| max > 0)
    }

    /// Whether a SASL mechanism was offered, case ignored. Only the standard form counts (RFC 4954 §3), not
    /// `AUTH=LOGIN`.
    #[must_use]
    pub fn offers_mechanism(&self, mechanism: &str) -> bool {
        self.offers_parameter("AUTH", mechanism)
    }

    /// Whether a keyword was offered with this parameter, case ignored; a keyword may come in several lines.
    #[must_use]
    pub fn offers_parameter(&self, keyword: &str, parameter: &str) -> bool {
        self.lines
            .iter()
            .filter(|(offered, _)| offered == keyword)
            .any(|(_, parameters)| parameters.iter().any(|offered| offered.eq_ignore_ascii_case(parameter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::ReplyCode;

    fn extensions(lines: &[&str]) -> Extensions {
        let text = std::iter::once(&"mx greets").chain(lines).map(|&line| line.to_owned()).collect();
        Extensions::of(&Reply { code: ReplyCode::new(250).expect("a code"), text })
    }

    #[test]
    fn keywords_ignore_case_and_the_first_line_is_no_extension() {
        let offered = extensions(&["pipelining", "auth login Plain", "X-UNKNOWN a b"]);
        assert!(offered.offers("PIPELINING"));
        assert!(offered.offers_mechanism("LOGIN") && offered.offers_mechanism("PLAIN"));
        assert!(!offered.offers_mechanism("CRAM-MD5"));
        assert!(!offered.offers("MX"));
    }

    #[test]
    fn a_size_of_zero_or_none_is_no_limit() {
        #[track_caller]
        fn check(line: &str, expected: Option<u64>) {
            assert_eq!(extensions(&[line]).size_max(), expected, "{line}");
        }
        check("SIZE 1000", Some(1000));
        check("SIZE 0", None);
        check("SIZE", None);
        check("SIZE lots", None);
    }
}
