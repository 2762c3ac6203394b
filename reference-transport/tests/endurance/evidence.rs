//! What hosts saw, and whether it is what SMTP allows.
//!
//! A copy whose client said anything more in the session has been settled: the client had the 250, and strikes before
//! it goes on. Of such copies there is one a recipient. Any other copy may be repeated, for nobody knows whether its
//! 250 arrived (RFC 5321 §6.1).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use mtaspec_fake_smarthost::{Event, SessionId, Sink, mail_data::Kept};

/// Keeps which recipients got copies, and which notices came.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    seen: Mutex<Seen>,
    /// The power has failed: what the transport still says would not be said any more.
    is_dark: AtomicBool,
}

#[derive(Debug, Default)]
struct Seen {
    sessions: BTreeMap<SessionId, Session>,
    copies: Vec<Copy>,
    /// The text of messages with the null reverse-path.
    notices: Vec<String>,
}

#[derive(Debug, Default)]
struct Session {
    asked: String,
    is_null: bool,
    recipients: Vec<String>,
    ended: Option<String>,
    /// Places of the copies of the last transaction, until the client goes on.
    last: Vec<usize>,
}

#[derive(Debug)]
struct Copy {
    recipient: String,
    /// Whether the client said anything after the 250.
    is_settled: bool,
}

/// What it came to, in figures.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// Messages for which a client was told 250.
    pub(crate) taken: usize,
    /// Copies of them that hosts took.
    pub(crate) copies: usize,
    /// Copies beyond the first of a recipient; all of them follow one whose 250 may not have arrived.
    pub(crate) repeated: usize,
    /// Notices for recipients who were refused.
    pub(crate) notices: usize,
    /// Beyond the first for a recipient.
    pub(crate) repeated_notices: usize,
}

impl Evidence {
    pub(crate) fn go_dark(&self) {
        self.is_dark.store(true, Ordering::SeqCst);
    }

    pub(crate) fn go_on(&self) {
        self.is_dark.store(false, Ordering::SeqCst);
        // Sessions of the life before do not go on.
        self.seen().sessions.clear();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether each recipient of the messages `taken` has its fate, and no copy is one too many.
    #[track_caller]
    pub(crate) fn check(&self, taken: &[u32], recipients: impl Fn(u32) -> Vec<String>) -> Sums {
        let seen = self.seen();
        let mut copies: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
        for copy in &seen.copies {
            copies.entry(&copy.recipient).or_default().push(copy.is_settled);
        }
        for (recipient, copies) in &copies {
            let settled_before_the_last = copies[..copies.len() - 1].iter().filter(|is_settled| **is_settled).count();
            assert_eq!(settled_before_the_last, 0, "{recipient} got what it had already: {copies:?}");
        }
        let taken: BTreeSet<u32> = taken.iter().copied().collect();
        let mut sums = Sums { taken: taken.len(), ..Sums::default() };
        for recipient in taken.iter().flat_map(|&number| recipients(number)) {
            if recipient.starts_with("refused") {
                let notices = seen.notices.iter().filter(|notice| notice.contains(&recipient)).count();
                assert!(notices > 0, "nobody was told that {recipient} was refused");
                sums.notices += notices;
                sums.repeated_notices += notices - 1;
                continue;
            }
            let count = copies.get(recipient.as_str()).map_or(0, Vec::len);
            assert!(count > 0, "{recipient} was taken and is lost");
            sums.copies += count;
            sums.repeated += count - 1;
        }
        sums
    }
}

impl Sink for Evidence {
    fn report(&self, id: SessionId, event: Event) {
        let mut seen = self.seen();
        let Seen { sessions, copies, notices } = &mut *seen;
        let session = sessions.entry(id).or_default();
        match event {
            Event::Command { octets, .. } => {
                let is_dark = self.is_dark.load(Ordering::SeqCst);
                for place in session.last.drain(..) {
                    copies[place].is_settled = !is_dark;
                }
                session.asked = String::from_utf8_lossy(&octets).trim_end().to_owned();
                if session.asked.starts_with("MAIL") {
                    session.recipients.clear();
                    session.is_null = session.asked.contains("<>");
                }
            }
            Event::MailDataEnded { data, .. } => {
                let Kept::Whole(octets) = data.wire else { panic!("messages here are small") };
                session.ended = Some(String::from_utf8_lossy(&octets).into_owned());
            }
            Event::Sent { octets, .. } if octets.starts_with(b"250") => {
                if let Some(text) = session.ended.take() {
                    if session.is_null {
                        notices.push(text);
                    } else {
                        let first = copies.len();
                        let copy = |recipient| Copy { recipient, is_settled: false };
                        copies.extend(session.recipients.drain(..).map(copy));
                        session.last = (first..copies.len()).collect();
                    }
                } else if let Some(path) = session.asked.strip_prefix("RCPT TO:<") {
                    session.recipients.extend(path.split('>').next().map(str::to_owned));
                    session.asked.clear();
                }
            }
            Event::Sent { .. } => session.ended = None,
            _ => {}
        }
    }
}
