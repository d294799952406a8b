use crate::check::{Check, Finding, Severity, Subject};
use crate::spec::looks_secret;

use super::dockerfiles;

pub(in crate::check) const CHECK: Check = Check {
    id: "docker-secret-value",
    title: "the value of a secret stands in the Dockerfile",
    severity: Severity::Error,
    looks_at: "`ENV` and `ARG` of a Dockerfile whose names are those of secrets",
    why: "Whoever can read the file or pull the image has it, and it stays in the history of both.",
    needs_profile: false,
    documentation: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
    look,
};

/// Shorter than any secret worth the name.
const SHORTEST: usize = 8;
/// Parts of values that stand for one that is given later.
const PLACEHOLDERS: &[&str] =
    &["dummy", "change", "placeholder", "example", "your", "xxxx", "insecure", "build", "test", "fake", "todo"];

fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in dockerfiles(subject) {
        for line in file.stage.iter().filter(|line| matches!(line.word.as_str(), "ENV" | "ARG")) {
            for (name, _) in pairs(&line.rest).into_iter().filter(|(name, value)| is_secret(name, value)) {
                // The value itself is never told.
                let found = format!("`{} {name}=…` has a value", line.word);
                let fix = format!(
                    "Take the line out, give `{name}` in the platform's settings, and put another secret in its \
                     place: this one is known."
                );
                findings.push(CHECK.finding(file.place(line), found, fix));
            }
        }
    }
    findings
}

fn is_secret(name: &str, value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let stands_for_it = value.contains(['$', '<']) || PLACEHOLDERS.iter().any(|part| lower.contains(part));
    value.len() >= SHORTEST && !stands_for_it && looks_secret(name, value)
}

/// Names and values: `A=b C="d e"`, and `A b` of old.
fn pairs(rest: &str) -> Vec<(String, String)> {
    let first = rest.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let value = rest.trim_start().strip_prefix(first).unwrap_or_default();
        return vec![(first.to_owned(), value.trim().to_owned())];
    }
    let pair = |word: &String| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    words(rest).iter().filter_map(pair).collect()
}

/// The words of a line. Quotes hold them together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None if letter.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_in_both_forms() {
        let told = |rest| pairs(rest).iter().map(|(name, value)| format!("{name}|{value}")).collect::<Vec<_>>();
        assert_eq!(told("A=b C=\"d e\" F='g'"), ["A|b", "C|d e", "F|g"]);
        assert_eq!(told("A b c"), ["A|b c"]);
        assert_eq!(told("A"), ["A|"]);
    }

    #[test]
    fn what_stands_for_a_secret_is_none() {
        assert!(is_secret("API_KEY", "sk-live-4711471147"));
        assert!(is_secret("DATABASE_URL", "postgres://a:b4711b@db/shop"));
        for value in ["", "$API_KEY", "changeme", "dummy-key-for-collectstatic", "<your key>", "short"] {
            assert!(!is_secret("API_KEY", value), "{value}");
        }
        assert!(!is_secret("MODE", "production"));
    }

    proptest! {
        #[test]
        fn junk_never_panics(rest in ".{0,60}") {
            let _ = pairs(&rest);
        }
    }
}
