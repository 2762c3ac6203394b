//! Mail data as it goes over the wire.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_reference_transport::wire::check::mail_data(octets));
