//! The kernel's own counters of a control group: where its files are, and what they say.
//!
//! The parsers are pure and take text; [`Reader`] holds the files open. Both versions of the
//! interface give the same [`Counters`].

mod descriptors;
mod place;
mod reader;
#[cfg(test)]
mod tests;
pub mod v1;
pub mod v2;

pub use place::{Hierarchy, Place, hierarchies, lines_of, locate};
pub use reader::{Limits, Reader};

use std::time::Duration;

use crate::event::{InstanceId, Sample, SampleSource};
use crate::units::{Elapsed, Memory};

/// Twenty readings a second see a spike of a tenth of a second.
pub const EVERY: Duration = Duration::from_millis(50);

/// What a group's counters say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// What the kernel charges, page cache included.
    pub usage: Memory,
    /// Usage minus inactive file cache, shared memory included. Never above `usage`.
    pub need: Memory,
    /// Shared memory and tmpfs, a part of `need`. `None` when it is not told apart.
    pub shared: Option<Memory>,
    /// Swap in use.
    pub swap: Memory,
    /// CPU time since the group began.
    pub cpu: Elapsed,
    /// Enforcement periods.
    pub periods: u64,
    /// Those of them in which the share ran out.
    pub throttled_periods: u64,
    /// Time stood still for want of share.
    pub throttled: Elapsed,
    /// Processes and threads.
    pub pids: Option<u32>,
    /// Kills for want of memory.
    pub oom_kills: Option<u64>,
    /// Packets sent by the network devices of the instance, without the loopback device. `None` in
    /// most readings: a group's files do not tell them.
    pub sent: Option<u64>,
    /// Open files of the process that has the most. `None` in most readings.
    pub open_files: Option<u32>,
}

impl Counters {
    /// These counters as a sample of `instance`.
    pub fn sample(&self, instance: InstanceId, source: SampleSource) -> Sample {
        Sample {
            instance,
            source,
            usage: self.usage,
            need: self.need,
            shared: self.shared,
            swap: self.swap,
            cpu: self.cpu,
            periods: self.periods,
            throttled_periods: self.throttled_periods,
            throttled: self.throttled,
            pids: self.pids,
            oom_kills: self.oom_kills,
            sent: self.sent,
            open_files: self.open_files,
        }
    }
}

/// The value of `key` in a file of `key value` lines.
fn value(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

/// A file that holds one number.
fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Usage without the file cache that the kernel would give back first.
fn need(usage: u64, inactive_file: u64) -> Memory {
    Memory::from_bytes(usage.saturating_sub(inactive_file))
}
