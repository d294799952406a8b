//! What a generator of load saw, stored with words for keys that a map of JSON can have.

use serde::{Deserialize, Serialize};

use crate::event::{LoadFailure, LoadReport, Shortfall, Spread};
use crate::units::Elapsed;

/// The failures are pairs, because a failure with a number in it is no key of a JSON object.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLoad {
    due: u64,
    answered: u64,
    failures: Vec<(LoadFailure, u64)>,
    unsent: u64,
    drained: u64,
    lasted_us: u64,
    asked_per_second: Option<f64>,
    warm: Spread,
    cold: Spread,
    service: Spread,
    late: Spread,
    generator_cpu_us: u64,
    shortfall: Option<Shortfall>,
    command_exit: Option<i32>,
}

impl From<&LoadReport> for StoredLoad {
    fn from(load: &LoadReport) -> Self {
        Self {
            due: load.due,
            answered: load.answered,
            failures: load.failures.iter().map(|(failure, count)| (*failure, *count)).collect(),
            unsent: load.unsent,
            drained: load.drained,
            lasted_us: load.lasted.micros(),
            asked_per_second: load.asked_per_second,
            warm: load.warm.clone(),
            cold: load.cold.clone(),
            service: load.service.clone(),
            late: load.late.clone(),
            generator_cpu_us: load.generator_cpu.micros(),
            shortfall: load.shortfall,
            command_exit: load.command_exit,
        }
    }
}

impl StoredLoad {
    pub(super) fn live(self) -> LoadReport {
        LoadReport {
            due: self.due,
            answered: self.answered,
            failures: self.failures.into_iter().collect(),
            unsent: self.unsent,
            drained: self.drained,
            lasted: Elapsed::from_micros(self.lasted_us),
            asked_per_second: self.asked_per_second,
            warm: self.warm,
            cold: self.cold,
            service: self.service,
            late: self.late,
            generator_cpu: Elapsed::from_micros(self.generator_cpu_us),
            shortfall: self.shortfall,
            command_exit: self.command_exit,
        }
    }
}
