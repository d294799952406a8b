use serde::{Deserialize, Serialize};

use crate::units::Memory;

/// The disk the app writes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskRules {
    /// Its size; `None` where the platform names none.
    pub size: Option<Memory>,
    /// What becomes of it.
    pub kind: DiskKind,
}

/// What becomes of files the app wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskKind {
    /// Lost whenever the instance stops: restart, sleep, deploy.
    LostAtRestart,
    /// Lost likewise, and every byte counts as memory.
    Memory,
    /// Kept.
    Kept,
}
