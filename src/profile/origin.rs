use serde::{Deserialize, Serialize};

use super::named::named;

/// How far a number can be trusted. Ordered: the weakest is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Our own inference; the source says how it was derived.
    Guess,
    /// Somebody's logs, write-up or probe.
    Community,
    /// The platform's own documentation, site or repository.
    Official,
}

/// A place where facts about a platform were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where: an address, or a description where there is none.
    pub url: String,
    /// When it was read or published, ISO 8601 (`2026-08-18` or `2026-08`).
    pub date: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// How a derived number was derived, or what the source leaves open.
    pub note: Option<String>,
}

/// Who set a value, from the most general to the most particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The file that every profile inherits from.
    Base,
    /// The platform's file.
    Platform,
    /// The plan's own file.
    Plan,
    /// A file of the user (an environment file, say).
    File,
    /// A flag on the command line.
    Flag,
}

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Who set it.
    pub layer: Layer,
    /// `profiles/example/example-free.toml`, or the flag as it was typed.
    pub place: String,
    /// Line in that file, from one. `None` for a flag.
    pub line: Option<u32>,
    /// The name of the source that backs it, where it needs one.
    pub source: Option<String>,
}

named!(Confidence { Guess = "guess", Community = "community", Official = "official" });
named!(Layer { Base = "base", Platform = "platform", Plan = "plan", File = "file", Flag = "flag" });
