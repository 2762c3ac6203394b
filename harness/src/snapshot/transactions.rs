//! Sessions as the mail transactions in them: which session carries which of several messages that are under way at the
//! same time is an accident, and so is how many sessions there are.

use super::Block;

/// A line with which a mail transaction begins.
const BEGINS: &str = "C: MAIL";

/// Each transaction behind what its session began with, each only once, by host and then by what was said.
pub(super) fn apart(sessions: Vec<Block>) -> Vec<Block> {
    let mut blocks: Vec<Block> = sessions.into_iter().flat_map(of_session).collect();
    blocks.sort_by(|one, other| (&one.host, &one.lines).cmp(&(&other.host, &other.lines)));
    blocks.dedup_by(|one, other| (&one.host, &one.lines) == (&other.host, &other.lines));
    blocks
}

/// The transactions of a session, and how it ends.
fn of_session(session: Block) -> Vec<Block> {
    let Block { at_ms, host, lines } = session;
    let places: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].starts_with(BEGINS)).collect();
    let Some(&first) = places.first() else { return vec![Block { at_ms, host, lines }] };
    let last = lines.iter().rposition(|line| line.starts_with("C: QUIT")).unwrap_or(lines.len());
    let begin = &lines[..first];
    let end = last.max(*places.last().unwrap_or(&first));
    let ends = places.iter().skip(1).copied().chain([end]);
    let block = |lines: &[String]| Block { at_ms, host: host.clone(), lines: [begin, lines].concat() };
    let transactions = places.iter().zip(ends).map(|(&from, to)| block(&lines[from..to]));
    transactions.chain((end < lines.len()).then(|| block(&lines[end..]))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Block, apart};

    fn session(host: &str, text: &str) -> Block {
        Block { at_ms: 0, host: host.to_owned(), lines: text.split('|').map(str::to_owned).collect() }
    }

    fn said(sessions: Vec<Block>) -> Vec<String> {
        apart(sessions).into_iter().map(|block| format!("{}: {}", block.host, block.lines.join("|"))).collect()
    }

    #[test]
    fn transactions_are_the_same_in_one_session_and_in_two() {
        let one = session("a", "S: 220|C: MAIL 1|S: 250|C: MAIL 2|S: 450|C: QUIT|S: 221");
        let two = [
            session("a", "S: 220|C: MAIL 2|S: 450|C: QUIT|S: 221"),
            session("a", "S: 220|C: MAIL 1|S: 250|C: QUIT|S: 221"),
        ];
        let expected = ["a: S: 220|C: MAIL 1|S: 250", "a: S: 220|C: MAIL 2|S: 450", "a: S: 220|C: QUIT|S: 221"];
        assert_eq!(said(vec![one]), expected);
        assert_eq!(said(two.to_vec()), expected);
    }

    #[test]
    fn what_is_no_transaction_and_what_another_host_says_stays_apart() {
        let sessions = vec![session("b", "S: 554"), session("b", "S: 554"), session("a", "S: 554")];
        assert_eq!(said(sessions), ["a: S: 554", "b: S: 554"]);
        let lost = session("a", "S: 220|C: MAIL 1|close");
        assert_eq!(said(vec![lost]), ["a: S: 220|C: MAIL 1|close"]);
    }
}
