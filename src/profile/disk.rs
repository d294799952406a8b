use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::Memory;

/// `[disk]`
pub(super) const FAMILY: Family = Family {
    name: "disk",
    doc: "The disk the app writes to.",
    settings: &[
        optional("disk.size", Kind::Memory, "Its size; `none` where the platform names none."),
        setting("disk.kind", Kind::OneOf(DiskKind::NAMES), "What becomes of files the app wrote."),
    ],
};

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

named!(DiskKind { LostAtRestart = "lost-at-restart", Memory = "memory", Kept = "kept" });

impl DiskRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self { size: settings.read("disk.size")?, kind: settings.read("disk.kind")? })
    }
}
