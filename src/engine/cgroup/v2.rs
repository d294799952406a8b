//! Version 2: one hierarchy, microseconds.

use super::{Counters, need, number, value};
use crate::units::{Elapsed, Memory};

/// The files of one moment. Empty text stands for a file that is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// `memory.current`.
    pub current: &'a str,
    /// `memory.stat`.
    pub memory: &'a str,
    /// `memory.events`.
    pub events: &'a str,
    /// `memory.swap.current`.
    pub swap: &'a str,
    /// `cpu.stat`.
    pub cpu: &'a str,
    /// `pids.current`.
    pub pids: &'a str,
}

/// The counters, or nothing when the group is gone.
pub fn counters(files: Files<'_>) -> Option<Counters> {
    let usage = number(files.current)?;
    Some(Counters {
        usage: Memory::from_bytes(usage),
        need: need(usage, value(files.memory, "inactive_file").unwrap_or(0)),
        shared: value(files.memory, "shmem").map(Memory::from_bytes),
        swap: Memory::from_bytes(number(files.swap).unwrap_or(0)),
        cpu: Elapsed::from_micros(value(files.cpu, "usage_usec").unwrap_or(0)),
        periods: value(files.cpu, "nr_periods").unwrap_or(0),
        throttled_periods: value(files.cpu, "nr_throttled").unwrap_or(0),
        throttled: Elapsed::from_micros(value(files.cpu, "throttled_usec").unwrap_or(0)),
        pids: number(files.pids).and_then(|pids| u32::try_from(pids).ok()),
        oom_kills: oom_kills(files.events),
        sent: None,
        open_files: None,
    })
}

/// Kills for want of memory, from `memory.events`. The key `oom` counts attempts, not kills.
pub fn oom_kills(events: &str) -> Option<u64> {
    value(events, "oom_kill")
}
