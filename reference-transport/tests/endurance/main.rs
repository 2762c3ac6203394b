//! The transport under ill use: stopped at any moment it loses nothing that it took, and a crowd of bad hosts neither
//! wears it out nor makes it forget a recipient.
//!
//! Hosts here are those of `mtaspec-fake-smarthost`, so that what came in is told by somebody else than the transport.

mod client;
mod crowd;
mod evidence;
mod killed;
mod network;
mod power;
mod resources;
mod resumed;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore as _, SeedableRng as _},
};

/// Descriptors and memory belong to the whole process: these tests go one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Random, and the same in every run.
struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 to below `end`.
    fn below(&mut self, end: u32) -> u32 {
        self.0.next_u32() % end
    }
}

/// The fates of what was handed in while the transport was stopped again and again.
#[track_caller]
fn report(what: &str, stops: u32, sums: &evidence::Sums) {
    #[expect(clippy::print_stdout, reason = "figures for whoever runs the tests with --nocapture")]
    {
        println!("{what}: {stops} stops; {sums:?}");
    }
}

#[test]
fn a_process_that_is_killed_loses_nothing_that_it_took() {
    let _alone = alone();
    killed::hundred_times();
}

#[test]
fn a_power_failure_loses_nothing_that_was_taken() {
    let _alone = alone();
    power::hundred_times();
}

#[test]
fn each_recipient_of_a_thousand_messages_ends_once() {
    let _alone = alone();
    crowd::in_memory();
}

#[test]
fn a_thousand_messages_leave_no_descriptor_behind() {
    let _alone = alone();
    crowd::on_sockets();
}

#[test]
fn a_restart_makes_no_message_younger() {
    let _alone = alone();
    resumed::after_most_of_its_time();
}
