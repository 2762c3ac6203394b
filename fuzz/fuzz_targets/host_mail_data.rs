//! Mail data as a host takes it apart, however it is cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_fake_smarthost::check::mail_data(octets));
