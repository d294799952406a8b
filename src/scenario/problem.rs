//! What is wrong with a file: one problem, and all of them together.

use std::fmt;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The line, from one. `None` where no line is to blame.
    pub line: Option<u32>,
    /// The key: `phase.rate`. Empty where the file itself is to blame.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What would have been right.
    pub expected: String,
    /// What to do, where more can be said than what was expected.
    pub hint: Option<String>,
}

/// ``12: `phase.rate`: found …, expected … (did you mean …?)``.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        write!(f, "found {}, expected {}", self.found, self.expected)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// A file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Which file.
    pub file: String,
    /// Everything that is wrong with it, from its first line to its last. Never empty.
    pub problems: Vec<Problem>,
}

impl std::error::Error for FileError {}

/// A line for each problem, as compilers print them: `load.toml:12: …`.
impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |problem: &Problem| {
            let separator = if problem.line.is_some() { ":" } else { ": " };
            format!("{}{separator}{problem}", self.file)
        };
        match self.problems.as_slice() {
            [only] => f.write_str(&place(only)),
            many => {
                write!(f, "{} problems:", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n  {}", place(problem)))
            }
        }
    }
}
