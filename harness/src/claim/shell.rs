//! Claims on the management shell: what it took, what it refused, and what it printed. The MTA reports it of itself.
//!
//! Commands count from 1 in the order in which they are run. Blanks are not what a claim is about: runs of them are one,
//! in commands and in output, and empty lines of output say nothing.

use super::{
    Judging,
    ast::{CommandRef, Pattern, ShellClaim, ShellOutcome},
    finding::Finding,
};
use crate::{
    case::Case,
    claim::ast::Body,
    trace::{Event, Trace},
};

/// A command that was run.
struct Run<'a> {
    /// Of its event.
    index: usize,
    /// From 1.
    number: u32,
    text: &'a str,
    accepted: bool,
    code: &'a str,
    output: &'a str,
}

/// Every command of the trace, in order.
fn runs(trace: &Trace) -> impl Iterator<Item = Run<'_>> {
    let events = trace.0.iter().enumerate().filter_map(|(index, entry)| match &entry.event {
        Event::Shell { command, accepted, code, output } => Some((index, command, *accepted, code, output)),
        _ => None,
    });
    (1..).zip(events).map(|(number, (index, text, accepted, code, output))| Run {
        index,
        number,
        text,
        accepted,
        code,
        output,
    })
}

/// What a claim of this form found: every command that it names must do as it says.
pub(super) fn judge(judging: &Judging<'_>, claim: &ShellClaim) -> Finding {
    let named = runs(judging.view.trace).filter(|run| claim.command.is(run.number, run.text));
    Finding::all(named.map(|run| run.judge(&claim.outcome)))
        .unwrap_or_else(|| judging.missing("the command was never run"))
}

impl Run<'_> {
    fn judge(&self, outcome: &ShellOutcome) -> Finding {
        let at = Some(self.index);
        let found = |held: bool, saw: String| match held {
            true => Finding::held(at, saw),
            false => Finding::broken(at, saw, ""),
        };
        match (outcome, self.accepted) {
            (ShellOutcome::Refuses(why), false) => {
                let is_meant = why.matches(self.code.as_bytes()) || why.matches(folded_command(self.output).as_bytes());
                found(is_meant, format!("command {} was refused: {}", self.number, self.refusal()))
            }
            (ShellOutcome::Refuses(_), true) => found(false, format!("command {} was accepted", self.number)),
            (_, false) => found(false, format!("command {} was refused: {}", self.number, self.refusal())),
            (ShellOutcome::Accepts, true) => found(true, format!("command {} was accepted", self.number)),
            (ShellOutcome::Prints(pattern), true) => found(self.prints(pattern), self.printed()),
            (ShellOutcome::NeverPrints(pattern), true) => found(!self.prints(pattern), self.printed()),
        }
    }

    fn refusal(&self) -> String {
        if self.code.is_empty() { self.output.to_owned() } else { format!("{}: {}", self.code, self.output) }
    }

    fn printed(&self) -> String {
        format!("command {} printed `{}`", self.number, folded_output(self.output))
    }

    fn prints(&self, pattern: &Pattern) -> bool {
        let output = folded_output(self.output);
        pattern.matches(output.as_bytes()) || output.lines().any(|line| pattern.matches(line.as_bytes()))
    }
}

impl CommandRef {
    /// Whether the command with this number and text is meant.
    pub(crate) fn is(&self, number: u32, text: &str) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Text(pattern) => pattern.matches(folded_command(text).as_bytes()),
        }
    }
}

/// Whether some claim of these says what becomes of the command: then a refusal may be what the case is about.
pub(crate) fn is_claimed(claims: &[crate::claim::ast::Claim], number: u32, text: &str) -> bool {
    claims.iter().any(|claim| matches!(&claim.body, Body::Shell(shell) if shell.command.is(number, text)))
}

