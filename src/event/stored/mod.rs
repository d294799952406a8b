//! The stored form of events: what the record keeps, and what an exported run is made of.
//!
//! The form has a version of its own. A higher major number means that old programs must not guess:
//! they refuse. A higher minor number only adds kinds, fields or words: an older program skips what
//! it does not know and says how much that was. The conversion is written out for every kind, so
//! that a change of a live type cannot change the stored form unnoticed.

mod body;
mod frequent;
mod load;
#[cfg(test)]
pub(crate) mod strategies;
#[cfg(test)]
mod tests;
mod version;

pub use version::{VERSION, Version, VersionError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Event, Kind};
use crate::units::Elapsed;

/// One event as it is stored. As JSON, it is one line of an exported run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Its number in the run.
    pub seq: u64,
    /// Microseconds since the start of the run.
    pub at_us: u64,
    /// The name of its kind.
    pub kind: String,
    /// What happened, as JSON. Its form depends on the kind.
    pub body: Box<RawValue>,
}

/// A stored event in the memory of whoever keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// Its number in the run.
    pub seq: u64,
    /// Microseconds since the start of the run.
    pub at_us: u64,
    /// The name of its kind.
    pub kind: &'r str,
    /// What happened, as JSON.
    pub body: &'r str,
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// The kind is not known, although this version of the form knows them all.
    #[error("event {seq} is of the unknown kind `{kind}`")]
    UnknownKind {
        /// Its number in the run.
        seq: u64,
        /// The kind's name.
        kind: String,
    },
    /// The body is not what its kind needs.
    #[error("event {seq} (`{kind}`) cannot be read: {reason}")]
    Body {
        /// Its number in the run.
        seq: u64,
        /// The kind's name.
        kind: String,
        /// What the JSON reader said.
        reason: serde_json::Error,
    },
}

/// The stored form of an event.
pub fn encode(event: &Event) -> StoredEvent {
    let (kind, body) = body::write(&event.kind);
    StoredEvent { seq: event.seq, at_us: event.at.micros(), kind: kind.to_owned(), body }
}

/// The name under which a kind is stored.
pub fn kind_name(kind: &Kind) -> &'static str {
    body::name(kind)
}

/// Reads the events of one run, written by the version it was made for.
#[derive(Debug)]
pub struct Decoder {
    written_by: Version,
    skipped: u64,
}

impl Decoder {
    /// For a run written in `version`. Refuses a form that this program cannot know.
    pub fn new(version: Version) -> Result<Self, VersionError> {
        version.readable()?;
        Ok(Self { written_by: version, skipped: 0 })
    }

    /// The live event; `None` when a newer minor version wrote something that this one does not know.
    pub fn decode(&mut self, stored: &StoredEvent) -> Result<Option<Event>, StoredError> {
        let StoredEvent { seq, at_us, kind, body } = stored;
        self.decode_row(Row { seq: *seq, at_us: *at_us, kind, body: body.get() })
    }

    /// The same for an event that lies in a database, read where it is.
    pub fn decode_row(&mut self, row: Row<'_>) -> Result<Option<Event>, StoredError> {
        match body::read(row) {
            Ok(kind) => Ok(Some(Event { seq: row.seq, at: Elapsed::from_micros(row.at_us), kind })),
            Err(_) if self.written_by.minor > VERSION.minor => {
                self.skipped += 1;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// How many events were skipped so far because a newer program wrote them.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}
