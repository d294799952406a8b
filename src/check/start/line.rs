/// The commands of a line for a shell, each as its words. Quotes are taken off; variables stay as they are
/// written. Redirections and what stands behind `|` are words of no interest here and end a command.
pub(in crate::check) fn commands(line: &str) -> Vec<Vec<String>> {
    let mut reader = Reader::default();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, reader.quote) {
            ('\\', None | Some('"')) => reader.word.get_or_insert_default().extend(letters.next()),
            (letter, Some(open)) if letter == open => reader.quote = None,
            ('"' | '\'', None) => {
                reader.quote = Some(letter);
                reader.word.get_or_insert_default();
            }
            ('&' | ';' | '|' | '\n' | '(' | ')', None) if !reader.in_braces() => reader.end_command(),
            (space, None) if space.is_whitespace() && !reader.in_braces() => reader.end_word(),
            (letter, _) => reader.word.get_or_insert_default().push(letter),
        }
    }
    reader.end_command();
    reader.commands
}

#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    quote: Option<char>,
}

impl Reader {
    /// Whether `${…` or `$(…` is open: `${PORT:-80 80}` is one word.
    fn in_braces(&self) -> bool {
        let open = |pair: (&str, char)| {
            let word = self.word.as_deref().unwrap_or_default();
            word.rfind(pair.0).is_some_and(|at| !word[at..].contains(pair.1))
        };
        open(("${", '}')) || self.word.as_deref().is_some_and(|word| word.ends_with('$')) || open(("$(", ')'))
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

/// The variable that a word takes its value from: `$PORT`, `${PORT:-8080}`, `0.0.0.0:$PORT`.
pub(in crate::check) fn variable(word: &str) -> Option<&str> {
    let (_, after) = word.split_once('$')?;
    let name = after.trim_start_matches('{');
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(name.len());
    (end > 0).then(|| &name[..end])
}

/// The value that a variable has in a word where it is not set: `${PORT:-8080}`.
pub(in crate::check) fn fallback(word: &str) -> Option<&str> {
    let (_, after) = word.split_once("${")?;
    let (inside, _) = after.split_once('}')?;
    inside.split_once(":-").or_else(|| inside.split_once('-')).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_read_as_a_shell_reads_it() {
        let told = |line| commands(line).iter().map(|words| words.join("|")).collect::<Vec<_>>();
        assert_eq!(
            told("cd web && exec gunicorn -b '0.0.0.0:80' app:app"),
            ["cd|web", "exec|gunicorn|-b|0.0.0.0:80|app:app"]
        );
        assert_eq!(told("a --port=${PORT:-80 80} \"x y\"; b"), ["a|--port=${PORT:-80 80}|x y", "b"]);
        assert_eq!(told("g --workers $(nproc --all)"), ["g|--workers|$(nproc --all)"]);
        assert_eq!(told("  "), Vec::<String>::new());
    }

    #[test]
    fn variables_and_what_stands_in_for_them() {
        assert_eq!(
            (variable("0.0.0.0:$PORT"), variable("${PORT:-8080}"), variable("8080"), variable("$")),
            (Some("PORT"), Some("PORT"), None, None)
        );
        assert_eq!((fallback("${PORT:-8080}"), fallback("$PORT")), (Some("8080"), None));
    }

    proptest! {
        #[test]
        fn reading_never_panics(line in ".*") {
            commands(&line);
            variable(&line);
            fallback(&line);
        }
    }
}
