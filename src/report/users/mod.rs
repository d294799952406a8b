//! Who was connected, what the app said of itself, and what each user costs.

mod fold;
mod ladder;
#[cfg(test)]
mod tests;

pub(super) use fold::UsersFold;
pub use ladder::PerUser;

use serde::Serialize;

use super::memory::bytes;
use crate::units::{Elapsed, Memory};

/// Users of a run, by what the front door counts and by what the app says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Users {
    /// The most WebSockets that were open at once.
    pub sockets: Most,
    /// The most users by the app's own count; `None` when it told none.
    pub app: Option<Most>,
    /// Who was there at each kill, in the order of the kills.
    pub at_kills: Vec<AtKill>,
    /// What each user costs; `None` with fewer than four numbers of users, each higher than the one before.
    pub per_user: Option<PerUser>,
    /// Every cache the app told of, by name, with the most that was in it.
    pub caches: Vec<CacheUse>,
    /// Every other value, by name.
    pub values: Vec<ValueUse>,
}

/// The most, and when it was first told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Most {
    /// How many.
    pub users: u64,
    /// When.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
}

/// Who was there when the app was killed, as told last before: up to a second old, the app's own count older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AtKill {
    /// The moment of the kill.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
    /// Open WebSockets.
    pub sockets: u64,
    /// Users by the app's own count.
    pub app: Option<u64>,
}

/// A cache of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CacheUse {
    /// What the app calls it.
    pub name: String,
    /// The most that was in it.
    #[serde(flatten)]
    pub most: Amount,
    /// When that was first told.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
}

/// How much was in a cache, in what the app counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Amount {
    /// Entries.
    #[serde(rename = "most_entries")]
    Entries(u64),
    /// Memory.
    #[serde(rename = "most_bytes", serialize_with = "bytes")]
    Bytes(Memory),
}

/// Another value of the app.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueUse {
    /// What its user calls it.
    pub name: String,
    /// In what the app counts it; empty when it does not say.
    pub unit: String,
    /// The least that was told.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// The last.
    pub last: f64,
}
