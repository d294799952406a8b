//! A command line as the words that a container is given, so that the app itself gets the plan's signal.

use crate::project::Command;

/// What only a shell understands.
const SHELL: &[char] =
    &['$', '`', '"', '\'', '\\', '|', '&', ';', '<', '>', '(', ')', '{', '}', '[', ']', '*', '?', '~', '#', '!', '\n'];
/// Words after which the shell itself has to go on.
const OF_THE_SHELL: &[&str] =
    &["exec", "cd", "export", "set", "source", ".", "if", "for", "while", "until", "case", "trap", "wait", "exit"];

/// The words of a command. A plain line is split; any other is left to a shell, which becomes the program
/// that it starts last, so that signals reach that.
pub fn words(command: &Command) -> Vec<String> {
    match command {
        Command::Words(words) => words.clone(),
        Command::Line(line) if is_plain(line) => line.split_whitespace().map(str::to_owned).collect(),
        Command::Line(line) => vec!["/bin/sh".into(), "-c".into(), with_exec(line.trim())],
    }
}

/// As a Dockerfile has it: a list in JSON.
pub(super) fn exec_form(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

/// A word for a shell's line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn is_plain(line: &str) -> bool {
    let of_a_shell = |word: &str| is_assignment(word) || OF_THE_SHELL.contains(&word);
    !line.contains(SHELL) && !line.split_whitespace().next().is_some_and(of_a_shell)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// The line with `exec` before its last command, unless the shell is still needed behind or around that.
fn with_exec(line: &str) -> String {
    let Some(start) = last_command(line) else { return line.to_owned() };
    let (before, last) = line.split_at(start);
    let last = last.trim_start();
    let first = last.split_whitespace().next().unwrap_or_default();
    if first.is_empty() || OF_THE_SHELL.contains(&first) {
        return line.to_owned();
    }
    let gap = if before.is_empty() || before.ends_with(char::is_whitespace) { "" } else { " " };
    let exec = if is_assignment(first) { "exec env" } else { "exec" };
    format!("{before}{gap}{exec} {last}")
}

/// Where the last of the commands begins that are run one after the other; `None` where there is more to the
/// line than that: a pipe, an alternative, something in the background, a group, a loop.
fn last_command(line: &str) -> Option<usize> {
    let mut start = 0;
    let mut quote = None;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (Some('"') | None, '\\') => _ = letters.next(),
            (None, '&') if letters.peek().is_some_and(|(_, next)| *next == '&') => {
                letters.next();
                start = at + 2;
            }
            // `2>&1` and `>&2` send a stream elsewhere, and are no background.
            (None, '&') if line[..at].ends_with(['>', '<']) => {}
            (None, ';' | '\n') => start = at + 1,
            (None, '&' | '|' | '(' | ')' | '`' | '#') => return None,
            _ => {}
        }
    }
    let groups = ["if ", "for ", "while ", "until ", "case ", "{ "];
    let grouped = groups.iter().any(|word| line.starts_with(word) || line.contains(&format!(" {word}")));
    (quote.is_none() && !grouped).then_some(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(line: &str) -> Vec<String> {
        words(&Command::Line(line.into()))
    }

    #[test]
    fn a_plain_line_needs_no_shell() {
        assert_eq!(split("npm  start"), ["npm", "start"]);
        assert_eq!(split("env A=b python app.py --x=1"), ["env", "A=b", "python", "app.py", "--x=1"]);
        assert_eq!(words(&Command::Words(vec!["a b".into()])), ["a b"]);
    }

    #[test]
    fn a_shell_becomes_the_program_that_it_starts_last() {
        let table = [
            ("gunicorn app:app --bind 0.0.0.0:$PORT", "exec gunicorn app:app --bind 0.0.0.0:$PORT"),
            ("python migrate.py && gunicorn app:app", "python migrate.py && exec gunicorn app:app"),
            ("A=1 python app.py", "exec env A=1 python app.py"),
            ("cd web; npm start", "cd web; exec npm start"),
            ("python app.py 2>&1", "exec python app.py 2>&1"),
            ("echo 'a && b'", "exec echo 'a && b'"),
            // What has to go on in the shell is left to it.
            ("exec python app.py", "exec python app.py"),
            ("python app.py | tee log", "python app.py | tee log"),
            ("worker & python app.py", "worker & python app.py"),
            ("a || b", "a || b"),
            ("for i in 1 2; do a; done", "for i in 1 2; do a; done"),
            ("echo 'open", "echo 'open"),
        ];
        for (line, expected) in table {
            assert_eq!(split(line), ["/bin/sh", "-c", expected], "{line}");
        }
    }

    #[test]
    fn a_list_of_words_is_json() {
        assert_eq!(exec_form(&["a".into(), "say \"b\"".into()]), r#"["a", "say \"b\""]"#);
        assert_eq!((quoted("a b's").as_str(), quoted("app/main.py").as_str()), (r"'a b'\''s'", "app/main.py"));
    }

    proptest! {
        #[test]
        fn any_line_gives_words_and_keeps_its_own(line in "[ -~\n]{0,60}") {
            let words = split(&line);
            if words.first().is_some_and(|word| word == "/bin/sh") && words.len() == 3 {
                let without: String = words[2].replace("exec env ", "").replace("exec ", "");
                let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(squeezed(&without), squeezed(&line.replace("exec env ", "").replace("exec ", "")));
            }
        }
    }
}
