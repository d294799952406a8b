//! Limits are read back after they were set: what was asked for is compared with what is in force.

use super::EngineError;
use super::cgroup::Limits;

/// The kernel rounds memory down to whole pages.
const PAGE: u64 = 4096;

/// Limits as they were asked of the kernel. `None`: nothing was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Asked {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of memory and swap together.
    pub with_swap: Option<u64>,
    /// Microseconds of CPU in each period.
    pub quota: Option<u64>,
    /// The period in microseconds.
    pub period: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

impl Asked {
    /// Whether the limits in force are these. `version` is that of the control group interface.
    pub(super) fn is_in_force(&self, found: Limits, version: u8) -> Result<(), EngineError> {
        let whole = |number: Option<u64>| number.map(|number| number / PAGE * PAGE);
        same("memory limit in the kernel", whole(self.memory), whole(found.memory))?;
        same("CPU quota in the kernel", self.quota, found.quota)?;
        same("CPU period in the kernel", self.period, found.period)?;
        same("process limit in the kernel", self.pids, found.pids)?;
        let swap = match (version, self.with_swap) {
            // Version 2 has a limit of its own for swap; where swap is not counted at all, there is no file.
            (2, Some(total)) if found.swap.is_some() => Some(total.saturating_sub(self.memory.unwrap_or(0))),
            (1, total) => total,
            _ => None,
        };
        same("swap limit in the kernel", whole(swap), whole(found.swap))
    }
}

/// Nothing asked is nothing to check.
pub(super) fn same<T: PartialEq + ToString>(
    limit: &str,
    asked: Option<T>,
    found: Option<T>,
) -> Result<(), EngineError> {
    match asked {
        Some(asked) if found.as_ref() != Some(&asked) => Err(EngineError::LimitNotApplied {
            limit: limit.to_owned(),
            expected: asked.to_string(),
            found: found.map_or_else(|| "no limit".to_owned(), |found| found.to_string()),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked = Asked {
        memory: Some(512 << 20),
        with_swap: Some(768 << 20),
        quota: Some(10_000),
        period: Some(100_000),
        pids: Some(64),
    };

    fn found(swap: u64) -> Limits {
        Limits { memory: Some(512 << 20), swap: Some(swap), quota: Some(10_000), period: Some(100_000), pids: Some(64) }
    }

    #[test]
    fn swap_is_compared_as_each_version_tells_it() {
        assert_eq!(ASKED.is_in_force(found(768 << 20), 1), Ok(()));
        assert_eq!(ASKED.is_in_force(found(256 << 20), 2), Ok(()));
        assert!(ASKED.is_in_force(found(256 << 20), 1).is_err());
        assert!(ASKED.is_in_force(found(768 << 20), 2).is_err());
    }

    #[test]
    fn a_limit_that_is_not_in_force_is_told() {
        let lost = Limits { quota: None, ..found(768 << 20) };
        let error = ASKED.is_in_force(lost, 1).expect_err("told").to_string();
        assert_eq!(error, "CPU quota in the kernel: asked for 10000, but no limit is in force");
    }

    #[test]
    fn less_than_a_page_is_no_difference() {
        let asked = Asked { memory: Some(100_000), ..Asked::default() };
        assert_eq!(asked.is_in_force(Limits { memory: Some(98_304), ..Limits::default() }, 1), Ok(()));
    }
}
