use super::rules::HealthLimits;
use crate::units::Elapsed;

/// Health checks in a row that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Health {
    failing_since: Option<Elapsed>,
}

impl Health {
    /// A check failed, `age` after the start of the process. Returns whether it counts.
    pub fn failed(&mut self, now: Elapsed, age: Elapsed, limits: &HealthLimits) -> bool {
        if age < limits.initial_delay {
            return false;
        }
        self.failing_since.get_or_insert(now);
        true
    }

    /// A check was answered. Returns whether checks had failed before it.
    pub fn answered(&mut self) -> bool {
        self.failing_since.take().is_some()
    }

    /// When failures have lasted so long that no visitor is let in any more.
    pub fn unroute_at(&self, limits: &HealthLimits) -> Option<Elapsed> {
        Some(self.failing_since? + limits.unroute_after?)
    }

    /// When failures have lasted so long that the instance is restarted.
    pub fn restart_at(&self, limits: &HealthLimits) -> Option<Elapsed> {
        Some(self.failing_since? + limits.restart_after?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HealthLimits = HealthLimits {
        timeout: Elapsed::from_secs(5),
        initial_delay: Elapsed::from_secs(10),
        unroute_after: Some(Elapsed::from_secs(15)),
        restart_after: None,
    };

    #[test]
    fn failures_count_only_after_the_initial_delay() {
        let mut health = Health::default();
        assert!(!health.failed(Elapsed::from_secs(109), Elapsed::from_secs(9), &LIMITS));
        assert_eq!(health.unroute_at(&LIMITS), None);
        assert!(health.failed(Elapsed::from_secs(110), Elapsed::from_secs(10), &LIMITS));
        assert_eq!(health.unroute_at(&LIMITS), Some(Elapsed::from_secs(125)));
        assert_eq!(health.restart_at(&LIMITS), None, "a platform without that rule never restarts for it");
    }

    #[test]
    fn one_answer_ends_the_row() {
        let mut health = Health::default();
        health.failed(Elapsed::from_secs(20), Elapsed::from_secs(20), &LIMITS);
        assert!(health.answered());
        assert!(!health.answered());
        assert_eq!(health.unroute_at(&LIMITS), None);
    }
}
