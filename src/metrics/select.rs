use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::{Point, series};

/// Which points are meant: those of this name that have these labels, whatever others they have.
/// Written as an app writes them: `cache_memory_bytes{cache_type="st_cache_data"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Select {
    name: String,
    labels: BTreeMap<String, String>,
}

/// Why a text names no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found `{found}`, expected {expected}")]
pub struct SelectError {
    /// Where it went wrong.
    pub found: String,
    /// What should stand there.
    pub expected: String,
}

impl Select {
    /// Every point of this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), labels: BTreeMap::new() }
    }

    /// Of those, the ones with this label.
    #[must_use]
    pub fn with(mut self, label: &str, value: &str) -> Self {
        self.labels.insert(label.to_owned(), value.to_owned());
        self
    }

    /// The name of the metric.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a point is meant.
    pub fn takes(&self, point: &Point) -> bool {
        self.name == point.name && self.labels.iter().all(|(label, value)| point.labels.get(label) == Some(value))
    }

    /// What tells a point from the others that are meant: the values of its other labels, else its name.
    pub fn rest(&self, point: &Point) -> String {
        let others = point.labels.iter().filter(|(label, _)| !self.labels.contains_key(*label));
        let values: Vec<&str> = others.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty()).collect();
        if values.is_empty() { self.name.clone() } else { values.join(" ") }
    }
}

impl FromStr for Select {
    type Err = SelectError;

    fn from_str(text: &str) -> Result<Self, SelectError> {
        let stuck =
            |found: &str, expected: &str| SelectError { found: found.to_owned(), expected: expected.to_owned() };
        let (name, labels, rest) = series(text.trim()).map_err(|(found, expected)| stuck(found, expected))?;
        if !rest.trim().is_empty() {
            return Err(stuck(rest.trim(), "nothing behind the name and its labels"));
        }
        Ok(Self { name, labels })
    }
}

impl TryFrom<String> for Select {
    type Error = SelectError;

    fn try_from(text: String) -> Result<Self, SelectError> {
        text.parse()
    }
}

impl From<Select> for String {
    fn from(select: Select) -> Self {
        select.to_string()
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let label = |(label, value): (&String, &String)| format!("{label}=\"{}\"", quoted(value));
        let labels: Vec<String> = self.labels.iter().map(label).collect();
        if labels.is_empty() { Ok(()) } else { write!(f, "{{{}}}", labels.join(",")) }
    }
}

fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
