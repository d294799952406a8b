use super::Values;
use crate::spec::{AtLimit, CpuRules, DiskKind, HealthCheck, RestartRules, SleepRules, Spec};
use crate::units::{Elapsed, Memory};

/// The part of a spec that the lifecycle decides by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The platform's own delay before a woken process runs.
    pub start_delay: Elapsed,
    /// From the start of the process to its first healthy answer.
    pub boot_limit: Elapsed,
    /// What failing health checks lead to.
    pub health: HealthLimits,
    /// When the app is put to sleep; `None` when never.
    pub sleep: Option<SleepRules>,
    /// When it is started again.
    pub restart: RestartRules,
    /// How much CPU the app gets, and when.
    pub cpu: CpuRules,
    /// What memory means.
    pub memory: MemoryLimits,
    /// The stop signal, for the user.
    pub signal: String,
    /// The time from the stop signal to the kill, for the platform's lines and the user.
    pub grace: Elapsed,
    /// Whether the instance is started again with its disk, or a new one is made.
    pub keeps_disk: bool,
    /// What the platform's lines can speak of, whatever happens.
    pub values: Values,
}

/// What failing health checks lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthLimits {
    /// A check without an answer in this time has failed, for the platform's lines.
    pub timeout: Elapsed,
    /// Failures in this time after the start of the process do not count.
    pub initial_delay: Elapsed,
    /// No visitor is let in after failures of this length.
    pub unroute_after: Option<Elapsed>,
    /// The instance is restarted after failures of this length.
    pub restart_after: Option<Elapsed>,
}

/// What memory means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// What the plan sells.
    pub limit: Memory,
    /// What happens when it is used up.
    pub at_limit: AtLimit,
    /// How often the platform looks whether the app is above `limit`.
    pub slow_check: Elapsed,
}

impl From<&Spec> for Rules {
    fn from(spec: &Spec) -> Self {
        Self {
            start_delay: spec.start.delay,
            boot_limit: spec.boot.limit,
            health: HealthLimits {
                timeout: spec.health.timeout,
                initial_delay: spec.health.initial_delay,
                unroute_after: spec.health.unroute_after,
                restart_after: spec.health.restart_after,
            },
            sleep: spec.sleep.clone(),
            restart: spec.restart.clone(),
            cpu: spec.cpu.clone(),
            memory: MemoryLimits {
                limit: spec.memory.limit,
                at_limit: spec.memory.at_limit,
                slow_check: spec.memory.slow_check,
            },
            signal: spec.shutdown.signal.clone(),
            grace: spec.shutdown.grace,
            keeps_disk: spec.disk.kind == DiskKind::Kept,
            values: values(spec),
        }
    }
}

fn values(spec: &Spec) -> Values {
    let mut values = Values::default();
    values.set("port", spec.port.number.to_string());
    values.set("memory_limit", spec.memory.limit.to_string());
    // Without a command of its own the image's runs, which nobody has spelled out.
    let command = spec.app.line();
    values.set("command", command);
    if let HealthCheck::Http(path) = &spec.health.check {
        values.set("path", path.as_str());
    }
    values
}
