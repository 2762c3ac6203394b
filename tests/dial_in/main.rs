//! Dial-in: the built-in corpus, moved below a domain and laid out for an MTA of somebody else's.

mod scripts;
mod table;
