use std::collections::BTreeMap;

use serde::Serialize;

use super::latency::driven_by_another;
use super::loaded;
use crate::profile::Cause;
use crate::report::{Requests, Summary, words};

/// Requests that failed, each counted once under one cause.
///
/// Whoever sends the load says how many failed; where the front door knows the reason (the platform
/// answered in the app's place, the connection was cut), the reason is the cause. Without a sender of
/// ours, the front door alone counts: the platform's answers, cuts, and the app's own 5xx.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Errors {
    /// Requests that were due; without a sender of ours, those that came.
    pub of: u64,
    /// How many failed, by cause: `platform: unreachable`, `status 500`.
    pub causes: BTreeMap<String, u64>,
}

impl Errors {
    pub(super) fn of(summary: &Summary) -> Self {
        let ours: Vec<_> = summary.phases.iter().filter_map(|phase| Some((phase, loaded(phase)?))).collect();
        if ours.is_empty() {
            return Self::by_the_door(summary);
        }
        let mut failures: BTreeMap<String, u64> = BTreeMap::new();
        let (mut platform, mut cut): (BTreeMap<Cause, u64>, BTreeMap<Cause, u64>) = Default::default();
        let mut of = 0;
        for (phase, load) in ours {
            of += load.due;
            add(&mut failures, load.failures.iter().map(|(how, count)| (how.clone(), *count)));
            add(&mut platform, phase.requests.platform.iter().map(|(cause, count)| (*cause, *count)));
            add(&mut cut, phase.requests.cut.iter().map(|(cause, count)| (*cause, *count)));
        }
        let mut causes = BTreeMap::new();
        for (cause, count) in &platform {
            let status = summary.run.answers.get(cause).map(|status| format!("status {status}")).unwrap_or_default();
            move_over(&mut failures, &status, &mut causes, (format!("platform: {}", words::cause(*cause)), *count));
        }
        for (cause, count) in &cut {
            move_over(&mut failures, "cut off", &mut causes, (format!("cut off: {}", words::cause(*cause)), *count));
        }
        add(&mut causes, failures.into_iter().filter(|(_, count)| *count > 0));
        Self { of, causes }
    }

    /// What the front door counted: in the measured phases where there are any, else in the whole run.
    fn by_the_door(summary: &Summary) -> Self {
        let measured: Vec<&Requests> =
            summary.phases.iter().filter(|phase| driven_by_another(phase)).map(|phase| &phase.requests).collect();
        let whole = [&summary.requests];
        let mut errors = Self::default();
        for requests in if measured.is_empty() { whole.as_slice() } else { &measured } {
            errors.of += requests.total;
            add(&mut errors.causes, door(requests));
        }
        errors.causes.retain(|_, count| *count > 0);
        errors
    }

    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.causes.values().sum()
    }

    /// Failed ones, in percent. `None` without requests.
    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
    pub fn percent(&self) -> Option<f64> {
        (self.of > 0).then(|| self.failed() as f64 * 100.0 / self.of as f64)
    }

    /// Both together.
    pub(super) fn merge(&mut self, other: &Self) {
        self.of += other.of;
        add(&mut self.causes, other.causes.iter().map(|(cause, count)| (cause.clone(), *count)));
    }
}

fn door(requests: &Requests) -> impl Iterator<Item = (String, u64)> {
    let platform =
        requests.platform.iter().map(|(cause, count)| (format!("platform: {}", words::cause(*cause)), *count));
    let cut = requests.cut.iter().map(|(cause, count)| (format!("cut off: {}", words::cause(*cause)), *count));
    platform.chain(cut).chain([("status 5xx".to_owned(), requests.app_5xx)])
}

fn add<K: Ord>(sum: &mut BTreeMap<K, u64>, more: impl IntoIterator<Item = (K, u64)>) {
    for (key, count) in more {
        *sum.entry(key).or_default() += count;
    }
}

/// What the sender saw as `seen` and the front door explains becomes the front door's cause, as far as it goes.
fn move_over(
    failures: &mut BTreeMap<String, u64>,
    seen: &str,
    causes: &mut BTreeMap<String, u64>,
    (cause, count): (String, u64),
) {
    let Some(left) = failures.get_mut(seen) else { return };
    let explained = count.min(*left);
    *left -= explained;
    if explained > 0 {
        *causes.entry(cause).or_default() += explained;
    }
}
