use crate::check::paths::ending;
use crate::check::{Check, Finding, Severity, Subject, toml_file};
use crate::project::Place;

pub(in crate::check) const CHECK: Check = Check {
    id: "secrets-broken",
    title: "a file of secrets cannot be read",
    severity: Severity::Error,
    looks_at: "`.env` and `secrets.toml` files, ignored by git or not; their values are never shown",
    why: "The app starts without any of the secrets in it, or does not start.",
    needs_profile: false,
    documentation: "https://docs.streamlit.io/develop/api-reference/connections/secrets.toml",
    look,
};

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    subject.secrets_files().flat_map(|(path, text)| mistakes(path, text)).collect()
}

fn mistakes(path: &str, text: &str) -> Vec<Finding> {
    if ending(path) == "toml" {
        // The parser's own words could repeat what stands there.
        let lines = toml_file::read(path, text).1.into_iter().map(|(line, _)| line);
        let fix = "Mend this line: `name = \"text in quotes\"`, and `[name]` alone on a line for a table.";
        return lines.map(|line| CHECK.finding(Place::line(path, line), "a mistake of syntax", fix)).collect();
    }
    let fix = "Write `NAME=value`; `#` begins a comment.";
    let told = |line| CHECK.finding(Place::line(path, line), "this line is no `NAME=value`", fix);
    odd_lines(text).into_iter().map(told).collect()
}

/// Lines of an `.env` file that assign nothing. A value in quotes may go on over several lines.
fn odd_lines(text: &str) -> Vec<u32> {
    let (mut odd, mut open) = (Vec::new(), None);
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(quote) = open {
            open = Some(quote).filter(|quote| !line.contains(*quote));
            continue;
        }
        let plain = line.trim().trim_start_matches("export ").trim_start();
        if plain.is_empty() || plain.starts_with('#') {
            continue;
        }
        match plain.split_once('=').filter(|(name, _)| is_name(name.trim_end())) {
            Some((_, value)) => open = left_open(value.trim_start()),
            None => odd.push(number),
        }
    }
    odd
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter))
}

/// The quote that a value begins with and does not end.
fn left_open(value: &str) -> Option<char> {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    (!value[1..].contains(quote)).then_some(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_quotes_may_have_several_lines() {
        let text = "A=1\n# note\nexport B='x\ny\nz'\nC=\"one\"\nno assignment\n =x\nD=\r\n";
        assert_eq!(odd_lines(text), [7, 8]);
    }

    #[test]
    fn the_value_of_a_broken_line_is_not_shown() {
        let found = mistakes("secrets.toml", "good = 1\nkey = sk-live-hunter2\n");
        assert_eq!(found.first().map(|finding| finding.place.to_string()).as_deref(), Some("secrets.toml:2"));
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
}
