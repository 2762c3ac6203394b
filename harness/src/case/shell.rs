//! The `powershell` fence: its text is kept as it is, and checked for what could really be mailed or dialled, for
//! short passwords, and for whatever the management shell itself would refuse.

use std::{net::Ipv4Addr, ops::Range};

use mtaspec_reference_transport::shell::{ShellError, ShellErrorKind};

use super::{
    Line, LineMistake,
    management::Management,
    model::{ShellText, WorldSpec},
    names::{DOCUMENTATION_RANGES, Names, RESERVED_NAMES, is_documentation_address},
    words::{expecting, mistake},
};
use crate::claim::{ast::Claim, shell::is_claimed};

/// Shortest password, so that looking for it raw and in base64 finds no accident.
pub(super) const PASSWORD_CHARACTERS_MIN: usize = 12;

/// Top-level domains by which a real name is told from a type or a file name.
const REAL_DOMAINS: [&str; 14] =
    ["biz", "com", "de", "dev", "edu", "eu", "gov", "info", "int", "io", "mil", "net", "org", "uk"];

/// A `powershell` fence.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// What the case keeps.
    pub(super) text: ShellText,
    /// `seed`: it may hold real names, and the case no message.
    pub(super) seed: bool,
}

/// Checks the texts of a case in the order in which they are run, and gives their commands.
pub(super) fn check(
    sheets: &[Sheet],
    world: &WorldSpec,
    claims: &[Claim],
    names: Names<'_>,
    mistakes: &mut Vec<LineMistake>,
) -> Vec<String> {
    let commands = check_commands(sheets, world, claims, mistakes);
    check_names_of(sheets, names, mistakes);
    commands
}

fn check_names_of(sheets: &[Sheet], names: Names<'_>, mistakes: &mut Vec<LineMistake>) {
    for sheet in sheets {
        for (number, text) in (sheet.text.line..).zip(sheet.text.text.lines()) {
            let line = Line { text, number };
            check_password(line, mistakes);
            if !sheet.seed {
                check_names(line, names, mistakes);
            }
        }
    }
}

/// Runs the texts in a shell of an organisation with these domains, and tells what it cannot read or does not know,
/// where no claim is about that.
fn check_commands(
    sheets: &[Sheet],
    world: &WorldSpec,
    claims: &[Claim],
    mistakes: &mut Vec<LineMistake>,
) -> Vec<String> {
    let mut management = Management::of(world);
    let mut commands: Vec<String> = Vec::new();
    for sheet in sheets {
        for outcome in management.run(&sheet.text) {
            commands.push(outcome.text);
            let number = u32::try_from(commands.len()).unwrap_or(u32::MAX);
            let text = commands.last().map_or("", String::as_str);
            if let Some(error) = outcome.result.err().filter(|error| is_slip(&error.kind))
                && !is_claimed(claims, number, text)
            {
                mistakes.push(located(&sheet.text, &error));
            }
        }
    }
    commands
}

/// Whether the page cannot have meant it. What is refused for its values may be what the case is about.
fn is_slip(kind: &ShellErrorKind) -> bool {
    matches!(
        kind,
        ShellErrorKind::AmbiguousParameter { .. }
            | ShellErrorKind::MissingArgument { .. }
            | ShellErrorKind::RepeatedParameter { .. }
            | ShellErrorKind::Syntax { .. }
            | ShellErrorKind::UnexpectedArgument { .. }
            | ShellErrorKind::UnexpectedStage { .. }
            | ShellErrorKind::UnknownCommand { .. }
            | ShellErrorKind::UnknownParameter { .. }
            | ShellErrorKind::UnknownProperty { .. }
            | ShellErrorKind::UnknownVariable { .. }
    )
}