/// The first command that was refused although no claim is about it: the world is not the one that the page describes.
pub(crate) fn unclaimed_refusal(case: &Case, trace: &Trace) -> Option<String> {
    let run = runs(trace).find(|run| !run.accepted && !is_claimed(&case.claims, run.number, run.text))?;
    Some(format!("the shell refused `{}`, and no claim is about it: {}", folded_command(run.text), run.refusal()))
}

/// A command, or a message, on one line: line continuations and runs of blanks are one blank.
pub(crate) fn folded_command(text: &str) -> String {
    text.replace("`\r\n", " ").replace("`\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Output, its lines without needless blanks, empty ones left out.
fn folded_output(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        claim::{
            Outcome,
            fixture::{case, must, pattern},
            judge_view,
        },
        trace::dialogue::trace,
    };

    const TEXT: &str = "shell accepts New-SendConnector  -Name A `|  -AddressSpaces * => A  {SMTP:*;1}  True\n\
         shell refuses conflict New-SendConnector A => `SmartHosts` needs more\n\
         shell accepts Get-SendConnector => |Name   Enabled|----   -------|A      True||\nend settled";

    #[track_caller]
    fn check(command: CommandRef, outcome: ShellOutcome, wanted: Outcome) {
        let case = case(&[], vec![must(Body::Shell(ShellClaim { command, outcome }))]);
        let trace = trace(TEXT);
        let findings = judge_view(&Judging::new(&case, &trace));
        assert_eq!(findings[0].outcome, wanted, "{:?}", findings[0]);
    }

    fn text(command: &str) -> CommandRef {
        CommandRef::Text(pattern(command))
    }

    #[test]
    fn a_command_is_named_by_its_number_or_by_its_text() {
        check(CommandRef::Number(1), ShellOutcome::Accepts, Outcome::Held);
        check(CommandRef::Number(2), ShellOutcome::Accepts, Outcome::Broken);
        check(CommandRef::Number(4), ShellOutcome::Accepts, Outcome::Broken);
        check(text("New-SendConnector -Name A -AddressSpaces *"), ShellOutcome::Accepts, Outcome::Held);
        check(text("New-SendConnector*"), ShellOutcome::Accepts, Outcome::Broken);
    }

    #[test]
    fn a_refusal_has_the_code_or_the_message_that_is_asked_for() {
        let refuses = |why: &str| ShellOutcome::Refuses(pattern(why));
        check(CommandRef::Number(2), refuses("conflict"), Outcome::Held);
        check(CommandRef::Number(2), refuses("*needs more"), Outcome::Held);
        check(CommandRef::Number(2), refuses("not-found"), Outcome::Broken);
        check(CommandRef::Number(1), refuses("*"), Outcome::Broken);
    }

    #[test]
    fn output_matches_as_a_whole_or_by_one_of_its_lines() {
        let prints = |what: &str| ShellOutcome::Prints(pattern(what));
        let never = |what: &str| ShellOutcome::NeverPrints(pattern(what));
        check(CommandRef::Number(3), prints("A True"), Outcome::Held);
        check(CommandRef::Number(3), prints("Name Enabled\n---- -------\nA True"), Outcome::Held);
        check(CommandRef::Number(3), prints("True"), Outcome::Broken);
        check(CommandRef::Number(3), never("A True"), Outcome::Broken);
        check(CommandRef::Number(3), never("B *"), Outcome::Held);
        check(CommandRef::Number(2), never("B *"), Outcome::Broken);
    }

    #[test]
    fn a_refusal_that_no_claim_is_about_is_found() {
        let of = |number| ShellClaim { command: CommandRef::Number(number), outcome: ShellOutcome::Accepts };
        let trace = trace(TEXT);
        assert_eq!(unclaimed_refusal(&case(&[], vec![must(Body::Shell(of(2)))]), &trace), None);
        let found = unclaimed_refusal(&case(&[], vec![must(Body::Shell(of(1)))]), &trace).unwrap_or_default();
        assert!(found.starts_with("the shell refused `New-SendConnector A`"), "{found}");
    }
}
