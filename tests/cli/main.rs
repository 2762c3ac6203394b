//! The program itself: what it prints, what it writes, and how it ends.

mod command_line;
mod commands;
mod comparing;
mod deviations;
#[cfg(target_os = "linux")]
mod interrupting;
mod judging;
mod listing;
mod new_sections;
mod outcome;
mod page_mistakes;
mod protocol_logs;
mod reports;
mod running;
mod selecting;
mod serving;
mod snapshots;
mod stripped;
