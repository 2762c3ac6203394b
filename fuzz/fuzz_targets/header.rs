//! Messages on their way through the header firewall.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| mtaspec_reference_transport::header_firewall::check::header(octets));
