//! A row of the DNS log: whom a service asked for what, and what came of it (LOG-23).
//!
//! *Our reading:* that there is such a log, apart from the others, is documented, and what stands in it is not.

use std::{net::SocketAddr, time::SystemTime};

use super::row::{date_time, field};

/// The fields, in their order.
pub(super) const FIELDS: &str = "date-time,server-endpoint,name,type,result";

/// A question that was put to a name server.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Which.
    pub server: SocketAddr,
    /// The name, without a final dot.
    pub name: &'a str,
    /// `MX`.
    pub record: &'a str,
    /// What came of it, in words.
    pub result: &'a str,
}

impl Asked<'_> {
    /// The row as it is written, without its line end.
    #[must_use]
    pub fn line(&self, now: SystemTime) -> String {
        let mut line = format!("{},{}", date_time(now), self.server);
        for text in [self.name, self.record, self.result] {
            line.push(',');
            field(&mut line, text);
        }
        line
    }
}
