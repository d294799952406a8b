//! Version 1: one hierarchy for each controller, nanoseconds.

use super::{Counters, need, number, value};
use crate::units::{Elapsed, Memory};

/// The files of one moment. Empty text stands for a file that is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// `memory.usage_in_bytes`.
    pub usage: &'a str,
    /// `memory.stat`.
    pub memory: &'a str,
    /// `memory.oom_control`.
    pub oom: &'a str,
    /// `cpu.stat`.
    pub cpu: &'a str,
    /// `cpuacct.usage`.
    pub cpu_used: &'a str,
    /// `pids.current`.
    pub pids: &'a str,
}

/// The counters, or nothing when the group is gone.
pub fn counters(files: Files<'_>) -> Option<Counters> {
    let usage = number(files.usage)?;
    // The plain keys leave out groups below this one; an app may make some.
    let total = |key: &str| value(files.memory, &format!("total_{key}")).or_else(|| value(files.memory, key));
    Some(Counters {
        usage: Memory::from_bytes(usage),
        need: need(usage, total("inactive_file").unwrap_or(0)),
        shared: total("shmem").map(Memory::from_bytes),
        swap: Memory::from_bytes(total("swap").unwrap_or(0)),
        cpu: Elapsed::from_micros(number(files.cpu_used).unwrap_or(0) / 1_000),
        periods: value(files.cpu, "nr_periods").unwrap_or(0),
        throttled_periods: value(files.cpu, "nr_throttled").unwrap_or(0),
        throttled: Elapsed::from_micros(value(files.cpu, "throttled_time").unwrap_or(0) / 1_000),
        pids: number(files.pids).and_then(|pids| u32::try_from(pids).ok()),
        oom_kills: oom_kills(files.oom),
        sent: None,
        open_files: None,
    })
}

/// Kills for want of memory, from `memory.oom_control`. `failcnt` is no substitute: it stays at zero.
pub fn oom_kills(oom_control: &str) -> Option<u64> {
    value(oom_control, "oom_kill")
}
