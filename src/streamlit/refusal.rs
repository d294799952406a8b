use super::widget::{Kind, Widget};

/// Why a wish cannot be carried out on a page.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Nothing of this kind has this label.
    #[error("{}", not_offered(wanted, label, offered))]
    NotOffered {
        /// What was looked for: `a button`.
        wanted: &'static str,
        /// The label that was looked for.
        label: String,
        /// The labels that there are, the nearest one first.
        offered: Vec<String>,
    },
    /// More than one widget has it.
    #[error("the page has {count} widgets called `{label}`, expected one")]
    Ambiguous {
        /// What they are called.
        label: String,
        /// So many of them.
        count: usize,
    },
    /// Nobody can touch it.
    #[error("the {kind} `{label}` is disabled, expected one that can be used")]
    Disabled {
        /// What it is.
        kind: Kind,
        /// Its label.
        label: String,
    },
    /// It does not take such a value.
    #[error("the {kind} `{label}` was given {found}, expected {expected}")]
    Unfit {
        /// What it is.
        kind: Kind,
        /// Its label.
        label: String,
        /// What it was given.
        found: String,
        /// What it takes.
        expected: String,
    },
}

fn not_offered(wanted: &str, label: &str, offered: &[String]) -> String {
    match offered {
        [] => format!("the page has no {wanted} called `{label}`, and none at all"),
        [nearest] => format!("the page has no {wanted} called `{label}`; there is `{nearest}`"),
        [nearest, others @ ..] => {
            let others = others.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
            format!("the page has no {wanted} called `{label}`; the nearest is `{nearest}`, others are {others}")
        }
    }
}

impl Refusal {
    pub(super) fn unfit(widget: &Widget, found: String, expected: impl Into<String>) -> Self {
        Self::Unfit { kind: widget.kind, label: widget.label.clone(), found, expected: expected.into() }
    }

    /// Nothing is called so; `labels` are those that there are.
    pub(super) fn not_offered(wanted: &'static str, label: &str, labels: impl Iterator<Item = String>) -> Self {
        let mut offered: Vec<(i64, String)> = labels.map(|there| (-nearness(label, &there), there)).collect();
        offered.sort_by_key(|(nearness, _)| *nearness);
        let offered = offered.into_iter().map(|(_, label)| label).collect();
        Self::NotOffered { wanted, label: label.to_owned(), offered }
    }
}

/// In thousandths, so that it has an order.
#[expect(clippy::cast_possible_truncation, reason = "between zero and one before it is multiplied")]
fn nearness(one: &str, other: &str) -> i64 {
    (strsim::jaro_winkler(&one.to_lowercase(), &other.to_lowercase()) * 1_000.0) as i64
}
