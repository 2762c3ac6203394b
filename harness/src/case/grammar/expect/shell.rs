//! What the management shell did with a command: `shell refuses command 3 "conflict"`.

use super::super::cursor::Cursor;
use crate::{
    case::LineMistake,
    claim::ast::{CommandRef, ShellClaim, ShellOutcome},
};

/// Verbs of a claim on the shell.
const VERBS: [&str; 4] = ["accepts", "refuses", "prints", "never"];

/// Reads a claim on the shell, up to its ids.
///
/// A refusal names its code or its message, so that no slip of the pen in the command is taken for it.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<ShellClaim, LineMistake> {
    cursor.require("shell", "`shell`")?;
    if cursor.eat("never") {
        cursor.require("prints", "`prints`")?;
        let command = command(cursor)?;
        return Ok(ShellClaim { command, outcome: ShellOutcome::NeverPrints(cursor.quoted()?) });
    }
    if cursor.eat("accepts") {
        return Ok(ShellClaim { command: command(cursor)?, outcome: ShellOutcome::Accepts });
    }
    if cursor.eat("refuses") {
        let command = command(cursor)?;
        return Ok(ShellClaim { command, outcome: ShellOutcome::Refuses(cursor.quoted()?) });
    }
    if cursor.eat("prints") {
        let command = command(cursor)?;
        return Ok(ShellClaim { command, outcome: ShellOutcome::Prints(cursor.quoted()?) });
    }
    Err(cursor.unknown("a verb of the shell", VERBS))
}

fn command(cursor: &mut Cursor<'_>) -> Result<CommandRef, LineMistake> {
    if cursor.eat("command") {
        return Ok(CommandRef::Number(cursor.count()?));
    }
    if !cursor.rest().text.starts_with('"') {
        return Err(cursor.unknown("a command of the shell", ["command 1", "\"New-SendConnector *\""]));
    }
    Ok(CommandRef::Text(cursor.quoted()?))
}
