use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::units::{Elapsed, Memory};

/// Number of an instance in its run, from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceId(pub u32);

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The end of an instance's main process, with its witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Which.
    pub instance: InstanceId,
    /// Exit status as the engine tells it (128 + n for signal n).
    pub code: i32,
    /// What ended it.
    pub cause: ExitCause,
    /// The need in the last sample before the end.
    pub need: Option<Memory>,
    /// Witness one: the engine said "out of memory".
    pub engine_says_oom: bool,
    /// Witness two: the kernel's own counter of kills in this group. `None` when it could not be read.
    pub kernel_oom_kills: Option<u64>,
    /// What the bank of unused CPU time held at the last sample; `None` where the plan has no bank.
    #[serde(default, rename = "bank_us", skip_serializing_if = "Option::is_none")]
    pub bank: Option<Elapsed>,
}

/// The end of a main process, as witnessed. What it means is decided elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Exit status as the engine tells it.
    pub code: i32,
    /// The engine said "out of memory" for the main process.
    pub engine_says_oom: bool,
    /// The kernel's counter of kills in this group, at the end.
    pub kernel_oom_kills: Option<u64>,
    /// It came through a stop or a kill that emu asked for.
    pub asked_for: bool,
}

/// What ended a main process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitCause {
    /// It ended by itself with status 0.
    Finished,
    /// It ended by itself, or by its own fault, with another status.
    Crashed,
    /// The kernel killed it at the instance's own memory limit.
    OutOfMemory,
    /// emu stopped it, as the platform would.
    Stopped,
    /// It was killed, and neither emu nor the memory limit did it. Says nothing about the plan.
    KilledFromOutside,
}

/// A socket that listens inside an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listener {
    /// Address and port as the app bound them.
    pub address: SocketAddr,
}

/// Files that the app wrote and that went with its instance, because the plan keeps none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Losses {
    /// Which.
    pub instance: InstanceId,
    /// How many there were.
    pub count: u64,
    /// The sum of their sizes, as far as the engine tells them.
    pub size: Memory,
    /// The largest of them, the largest one first.
    pub largest: Vec<Lost>,
}

/// A file that the app wrote and the plan would lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Its path inside the instance.
    pub path: String,
    /// Its size, where the engine tells.
    pub size: Option<Memory>,
}
