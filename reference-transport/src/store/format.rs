//! One message as one file: a line that tells it from anything else, its envelope as JSON on a line, its octets.
//!
//! ```text
//! mtaspec-message 1 <octets of the envelope> <octets of the message> <checksum of both>
//! {"name":"7","reverse_path":"a@sender.test",...}
//! Received: ...
//! ```

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::Stored;
use crate::dsn::{EnvelopeId, Notify, OriginalRecipient, ParameterError, RecipientRequest, Request, Return};

/// Why octets are no stored message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The first line is missing, or is that of another format.
    #[error("it does not begin as a stored message does")]
    Preamble,
    /// There are fewer octets, or more, than were written.
    #[error("it has {octets} octets behind its first line, and {expected} were written")]
    Length {
        /// As they are.
        octets: usize,
        /// As they should be.
        expected: usize,
    },
    /// The octets are not those that were written.
    #[error("its checksum is not that of its octets")]
    Checksum,
    /// The envelope is none of this version.
    #[error("its envelope cannot be read: {0}")]
    Envelope(#[from] serde_json::Error),
    /// A value of the envelope is none.
    #[error("its envelope: {0}")]
    Parameter(#[from] ParameterError),
    /// A recipient that is left is none of the message.
    #[error("recipient {at} of {recipients} is said to be left")]
    Recipient {
        /// Its place.
        at: usize,
        /// How many there are.
        recipients: usize,
    },
}

const NAME: &str = "mtaspec-message 1";

/// What stands on the second line. Fields may be added, never renamed.
#[derive(Serialize, Deserialize)]
struct Envelope {
    name: String,
    reverse_path: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    notice: bool,
    arrived_ms: u64,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    envid: Option<String>,
    recipients: Vec<Recipient>,
    left: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct Recipient {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notify: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    orcpt: Option<String>,
}

/// A message as a file holds it, in two parts: a large body is not copied.
pub(super) fn write(stored: &Stored) -> Result<[Cow<'_, [u8]>; 2], FormatError> {
    let recipient = |(at, path): (usize, &String)| {
        let asked = stored.dsn.recipient(at);
        Recipient {
            path: path.clone(),
            notify: asked.notify.as_ref().map(|notify| notify.value().to_owned()),
            orcpt: asked.original.as_ref().map(|original| original.value().to_owned()),
        }
    };
    // A time before 1970 is kept as 1970, as dates are written (`message::date_time`).
    let since_epoch = stored.arrived.duration_since(UNIX_EPOCH).unwrap_or_default();
    let envelope = serde_json::to_vec(&Envelope {
        name: stored.name.clone(),
        reverse_path: stored.reverse_path.clone(),
        notice: stored.is_notice,
        arrived_ms: u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX),
        size: stored.size,
        ret: stored.dsn.ret.map(|ret| ret.value().to_owned()),
        envid: stored.dsn.envelope_id.as_ref().map(|id| id.value().to_owned()),
        recipients: stored.recipients.iter().enumerate().map(recipient).collect(),
        left: stored.left.clone(),
    })?;
    let [head, body] = stored.data.parts();
    let checksum = checksum(&[&envelope, head, body]);
    let mut start = format!("{NAME} {} {} {checksum:016x}\n", envelope.len(), stored.data.len()).into_bytes();
    start.extend_from_slice(&envelope);
    start.push(b'\n');
    start.extend_from_slice(head);
    Ok([Cow::Owned(start), Cow::Borrowed(body)])
}

/// The message that a file holds.
pub(super) fn read(file: &[u8]) -> Result<Stored, FormatError> {
    let (first, rest) = preamble(file).ok_or(FormatError::Preamble)?;
    let Preamble { envelope, data, sum } = first;
    let expected = envelope.saturating_add(data).saturating_add(1);
    if rest.len() != expected {
        return Err(FormatError::Length { octets: rest.len(), expected });
    }
    let (json, data) = (&rest[..envelope], &rest[envelope + 1..]);
    if checksum(&[json, data]) != sum || rest[envelope] != b'\n' {
        return Err(FormatError::Checksum);
    }
    let Envelope { name, reverse_path, notice, arrived_ms, size, ret, envid, recipients, left } =
        serde_json::from_slice(json)?;
    if let Some(&at) = left.iter().find(|&&at| at >= recipients.len()) {
        return Err(FormatError::Recipient { at, recipients: recipients.len() });
    }
    let asked = |own: &Recipient| {
        Ok(RecipientRequest {
            notify: own.notify.as_deref().map(Notify::parse).transpose()?,
            original: own.orcpt.as_deref().map(OriginalRecipient::parse).transpose()?,
        })
    };
    let mut asked = recipients.iter().map(asked).collect::<Result<Vec<_>, ParameterError>>()?;
    // Who asked for nothing at the end is not told from who is not mentioned, as a request has it.
    asked.truncate(asked.iter().rposition(|own| *own != RecipientRequest::default()).map_or(0, |last| last + 1));
    Ok(Stored {
        name,
        reverse_path,
        recipients: recipients.into_iter().map(|own| own.path).collect(),
        dsn: Request {
            ret: ret.as_deref().map(Return::parse).transpose()?,
            envelope_id: envid.as_deref().map(EnvelopeId::parse).transpose()?,
            recipients: asked,
        },
        left,
        is_notice: notice,
        arrived: UNIX_EPOCH.checked_add(Duration::from_millis(arrived_ms)).unwrap_or(SystemTime::UNIX_EPOCH),
        size,
        data: data.to_vec().into(),
    })
}

struct Preamble {
    envelope: usize,
    data: usize,
    sum: u64,
}

fn preamble(file: &[u8]) -> Option<(Preamble, &[u8])> {
    let end = memchr::memchr(b'\n', file)?;
    let line = std::str::from_utf8(&file[..end]).ok()?.strip_prefix(NAME)?.strip_prefix(' ')?;
    let mut words = line.split(' ');
    let (envelope, data, sum) = (words.next()?, words.next()?, words.next()?);
    let preamble = Preamble {
        envelope: envelope.parse().ok()?,
        data: data.parse().ok()?,
        sum: u64::from_str_radix(sum, 16).ok()?,
    };
    words.next().is_none().then_some((preamble, &file[end + 1..]))
}

/// FNV-1a of 64 bits: it finds what a disk does to octets, not what an enemy does.
fn checksum(pieces: &[&[u8]]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    pieces
        .iter()
        .flat_map(|piece| piece.iter())
        .fold(OFFSET, |sum, &octet| (sum ^ u64::from(octet)).wrapping_mul(PRIME))
}
