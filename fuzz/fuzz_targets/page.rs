//! Case pages.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_harness::case::check::page(octets));
