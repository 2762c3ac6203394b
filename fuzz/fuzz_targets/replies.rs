//! Replies, however they are cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_reference_transport::wire::check::replies(octets));
