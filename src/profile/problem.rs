//! What is wrong with a profile: one problem, and the problems of one pass together.

use std::fmt;

use super::kind::in_backticks;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the flag as it was typed.
    pub file: String,
    /// The line in it, from one. `None` where no line is to blame.
    pub line: Option<u32>,
    /// The setting, or the place in the file. Empty where the file itself is to blame.
    pub key: String,
    /// What stands there: ``the bare number `512` ``.
    pub found: String,
    /// What would have been right.
    pub expected: String,
    /// What to do, where more can be said than what was expected.
    pub hint: Option<String>,
}

/// `profiles/a/b.toml:12: memory.limit: found …, expected …`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": `{}`", self.key)?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// The passes of validation. A pass runs only when the one before found nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// Is it TOML?
    Syntax,
    /// Is every key known, and every value of its kind?
    Shape,
    /// Do the values make sense together, and has every number a source?
    Meaning,
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Syntax => "syntax",
            Self::Shape => "shape",
            Self::Meaning => "meaning",
        })
    }
}

/// Why there is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No file has this name.
    #[error("no profile is called `{id}`")]
    Unknown {
        /// What was asked for.
        id: String,
        /// Ids that look like it.
        near: Vec<String>,
    },
    /// The files are there, and wrong.
    #[error("profile `{id}` is not valid ({pass}): {}", lines(.problems))]
    Invalid {
        /// Its id.
        id: String,
        /// The pass that found the problems.
        pass: Pass,
        /// All problems of that pass. Never empty.
        problems: Vec<Problem>,
    },
}

impl ProfileError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { near, .. } if near.is_empty() => {
                "`emu profiles list` shows every profile; a file of your own is named with its path".into()
            }
            Self::Unknown { near, .. } => format!("did you mean {}? `emu profiles list` shows all", in_backticks(near)),
            // What was probably meant stands in the message already.
            Self::Invalid { .. } => "docs/reference/profile-settings.md lists every setting".into(),
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    match problems {
        [only] => only.to_string(),
        many => format!("\n  {}", many.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n  ")),
    }
}
