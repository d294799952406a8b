use serde::{Deserialize, Serialize};

use super::InstanceId;
use crate::units::{Elapsed, Memory};

/// Counters of an instance at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which.
    pub instance: InstanceId,
    /// Where the counters were read.
    pub source: SampleSource,
    /// What the kernel charges to the group, page cache included.
    pub usage: Memory,
    /// What the app needs: usage minus inactive file cache, shared memory included.
    pub need: Memory,
    /// Shared memory and tmpfs, a part of `need`. `None` when it is not told apart.
    pub shared: Option<Memory>,
    /// Swap in use.
    pub swap: Memory,
    /// CPU time used since the instance started.
    pub cpu: Elapsed,
    /// Enforcement periods since the instance started.
    pub periods: u64,
    /// Those of them in which the app ran out of its share.
    pub throttled_periods: u64,
    /// Time the app stood still for want of CPU share.
    pub throttled: Elapsed,
    /// Processes and threads. `None` when not told.
    pub pids: Option<u32>,
    /// Kills for want of memory in this group since the instance started. `None` when not told.
    pub oom_kills: Option<u64>,
    /// Packets that it has sent since it started, but for those that never left it. `None` in a sample that does not tell
    /// it; some in each second do where the engine can.
    pub sent: Option<u64>,
    /// Open files of the process that has the most: files, sockets, pipes. `None` in a sample that does not tell it;
    /// about one in a second does where the engine can.
    pub open_files: Option<u32>,
}

#[cfg(test)]
impl Sample {
    /// One of an instance that needs so much and does nothing, for tests to say the rest.
    pub(crate) fn of_need(instance: InstanceId, need: Memory) -> Self {
        Self {
            instance,
            source: SampleSource::CgroupV2,
            usage: need,
            need,
            shared: None,
            swap: Memory::default(),
            cpu: Elapsed::ZERO,
            periods: 0,
            throttled_periods: 0,
            throttled: Elapsed::ZERO,
            pids: None,
            oom_kills: None,
            sent: None,
            open_files: None,
        }
    }
}

/// Where counters were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleSource {
    /// The control group's own files, version 1.
    CgroupV1,
    /// The control group's own files, version 2.
    CgroupV2,
    /// The engine's statistics stream, about once a second.
    EngineStream,
}
