use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use tokio::time::Instant;

use crate::event::PhaseRole;
use crate::units::Elapsed;

/// How far the generator has come. Shared, because a message per request would cost more than it tells.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    steps: Vec<Step>,
    /// The step that goes on.
    index: AtomicUsize,
    /// When it began, in microseconds since the beginning.
    since: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) answered: AtomicU64,
    pub(super) failed: AtomicU64,
}

/// One phase that is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) role: PhaseRole,
    /// `None` for a phase that ends with its last answer.
    pub(super) lasts: Option<Elapsed>,
}

/// A look at the generator's progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The phase that goes on.
    pub phase: String,
    /// What its figures are good for.
    pub role: PhaseRole,
    /// Its place, from one.
    pub number: usize,
    /// Of so many.
    pub of: usize,
    /// How long it has gone on.
    pub elapsed: Elapsed,
    /// How much longer the load takes by its phases' own times. Phases that end with their last answer, and
    /// waiting for the last answers, come on top.
    pub left: Elapsed,
    /// Requests sent in this phase.
    pub sent: u64,
    /// Answered as expected.
    pub answered: u64,
    /// Failed.
    pub failed: u64,
    /// Sent and not ended.
    pub in_flight: u64,
}

impl Progress {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self {
            began: Instant::now(),
            steps,
            index: AtomicUsize::new(0),
            since: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// The step with this place, from zero, begins.
    pub(super) fn enter(&self, index: usize) {
        self.since.store(Elapsed::from(self.began.elapsed()).micros(), Relaxed);
        for count in [&self.sent, &self.answered, &self.failed] {
            count.store(0, Relaxed);
        }
        self.index.store(index, Relaxed);
    }

    /// How things stand now. Counts are read one after the other, so they may be a request apart.
    pub fn look(&self) -> Standing {
        let index = self.index.load(Relaxed).min(self.steps.len().saturating_sub(1));
        let elapsed = Elapsed::from(self.began.elapsed()).since(Elapsed::from_micros(self.since.load(Relaxed)));
        let (sent, answered, failed) =
            (self.sent.load(Relaxed), self.answered.load(Relaxed), self.failed.load(Relaxed));
        let rest = self.steps.iter().skip(index).filter_map(|step| step.lasts);
        let here = self.steps.get(index);
        let total = rest.fold(Elapsed::ZERO, |sum, lasts| sum + lasts);
        let gone = here.and_then(|step| step.lasts).map_or(Elapsed::ZERO, |lasts| lasts.min(elapsed));
        Standing {
            phase: here.map(|step| step.name.clone()).unwrap_or_default(),
            role: here.map_or(PhaseRole::Measure, |step| step.role),
            number: index + 1,
            of: self.steps.len(),
            elapsed,
            left: total.since(gone),
            sent,
            answered,
            failed,
            in_flight: sent.saturating_sub(answered + failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_left_is_the_rest_of_this_phase_and_those_behind_it() {
        let step = |name: &str, lasts: Option<u64>| Step {
            name: name.into(),
            role: PhaseRole::Measure,
            lasts: lasts.map(Elapsed::from_secs),
        };
        let progress = Progress::new(vec![step("check", None), step("load", Some(20)), step("rest", Some(5))]);
        assert_eq!((progress.look().phase.as_str(), progress.look().left), ("check", Elapsed::from_secs(25)));
        advance(Duration::from_secs(3)).await;
        progress.enter(1);
        progress.sent.store(7, Relaxed);
        progress.answered.store(4, Relaxed);
        advance(Duration::from_secs(8)).await;
        let look = progress.look();
        assert_eq!(
            (look.number, look.of, look.elapsed, look.left),
            (2, 3, Elapsed::from_secs(8), Elapsed::from_secs(17))
        );
        assert_eq!((look.sent, look.answered, look.in_flight), (7, 4, 3));
        advance(Duration::from_secs(60)).await;
        assert_eq!(progress.look().left, Elapsed::from_secs(5));
    }
}
