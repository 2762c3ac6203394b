//! Lines of a zone.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| mtaspec_fake_dns::check::record(text));
