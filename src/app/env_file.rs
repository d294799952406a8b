use std::path::Path;

/// One line of an environment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The line it stands on, from one.
    pub line: usize,
}

/// A line that is no assignment: its number from one, and the name that stands before its `=`, where one does.
pub type BadLine = (usize, Option<String>);

/// Why an environment file could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvFileError {
    /// It could not be read.
    #[error("environment file `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// Lines that are no assignments. All of them are told at once.
    #[error("{}", faults.iter().map(|fault| bad_line(path, fault)).collect::<Vec<_>>().join("\n"))]
    Lines {
        /// Which file.
        path: String,
        /// Line numbers from one, and what stands there.
        faults: Vec<BadLine>,
    },
}

fn bad_line(path: &str, (line, name): &BadLine) -> String {
    match name {
        Some(name) => format!("{path}:{line}: found `{name}=` and no proper value behind it, expected `NAME=value`"),
        None => format!("{path}:{line}: found no assignment, expected `NAME=value`"),
    }
}

/// The name that a faulty line may be told by. Never a part of a value: a value of several lines has lines with
/// a sign in them, too.
pub(super) fn told_name(line: &str) -> Option<String> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim().trim_start_matches("export ").trim();
    let named = name.len() <= 40 && name.chars().all(|one| one.is_ascii_alphanumeric() || "_-.\"' ".contains(one));
    let value = value.trim_start();
    (named && !name.is_empty() && !value.is_empty() && !value.starts_with('=')).then(|| name.to_owned())
}

/// Reads an environment file.
pub fn read_env_file(path: &Path) -> Result<Vec<Assignment>, EnvFileError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| EnvFileError::Unreadable { path: name.clone(), reason: error.to_string() })?;
    parse_env_file(&text).map_err(|faults| EnvFileError::Lines { path: name, faults })
}

/// Parses `NAME=value` lines: comments, blank lines, an `export` before the name, quotes around the value.
///
/// Single quotes keep everything as it is; double quotes know `\n`, `\"` and `\\`. An unquoted value
/// ends at a ` #` comment. Nothing is expanded: a `$` is a dollar sign.
///
/// # Errors
/// All lines that are no assignments, with their numbers from one. Values are not repeated, since
/// they may be secret; only the name before the `=` is.
pub fn parse_env_file(text: &str) -> Result<Vec<Assignment>, Vec<BadLine>> {
    let mut pairs = Vec::new();
    let mut faults = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match assignment(line) {
            Some((name, value)) => pairs.push(Assignment { name, value, line: index + 1 }),
            None => faults.push((index + 1, told_name(line))),
        }
    }
    if faults.is_empty() { Ok(pairs) } else { Err(faults) }
}

fn assignment(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let first = name.chars().next()?;
    let valid =
        (first.is_ascii_alphabetic() || first == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    valid.then_some(())?;
    Some((name.to_owned(), unquoted(value.trim())?))
}

fn unquoted(value: &str) -> Option<String> {
    if let Some(rest) = value.strip_prefix('\'') {
        return rest.split_once('\'').map(|(inside, _)| inside.to_owned());
    }
    if let Some(rest) = value.strip_prefix('"') {
        return double_quoted(rest);
    }
    let end = value.find(" #").unwrap_or(value.len());
    Some(value[..end].trim_end().to_owned())
}

/// The text up to the closing quote; `None` when there is none.
fn double_quoted(rest: &str) -> Option<String> {
    let mut inside = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(inside),
            '\\' => match chars.next()? {
                'n' => inside.push('\n'),
                escaped @ ('"' | '\\') => inside.push(escaped),
                other => inside.extend(['\\', other]),
            },
            plain => inside.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse_env_file(text).unwrap().into_iter().map(|pair| (pair.name, pair.value)).collect()
    }

    #[test]
    fn comments_quotes_and_exports_are_understood() {
        let text =
            "# settings\nA=1\nexport B=two words # and a comment\nC=\"x\\n\\\"y\\\"\"\nD='#not $a comment'\nE=\n";
        let expected = [("A", "1"), ("B", "two words"), ("C", "x\n\"y\""), ("D", "#not $a comment"), ("E", "")];
        assert_eq!(pairs(text), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn all_bad_lines_are_told_at_once_and_without_their_values() {
        let faults = parse_env_file("A=1\nno assignment\n9X=secret\nOPEN=\"no end\nMIIE/vQIBADANBg==").unwrap_err();
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(faults, [(2, None), (3, name("9X")), (4, name("OPEN")), (5, None)]);
        let error = EnvFileError::Lines { path: "x.env".into(), faults }.to_string();
        assert!(!error.contains("secret") && !error.contains("no end") && !error.contains("MIIE"), "{error}");
        assert!(error.contains("x.env:3: found `9X=`"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_env_file(Path::new("nowhere.env")).unwrap_err();
        assert!(error.to_string().starts_with("environment file `nowhere.env` cannot be read"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in ".{0,200}") {
            let _ = parse_env_file(&text);
        }

        #[test]
        fn quoted_values_come_back(value in "[^\\x00\\r\\n]{0,40}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(pairs(&format!("K=\"{quoted}\"")), [("K".to_owned(), value)]);
        }
    }
}
