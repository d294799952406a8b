//! A file of settings, whatever it is written in: one tree of values, places in it, and the line of each.

mod line;
mod path;
#[cfg(test)]
mod tests;

pub use path::{Found, Path, Step, StepIn};

use serde::Deserialize;
use serde_json::Value;

use super::Place;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    file: String,
    text: String,
    value: Value,
}

/// A document that cannot be read. A key that stands twice in a table is such a mistake: what a platform makes of
/// it is nobody's promise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: found {reason}, expected {expected}")]
pub struct Unreadable {
    /// Where.
    pub place: Place,
    /// What is wrong with it; values are not repeated.
    pub reason: String,
    /// What it should be.
    pub expected: &'static str,
}

impl Document {
    /// Reads a document. Anchors and merges of YAML are resolved; of several documents the first with a table counts.
    ///
    /// # Errors
    /// Where the text is not of this format, with the line.
    pub fn read(file: &str, text: &str, format: Format) -> Result<Self, Unreadable> {
        let text = text.replace("\r\n", "\n");
        let value = match format {
            Format::Yaml => yaml(file, &text),
            Format::Toml => toml(file, &text),
            Format::Json => json(file, &text),
        }?;
        Ok(Self { file: file.to_owned(), text, value })
    }

    /// The whole of it.
    pub fn root(&self) -> Found<'_> {
        Found { value: &self.value, at: Vec::new() }
    }

    /// Where something of it stands.
    pub fn place(&self, found: &Found<'_>) -> Place {
        Place { file: self.file.clone(), line: line::of(&self.text, &found.at) }
    }
}

fn yaml(file: &str, text: &str) -> Result<Value, Unreadable> {
    let wrong = |error: &serde_yaml::Error| Unreadable {
        place: Place { file: file.to_owned(), line: error.location().and_then(|at| u32::try_from(at.line()).ok()) },
        reason: mistake(&error.to_string()),
        expected: "YAML",
    };
    let mut first = Value::Null;
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut value = serde_yaml::Value::deserialize(document).map_err(|error| wrong(&error))?;
        value.apply_merge().map_err(|error| wrong(&error))?;
        let value = serde_json::to_value(value).map_err(|_| Unreadable {
            place: Place::file(file),
            reason: "a key that is no text".into(),
            expected: "keys of letters and digits",
        })?;
        if value.is_object() {
            return Ok(value);
        }
        if first.is_null() {
            first = value;
        }
    }
    Ok(first)
}

fn toml(file: &str, text: &str) -> Result<Value, Unreadable> {
    let table: Result<toml::Table, toml::de::Error> = toml::from_str(text);
    let table = table.map_err(|error| {
        let lines = |at: usize| text[..at.min(text.len())].bytes().filter(|byte| *byte == b'\n').count() + 1;
        let line = error.span().and_then(|span| u32::try_from(lines(span.start)).ok());
        Unreadable { place: Place { file: file.to_owned(), line }, reason: mistake(error.message()), expected: "TOML" }
    })?;
    // Every value of TOML is one of JSON, dates as texts.
    Ok(serde_json::to_value(table).unwrap_or_default())
}

fn json(file: &str, text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|error| Unreadable {
        place: Place { file: file.to_owned(), line: u32::try_from(error.line()).ok() },
        reason: mistake(&error.to_string()),
        expected: "JSON",
    })
}

/// The reader's words, without its own account of the place and without what it found there, which may be secret.
fn mistake(words: &str) -> String {
    let words = words.split(" at line ").next().unwrap_or(words).lines().next().unwrap_or_default();
    let words = words.rsplit_once(": invalid type").map_or(words, |_| "a value of another kind");
    format!("a mistake of syntax: {words}")
}
