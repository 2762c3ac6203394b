//! DNS messages as a client needs them: one question out, the records of the answer in (RFC 1035 §4).
//!
//! A record whose data is malformed is left out, and the others count; what follows the answer section is read for
//! one thing only, how long "there is none" may be remembered. Additional records are never looked at, for nobody
//! vouches for them (RFC 2181 §5.4.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::{
    rr::Name,
    serialize::binary::{BinDecodable, BinDecoder, BinEncodable},
};

/// Length of a message's header, in octets: RFC 1035 §4.1.1.
const HEADER_OCTETS: usize = 12;
/// Flags of the header's third octet.
const RESPONSE: u8 = 0x80;
const OPERATION: u8 = 0x78;
const TRUNCATED: u8 = 0x02;
const RECURSION_DESIRED: u8 = 0x01;
/// The class of the Internet.
const IN: u16 = 1;
/// Times to live with this bit mean 0: RFC 2181 §8.
const TTL_SIGN: u32 = 0x8000_0000;

const TYPE_CNAME: u16 = 5;
const TYPE_SOA: u16 = 6;

/// The record types that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    A,
    Aaaa,
    Mx,
}

impl Kind {
    pub(super) fn mnemonic(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Mx => 15,
            Self::Aaaa => 28,
        }
    }
}

/// One question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) id: u16,
    pub(super) name: Name,
    pub(super) kind: Kind,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    Address(IpAddr),
    /// The name stands for this one (RFC 1034 §3.6.2).
    Alias(String),
    /// The host is in lower case without a final dot; empty for the root.
    Exchange {
        preference: u16,
        host: String,
    },
}

/// A record of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// In lower case without a final dot.
    pub(super) owner: String,
    /// In seconds.
    pub(super) ttl: u32,
    pub(super) data: Data,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// RCODE, without the bits of an extension.
    pub(super) code: u8,
    pub(super) is_truncated: bool,
    /// Aliases, and records of the type that was asked for.
    pub(super) records: Vec<Record>,
    /// How long, in seconds, an answer without records may be remembered (RFC 2308 §5); `None`: not at all.
    pub(super) negative_ttl: Option<u32>,
}

impl Question {
    /// The octets of the query; `None` if the name cannot be written.
    pub(super) fn octets(&self) -> Option<Vec<u8>> {
        let mut octets = Vec::with_capacity(64);
        octets.extend(self.id.to_be_bytes());
        octets.extend([RECURSION_DESIRED, 0]);
        for count in [1_u16, 0, 0, 0] {
            octets.extend(count.to_be_bytes());
        }
        octets.extend(self.name.to_bytes().ok()?);
        octets.extend(self.kind.code().to_be_bytes());
        octets.extend(IN.to_be_bytes());
        Some(octets)
    }

    /// Reads the answer to this question; `None` for anything else, for such octets are nobody's answer.
    pub(super) fn read(&self, octets: &[u8]) -> Option<Reply> {
        let header = octets.get(..HEADER_OCTETS)?;
        let is_ours = header[..2] == self.id.to_be_bytes();
        if !is_ours || header[2] & RESPONSE == 0 || header[2] & OPERATION != 0 {
            return None;
        }
        let code = header[3] & 0x0f;
        let count = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let (questions, answers, authorities) = (count(4), count(6), count(8));
        let mut decoder = BinDecoder::new(octets);
        decoder.read_slice(HEADER_OCTETS).ok()?;
        // A server that could not read the question need not repeat it.
        let is_repeated = match questions {
            0 => code != 0,
            1 => self.is_asked_by(&mut decoder)?,
            _ => false,
        };
        if !is_repeated {
            return None;
        }
        let mut reply =
            Reply { code, is_truncated: header[2] & TRUNCATED != 0, records: Vec::new(), negative_ttl: None };
        for _ in 0..answers {
            let Some(raw) = Raw::read(&mut decoder) else { return reply.is_truncated.then_some(reply) };
            reply.records.extend(raw.record(octets, self.kind));
        }
        for _ in 0..authorities {
            let Some(raw) = Raw::read(&mut decoder) else { break };
            reply.negative_ttl = reply.negative_ttl.or(raw.negative_ttl());
        }
        Some(reply)
    }

    /// Whether the question section repeats this question; letter case does not count (RFC 4343 §3).
    fn is_asked_by(&self, decoder: &mut BinDecoder<'_>) -> Option<bool> {
        let name = Name::read(decoder).ok()?;
        let kind = decoder.read_u16().ok()?.unverified();
        let class = decoder.read_u16().ok()?.unverified();
        Some(plain(&name) == plain(&self.name) && kind == self.kind.code() && class == IN)
    }
}

/// A record before its data is looked at.
struct Raw<'a> {
    owner: Name,
    code: u16,
    class: u16,
    ttl: u32,
    /// Where the data begins in the message.
    at: usize,
    data: &'a [u8],
}

impl<'a> Raw<'a> {
    fn read(decoder: &mut BinDecoder<'a>) -> Option<Self> {
        let owner = Name::read(decoder).ok()?;
        let code = decoder.read_u16().ok()?.unverified();
        let class = decoder.read_u16().ok()?.unverified();
        let ttl = decoder.read_u32().ok()?.unverified();
        let length = decoder.read_u16().ok()?.unverified();
        let at = decoder.index();
        let data = decoder.read_slice(usize::from(length)).ok()?.unverified();
        let ttl = if ttl & TTL_SIGN == 0 { ttl } else { 0 };
        Some(Self { owner, code, class, ttl, at, data })
    }

    fn record(&self, message: &[u8], wanted: Kind) -> Option<Record> {
        if self.class != IN {
            return None;
        }
        let data = match self.code {
            TYPE_CNAME => Data::Alias(self.name_at(message, 0)?).filled()?,
            code if code != wanted.code() => return None,
            _ => match wanted {
                Kind::A => Data::Address(Ipv4Addr::from(<[u8; 4]>::try_from(self.data).ok()?).into()),
                Kind::Aaaa => Data::Address(Ipv6Addr::from(<[u8; 16]>::try_from(self.data).ok()?).into()),
                Kind::Mx => {
                    let preference = u16::from_be_bytes(*self.data.first_chunk()?);
                    Data::Exchange { preference, host: self.name_at(message, 2)? }
                }
            },
        };
        Some(Record { owner: plain(&self.owner), ttl: self.ttl, data })
    }

    /// The name that fills the data from an offset to its end. It may point to earlier parts of the message.
    fn name_at(&self, message: &[u8], offset: usize) -> Option<String> {
        let mut decoder = BinDecoder::new(message).clone(u16::try_from(self.at.checked_add(offset)?).ok()?);
        let name = Name::read(&mut decoder).ok()?;
        (decoder.index() == self.at + self.data.len()).then(|| plain(&name))
    }

    /// The lesser of the record's own time to live and its last field, MINIMUM (RFC 2308 §5).
    fn negative_ttl(&self) -> Option<u32> {
        let minimum = u32::from_be_bytes(*self.data.last_chunk()?);
        (self.code == TYPE_SOA && self.class == IN).then(|| self.ttl.min(minimum))
    }
}

impl Data {
    /// An alias of the root leads nowhere.
    fn filled(self) -> Option<Self> {
        if matches!(&self, Self::Alias(target) if target.is_empty()) { None } else { Some(self) }
    }
}

/// In lower case without a final dot; empty for the root.
pub(super) fn plain(name: &Name) -> String {
    plain_text(&name.to_ascii())
}

/// As [`plain`], of a name as text.
pub(super) fn plain_text(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