/// The mistake at the line of the page on which the shell found it.
fn located(text: &ShellText, error: &ShellError) -> LineMistake {
    let before = text.text.get(..error.span.start).unwrap_or(&text.text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count();
    let line_length = text.text[line_start..].find('\n').unwrap_or(text.text.len() - line_start);
    let start = error.span.start.saturating_sub(line_start).min(line_length);
    let end = error.span.end.saturating_sub(line_start).clamp(start, line_length);
    LineMistake {
        line: text.line.saturating_add(u32::try_from(line).unwrap_or(u32::MAX)),
        span: start..end,
        message: error.message(),
        expected: error.suggestions.clone(),
    }
}

fn check_names(line: Line<'_>, names: Names<'_>, mistakes: &mut Vec<LineMistake>) {
    let strict = strict_spans(line.text);
    for span in tokens(line.text) {
        let token = line.text[span.clone()].trim_end_matches('.');
        if let Ok(address) = token.parse::<Ipv4Addr>() {
            if !address.is_unspecified() && !is_documentation_address(address.into()) {
                let wrong = mistake(line, span, format!("`{token}` could really be dialled"));
                mistakes.push(expecting(wrong, DOCUMENTATION_RANGES));
            }
            continue;
        }
        let name = token.trim_start_matches("*.");
        let Some((_, last)) = name.rsplit_once('.') else { continue };
        let is_name = last.len() > 1 && last.bytes().all(|octet| octet.is_ascii_alphabetic());
        let in_strict = strict.iter().any(|strict| strict.contains(&span.start));
        let real = in_strict || REAL_DOMAINS.contains(&last.to_ascii_lowercase().as_str());
        if is_name && real && !names.may_use(name) {
            let wrong = mistake(line, span, format!("`{token}` could really be mailed or dialled"));
            mistakes.push(expecting(wrong, RESERVED_NAMES));
        }
    }
}

/// Where the values of parameters stand in which every dotted word is a name.
fn strict_spans(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    ["-smarthosts", "-addressspaces"]
        .iter()
        .flat_map(|parameter| lower.match_indices(parameter))
        .map(|(at, parameter)| {
            let start = at + parameter.len();
            start..lower[start..].find(" -").map_or(lower.len(), |length| start + length)
        })
        .collect()
}

/// Words that could be names or addresses; a variable's members are none.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let is_part = |octet: u8| octet.is_ascii_alphanumeric() || b".-_*".contains(&octet);
    let octets = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < octets.len() {
        let length = octets[at..].iter().take_while(|octet| is_part(**octet)).count();
        if length > 0 && (at == 0 || octets[at - 1] != b'$') {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
    found
}

fn check_password(line: Line<'_>, mistakes: &mut Vec<LineMistake>) {
    const CONVERT: &str = "convertto-securestring";
    for (at, _) in line.text.to_ascii_lowercase().match_indices(CONVERT) {
        let start = at + CONVERT.len();
        let rest = line.text[start..].trim_start();
        let rest = rest.strip_prefix("-String").unwrap_or(rest).trim_start();
        let Some(quote) = rest.chars().next().filter(|first| ['"', '\''].contains(first)) else { continue };
        let Some(length) = rest[1..].find(quote) else { continue };
        let begin = line.text.len() - rest.len() + 1;
        mistakes.extend(password_fault(line, begin..begin + length));
    }
}

/// What is wrong with the password at these octets of a line, if anything.
fn password_fault(line: Line<'_>, span: Range<usize>) -> Option<LineMistake> {
    let count = line.text.get(span.clone())?.chars().count();
    let message = format!("a password has at least {PASSWORD_CHARACTERS_MIN} characters, this one has {count}");
    (count < PASSWORD_CHARACTERS_MIN).then(|| mistake(line, span, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(text: &str, expected: &[&str]) {
        let text = ShellText { text: text.to_owned(), line: 1, ..ShellText::default() };
        let mut mistakes = Vec::new();
        let sheet = Sheet { text: text.clone(), seed: false };
        check_names_of(&[sheet], Names::default(), &mut mistakes);
        let found: Vec<&str> = mistakes.iter().map(|wrong| &text.text[wrong.span.clone()]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn real_names_and_addresses_are_found_where_they_stand() {
        check_line(
            "New-SendConnector -Name A -AddressSpaces *.contoso.test -SmartHosts mx.contoso.com",
            &["mx.contoso.com"],
        );
        check_line("New-SendConnector -Name A -AddressSpaces corp.local,contoso.test -Internet", &["corp.local"]);
        check_line("Set-SendConnector A -SourceIPAddress 10.1.2.3", &["10.1.2.3"]);
        check_line("Set-SendConnector A -SmartHosts '[192.0.2.7]' -MaxMessageSize 1.5MB", &[]);
        check_line("$c.Name; New-Object System.Management.Automation.PSCredential", &[]);
    }

    #[test]
    fn a_short_password_is_found() {
        check_line("ConvertTo-SecureString \"secret\" -AsPlainText -Force", &["secret"]);
        check_line("ConvertTo-SecureString \"s3cret-9f2ab1d7\" -AsPlainText -Force", &[]);
    }
}
