use serde::{Deserialize, Serialize};

use crate::units::{Elapsed, Millicores};

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
