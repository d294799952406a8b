//! The line of a value. The readers that serde stands on do not tell it, so the way is gone through once more in
//! the text: names where keys stand, dashes and brackets where entries begin.

use super::StepIn;

/// The line on which the way to a value ends, from one; `None` where it cannot be followed: after a merge, or in a
/// document on one line. A line too far is never told: who looks there finds at least the table that it stands in.
pub(super) fn of(text: &str, way: &[StepIn<'_>]) -> Option<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    let mut found = None;
    let mut steps = way.iter().peekable();
    while let Some(step) = steps.next() {
        match step {
            StepIn::Key(name) => {
                // The tables of a list of TOML bear its name, each of them.
                let number = match steps.peek() {
                    Some(StepIn::Entry(number)) => Some(*number),
                    _ => None,
                };
                if let Some(line) = number.and_then(|number| table_of_a_list(&lines, name, number)) {
                    steps.next();
                    (at, found) = (line, Some(line));
                    continue;
                }
                let Some(line) = (at..lines.len()).find(|line| has_key(lines[*line], name)) else { return told(found) };
                (at, found) = (line, Some(line));
            }
            StepIn::Entry(number) => {
                let Some(line) = entry(&lines, at, *number) else { return told(found) };
                (at, found) = (line, Some(line));
            }
        }
    }
    told(found)
}

fn told(line: Option<usize>) -> Option<u32> {
    u32::try_from(line? + 1).ok()
}

/// `[[name]]` for the time that is asked for.
fn table_of_a_list(lines: &[&str], name: &str, number: usize) -> Option<usize> {
    let heads = |line: &&str| {
        let inside = line.trim().strip_prefix("[[").and_then(|rest| rest.split("]]").next());
        inside.is_some_and(|path| path.rsplit('.').next().map(str::trim) == Some(name))
    };
    lines.iter().enumerate().filter(|(_, line)| heads(line)).map(|(at, _)| at).nth(number)
}

/// Whether a key of this name stands on the line: before a colon or a mark of equality, with quotes or without, or
/// in the head of a table.
fn has_key(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    if let Some(head) = line.strip_prefix('[').filter(|head| !head.starts_with(['{', '"', ' '])) {
        let path = head.trim_start_matches('[').split(']').next().unwrap_or_default();
        return path.split('.').any(|part| part.trim().trim_matches('"') == name);
    }
    let mut rest = line;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].trim_end_matches(['"', '\'']).trim_end();
        let begins = before.is_empty() || before.ends_with(['-', '{', ',', '.']);
        let after = rest[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
        if begins && (after.starts_with([':', '=']) || after.starts_with('.')) {
            return true;
        }
        rest = &rest[at + name.len()..];
    }
    false
}

/// The line on which an entry of the list behind `from` begins: the dashes with the least indentation are its own.
fn entry(lines: &[&str], from: usize, number: usize) -> Option<usize> {
    let dashes = (from + 1..lines.len()).filter_map(|line| {
        let indent = lines[line].len() - lines[line].trim_start().len();
        let dash = lines[line].trim_start().starts_with("- ") || lines[line].trim() == "-";
        dash.then_some((line, indent))
    });
    let dashes: Vec<(usize, usize)> = dashes.collect();
    let own = dashes.first()?.1;
    dashes
        .iter()
        .take_while(|(_, indent)| *indent >= own)
        .filter(|(_, indent)| *indent == own)
        .nth(number)
        .map(|(line, _)| *line)
}
