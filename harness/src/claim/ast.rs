//! A claim as a page states it: level, condition, what must be so, and the requirements it speaks for.
//!
//! Nothing here can be wrong in form: the parser in [`crate::case`] makes these, the judge beside this module
//! reads them.

use std::time::Duration;

pub use mtaspec_fake_dns::rule::Transport;
pub use mtaspec_fake_smarthost::rule::{Pattern, TlsState};

/// One line of an `expect` fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How firmly it is asked.
    pub level: Level,
    /// `WHEN P,`: the claim is put only where this held.
    pub when: Option<Seen>,
    /// What is claimed.
    pub body: Body,
    /// Requirement ids and fault ids, as written, at least one requirement.
    pub ids: Vec<String>,
    /// The line as it stands on the page, blanks folded, without the ids.
    pub text: String,
    /// Line of the page, from 1.
    pub line: u32,
}

/// RFC 2119 levels that a page uses.
#[expect(clippy::exhaustive_enums, reason = "the notation has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Broken: `departs`.
    Should,
    /// Broken: `violates`.
    Must,
}

/// What a claim is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// What became of a recipient.
    Fate(Fate),
    /// `log agrees with HOST`: the protocol log has what was said there, by the host's own record.
    LogAgrees(String),
    /// What the MTA reports of itself: judged only where it does.
    Reported(Reported),
    /// What a host, or the name server, saw.
    Seen(Seen),
    /// What the management shell did with a command: reported by the MTA.
    Shell(ShellClaim),
}

/// `shell refuses command 3 "conflict"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellClaim {
    /// Which command; of several, all of them.
    pub command: CommandRef,
    /// What became of it.
    pub outcome: ShellOutcome,
}

/// Which command of the management shell a claim is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandRef {
    /// `command N`: the Nth that is run in the case, from 1.
    Number(u32),
    /// Every command whose text matches, runs of blanks folded.
    Text(Pattern),
}

/// What becomes of a command. Patterns are of output with runs of blanks folded, and without empty lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShellOutcome {
    /// It is taken.
    Accepts,
    /// It is taken, and neither its output nor a line of it matches.
    NeverPrints(Pattern),
    /// It is taken, and its output, or one line of it, matches.
    Prints(Pattern),
    /// It is refused, and the stable code of the refusal, or its message, matches.
    Refuses(Pattern),
}

/// `queue shows "contoso.test * Retry *"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What shows it.
    pub source: Source,
    /// `never`.
    pub never: bool,
    /// Of the whole line.
    pub pattern: Pattern,
    /// How often, and when.
    pub qualifiers: Vec<Qualifier>,
}

/// What an MTA may report, a line at a time.
#[expect(clippy::exhaustive_enums, reason = "the notation has these")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its protocol log: a file and a line of it.
    Log,
    /// How a queue stands: next hop, delivery type, status, last error.
    Queue,
    /// How a recipient is routed: recipient, connector, delivery type.
    Route,
}

/// `julia@contoso.test is delivered to mx.contoso.test within 5m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// `None`: every recipient.
    pub recipient: Option<String>,
    /// `of NAME`: that message alone.
    pub message: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// How.
    pub qualifiers: Vec<Qualifier>,
}

/// What can become of a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Exactly one final 250 (of that host).
    Delivered {
        /// `to HOST`.
        to: Option<String>,
    },
    /// Tried, and neither delivered nor failed at the end.
    Deferred,
    /// Given up for good: a failure notice reached `origin`, or the MTA reported it.
    Fails,
    /// No final 250 at all.
    NotDelivered,
    /// An attempt was made; with `at`: at these times and at no others.
    Tried,
    /// Reported by the MTA: no route.
    Unroutable,
}

/// `relay.contoso.test never sees AUTH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who sees.
    pub subject: Subject,
    /// `never`.
    pub never: bool,
    /// What.
    pub thing: Thing,
    /// How often, when, in what order.
    pub qualifiers: Vec<Qualifier>,
}

/// Who sees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// Any host of the world, `origin` too.
    AnyHost,
    /// The name server (of that server of the `world` fence).
    Dns {
        /// `dns mbx1`.
        server: Option<String>,
    },
    /// One host, by a name of the zone, by address, or `origin`.
    Host(String),
}

/// What can be seen. A pattern left out is: any.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thing {
    /// `the body "..."`; `None`: unchanged.
    Body(Option<Pattern>),
    /// A command with this verb, in capitals, and what stands behind it.
    Command {
        /// The verb.
        verb: String,
        /// Behind it, without the blank.
        argument: Option<Pattern>,
    },
    /// A connection.
    Connection,
    /// These octets raw or in base64, anywhere in what the client sent.
    Credentials(Vec<u8>),
    /// A header field, by name without regard to case.
    Header {
        /// Its name.
        name: String,
        /// What is asked of its value.
        value: HeaderValue,
    },
    /// A message that was taken: mail data with a final 250.
    Message,
    /// A notification, at `origin`.
    Notice(NoticeKind),
    /// Octets of a message (header section or body).
    Octets(Pattern),
    /// A query (subject [`Subject::Dns`]).
    Query {
        /// `MX`, in capitals.
        record_type: String,
        /// In lower case, with its final dot.
        name: String,
    },
    /// A handshake that is done.
    Tls(Option<TlsFact>),
    /// A mail transaction: MAIL with a positive reply.
    Transaction,
}

/// What is asked of a header field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderValue {
    /// It is there.
    Any,
    /// Some field of that name has this value (unfolded: each line end with the blanks behind it is one blank).
    Pattern(Pattern),
    /// Each field of that name that was submitted is there, octet for octet.
    Unchanged,
}

/// What a handshake had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFact {
    /// `"client certificate NAME"`.
    ClientCertificate(String),
    /// `"SNI relay.contoso.test"`.
    Sni(String),
    /// `"1.2"`.
    Version(String),
}

/// Kinds of notification.
#[expect(clippy::exhaustive_enums, reason = "RFC 3464 §2.3.3: the actions that a claim can ask for")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Action: delayed.
    Delay,
    /// Action: failed.
    Failure,
    /// Action: relayed.
    Relay,
}

/// How often, when, in what order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Qualifier {
    /// `after THING`.
    After(Thing),
    /// `at 0s, 1m`.
    At(Vec<Duration>),
    /// `at least N times`.
    AtLeast(u32),
    /// `at most N times`.
    AtMost(u32),
    /// `before THING`.
    Before(Thing),
    /// `for ADDRESS`.
    For(String),
    /// `from SERVER`, or an address.
    From(String),
    /// `in each connection`, `in each transaction`: counts, or the presence, hold in each of them.
    InEach(Each),
    /// `not before 26h`.
    NotBefore(Duration),
    /// `of MESSAGE`.
    Of(String),
    /// `once`, `N times`.
    Times(u32),
    /// `under TLS`, `only under TLS`, `in clear`, `only in clear`.
    Tls {
        /// Which.
        state: TlsState,
        /// `only`: all of them, and at least one.
        only: bool,
    },
    /// `over UDP`.
    Over(Transport),
    /// `until 26h`: nothing later is looked at.
    Until(Duration),
    /// `with 550 5.1.1`: a reply code, an enhanced status code, or both.
    With(Code),
    /// `within 5m`.
    Within(Duration),
}

/// What `in each` ranges over.
#[expect(clippy::exhaustive_enums, reason = "the notation has these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Each connection.
    Connection,
    /// Each transaction.
    Transaction,
}

/// A reply code, an enhanced status code, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// `550`.
    pub reply: Option<u16>,
    /// `5.1.1`.
    pub enhanced: Option<String>,
}
