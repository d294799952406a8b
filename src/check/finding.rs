use std::fmt;

use super::Check;
use crate::project::Place;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It fails there.
    Error,
    /// It fails there under a condition that is likely.
    Warning,
    /// It is a risk, or cannot be known for certain.
    Hint,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the check.
    pub check: &'static str,
    /// How grave it is; never graver than the check itself.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What stands there, as a clause. Never the value of a secret.
    pub found: String,
    /// Why it matters, as a sentence.
    pub why: String,
    /// What to do, as a sentence.
    pub fix: String,
}

impl Severity {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Check {
    /// A finding of this check, as grave as the check is.
    pub(super) fn finding(&self, place: Place, found: impl Into<String>, fix: impl Into<String>) -> Finding {
        Finding {
            check: self.id,
            severity: self.severity,
            place,
            found: found.into(),
            why: self.why.to_owned(),
            fix: fix.into(),
        }
    }
}

impl Finding {
    /// The same, less grave.
    #[must_use]
    pub(super) fn only(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same, with a reason of its own.
    #[must_use]
    pub(super) fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }
}
