//! Command lines as a host takes them apart.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_fake_smarthost::check::command(octets));
