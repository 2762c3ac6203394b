//! What happens in a case by the clock: messages go in, and the shell is told more.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use mtaspec_fake_smarthost::mail_data::WHOLE_OCTETS_MAX;
use tokio::task::JoinSet;

use super::Recorder;
use crate::{
    case::{
        Case,
        model::{self, MessageSpec, Via},
    },
    mta::{RunningMta, StartError, Submission},
    network::clock::WorldClock,
    trace::{
        Event,
        event::{KeptOctets, MessageFacts},
    },
};

/// What is still to go in, and what could not.
pub(super) struct Schedule {
    /// A task a message and one for the shell texts, so that a message that waits keeps no other waiting.
    tasks: JoinSet<()>,
    refusal: Arc<Mutex<Option<StartError>>>,
    waiting: Arc<AtomicUsize>,
    /// Messages that have not been handed over.
    held: Arc<AtomicUsize>,
}

impl Schedule {
    /// Starts the clock of everything that the page says.
    pub(super) fn begin(
        case: &Case,
        mta: &Arc<dyn RunningMta>,
        clock: &Arc<WorldClock>,
        recorder: &Arc<Recorder>,
    ) -> Self {
        let refusal: Arc<Mutex<Option<StartError>>> = Arc::default();
        let later_texts = case.shell.iter().filter(|text| !text.at.is_zero());
        let messages: usize = case.messages.iter().map(|message| message.times as usize).sum();
        let waiting = Arc::new(AtomicUsize::new(messages + later_texts.clone().count()));
        let held = Arc::new(AtomicUsize::new(messages));
        let mut tasks = JoinSet::new();
        // One task for all of them: texts of one time are run in page order.
        let texts: Vec<_> = later_texts.map(|text| (clock.instant(text.at), text.clone())).collect();
        tasks.spawn({
            let mta = Arc::clone(mta);
            let (refusal, waiting, recorder) = (Arc::clone(&refusal), Arc::clone(&waiting), Arc::clone(recorder));
            async move {
                for (at, text) in texts {
                    tokio::time::sleep_until(at).await;
                    note(&refusal, &recorder, Arc::clone(&mta).shell(text).await);
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    recorder.wake();
                }
            }
        });
        for message in &case.messages {
            let (mta, clock, message) = (Arc::clone(mta), Arc::clone(clock), message.clone());
            let (refusal, recorder) = (Arc::clone(&refusal), Arc::clone(recorder));
            let (waiting, held) = (Arc::clone(&waiting), Arc::clone(&held));
            tasks.spawn(async move {
                tokio::time::sleep_until(clock.instant(message.at)).await;
                let octets = Arc::new(message.octets());
                let (facts, content) = (facts(&message, &octets), KeptOctets::of(&octets));
                for copy in 1..=message.times {
                    tokio::time::sleep_until(clock.instant(message.time_of(copy))).await;
                    let submission = submission(&message, copy, &octets);
                    recorder.record(submit_event(&submission, facts.clone(), content.clone()));
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    note(&refusal, &recorder, Arc::clone(&mta).submit(submission).await);
                    recorder.handed_over();
                    held.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
        Self { tasks, refusal, waiting, held }
    }

    /// Whether every message has gone in, and every text has been given to the shell.
    pub(super) fn all_submitted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0
    }

    /// Whether the MTA has answered for every message.
    pub(super) fn all_handed_over(&self) -> bool {
        self.held.load(Ordering::Relaxed) == 0
    }

    /// What the MTA could not take, if anything.
    pub(super) fn refusal(&self) -> Option<StartError> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes a failure that came from elsewhere.
    pub(super) fn refuse(&self, error: StartError) {
        keep_first(&self.refusal, error);
    }

    /// Ends what is still under way.
    pub(super) fn end(mut self) {
        self.tasks.abort_all();
    }
}

/// Keeps the first refusal, and says so to whoever watches: the case is over.
fn note(refusal: &Mutex<Option<StartError>>, recorder: &Recorder, result: Result<(), StartError>) {
    if let Err(error) = result {
        keep_first(refusal, error);
        recorder.wake();
    }
}

fn keep_first(refusal: &Mutex<Option<StartError>>, error: StartError) {
    refusal.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
}

fn submission(message: &MessageSpec, copy: u32, octets: &Arc<Vec<u8>>) -> Submission {
    let name = if message.times == 1 { message.name.clone() } else { format!("{}.{copy}", message.name) };
    Submission {
        name,
        reverse_path: message.reverse_path.clone(),
        recipients: message.recipients.clone(),
        dsn: message.dsn.clone(),
        octets: Arc::clone(octets),
        via: message.via,
    }
}

/// What is known of a message, all of whose octets are at hand. The digests of a large one cost more than the rest of
/// its case, and are read by hardly anybody.
fn facts(message: &MessageSpec, octets: &[u8]) -> MessageFacts {
    if octets.len() <= WHOLE_OCTETS_MAX {
        return MessageFacts::of(octets);
    }
    let content: Arc<[_]> = message.content.as_slice().into();
    MessageFacts::digested_later(octets, move |take| model::give(&content, take))
}

fn submit_event(submission: &Submission, facts: MessageFacts, content: KeptOctets) -> Event {
    Event::Submit {
        message: submission.name.clone(),
        reverse_path: submission.reverse_path.clone(),
        recipients: submission.recipients.clone(),
        via: match submission.via {
            Via::Submission => "submission".to_owned(),
            Via::Transport => "transport".to_owned(),
        },
        dsn: Box::new(submission.dsn.clone()),
        facts,
        content,
    }
}
