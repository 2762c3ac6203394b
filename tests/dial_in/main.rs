//! Dial-in: the built-in corpus, moved below a domain and laid out for an MTA of somebody else's.

#[cfg(target_os = "linux")]
mod postfix;
mod scripts;
mod small;
mod table;
#[cfg(target_os = "linux")]
mod trial;
