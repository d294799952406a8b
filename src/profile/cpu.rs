use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::{Elapsed, Millicores};

/// `[cpu]`
pub(super) const FAMILY: Family = Family {
    name: "cpu",
    doc: "How much CPU the app gets.",
    settings: &[
        setting("cpu.share", Kind::Share, "The guaranteed, and without a burst balance the greatest, share."),
        setting("cpu.period", Kind::Elapsed, "The period over which the kernel enforces the share."),
        optional("cpu.cores_seen", CORES, "CPUs the app sees when it asks; `none` when it sees the host's."),
        setting("cpu.while_serving_only", Kind::Flag, "Whether the app gets CPU only while a request is open."),
        optional("cpu.burst.share", Kind::Share, "The share while the bank of unused CPU time is not empty."),
        setting("cpu.burst.start", Kind::Elapsed, "CPU time in the bank when an instance starts."),
        setting("cpu.burst.cap", Kind::Elapsed, "The most CPU time the bank holds."),
    ],
};

const CORES: Kind = Kind::Integer { low: 1, high: 1024 };

/// How much CPU the app gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuRules {
    /// The guaranteed, and without a burst balance the greatest, share.
    pub share: Millicores,
    /// The period over which the kernel enforces the share (CFS bandwidth control).
    pub period: Elapsed,
    /// CPUs the app sees when it asks; `None` when it sees the host's.
    pub cores_seen: Option<u32>,
    /// A bank of unused CPU time, where the platform has one.
    pub burst: Option<Burst>,
    /// Whether the app gets CPU only while a request is open.
    pub while_serving_only: bool,
}

/// A bank of unused CPU time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// CPU time in the bank when an instance starts.
    pub start: Elapsed,
    /// The most CPU time the bank holds.
    pub cap: Elapsed,
    /// The share while the bank is not empty.
    pub share: Millicores,
}

impl CpuRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            share: settings.read("cpu.share")?,
            period: settings.read("cpu.period")?,
            cores_seen: settings.read("cpu.cores_seen")?,
            burst: Burst::read(settings)?,
            while_serving_only: settings.read("cpu.while_serving_only")?,
        })
    }
}

impl Burst {
    /// `None` where the platform has no bank: its share is `none`.
    fn read(settings: &Settings) -> Result<Option<Self>, Missing> {
        let (start, cap) = (settings.read("cpu.burst.start")?, settings.read("cpu.burst.cap")?);
        let share: Option<Millicores> = settings.read("cpu.burst.share")?;
        Ok(share.map(|share| Self { start, cap, share }))
    }
}
