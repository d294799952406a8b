use serde::{Deserialize, Serialize};

use crate::units::Memory;

/// What is counted beside the kernel's counters: who is connected, and what the app says of itself.
/// Told when something of it changed, at most about once a second.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Gauges {
    /// Connections that are open at the front door after an upgrade: WebSockets.
    pub sockets: u64,
    /// Messages with data that have passed over them since the start of the run, in pieces as they came.
    #[serde(default)]
    pub messages: u64,
    /// Pings and pongs that have passed over them since the start of the run, in pieces as they came.
    #[serde(default)]
    pub pings: u64,
    /// Requests that wait at the gate until the app is there.
    #[serde(default, skip_serializing_if = "none")]
    pub held: u64,
    /// Users by the app's own count; `None` when it tells none, or is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u64>,
    /// The app's caches, as it tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<Cache>,
    /// Other values of the app that its user wants to see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<GaugeValue>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
fn none(count: &u64) -> bool {
    *count == 0
}

/// A cache of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// What the app calls it.
    pub name: String,
    /// How much is in it.
    pub holds: CacheSize,
}

/// How much is in a cache, in what the app counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacheSize {
    /// In bytes, as far as the app knows them.
    Bytes(Memory),
    /// In entries.
    Entries(u64),
}

/// A value of the app that has a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaugeValue {
    /// What its user calls it.
    pub name: String,
    /// The value. Finite.
    pub value: f64,
    /// In what the app counts it; empty when it does not say.
    pub unit: String,
}
