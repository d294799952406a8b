use serde::{Deserialize, Serialize};

/// One promise of the profile and what became of it on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What the plan says, in plain words: `memory 512 MiB, no swap`.
    pub what: String,
    /// What emu does about it.
    pub keeping: Keeping,
}

/// How far a promise is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeping {
    /// As the platform does.
    Kept,
    /// Nearly; this is the difference.
    Approximated(String),
    /// Not at all; this is why.
    NotKept(String),
}

impl Promise {
    pub(super) fn kept(what: impl Into<String>) -> Self {
        Self { what: what.into(), keeping: Keeping::Kept }
    }

    pub(super) fn approximated(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { what: what.into(), keeping: Keeping::Approximated(how.into()) }
    }

    pub(super) fn not_kept(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), keeping: Keeping::NotKept(why.into()) }
    }
}

/// The whole list on three lines at most: what is enforced, approximated and not emulated.
pub fn compact(promises: &[Promise]) -> Vec<String> {
    let line = |title: &str, wanted: fn(&Keeping) -> bool| {
        let whats: Vec<&str> =
            promises.iter().filter(|promise| wanted(&promise.keeping)).map(|promise| promise.what.as_str()).collect();
        (!whats.is_empty()).then(|| format!("{title}: {}", whats.join(", ")))
    };
    let lines = [
        line("enforced", |keeping| matches!(keeping, Keeping::Kept)),
        line("approximated", |keeping| matches!(keeping, Keeping::Approximated(_))),
        line("not emulated", |keeping| matches!(keeping, Keeping::NotKept(_))),
    ];
    lines.into_iter().flatten().collect()
}
