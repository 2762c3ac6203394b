//! Anything at all is run as a script of the management shell: `cargo +nightly fuzz run shell`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mtaspec_reference_transport::shell::hold_against;

fuzz_target!(|text: &str| hold_against(text));
