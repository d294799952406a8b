use serde::Serialize;

use super::cold::ColdStart;
use super::errors::Errors;
use super::latency::{self, Rate, SeenBy};
use super::loaded;
use crate::event::Shortfall;
use crate::report::{Latency, Peak, Summary, Throttled, Victim};

/// What one round of an arm came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoundFacts {
    /// Which, from one.
    pub round: u32,
    /// The run's id.
    pub run: String,
    /// The name its user gave it.
    pub name: Option<String>,
    /// What the first visitor of a sleeping app would wait. `None` when the app never served.
    pub cold: Option<ColdStart>,
    /// Warm latencies over the measured phases.
    pub latency: Latency,
    /// Whose clock they are from.
    pub seen_by: SeenBy,
    /// Requests per second; `None` where emu sent none.
    pub rate: Option<Rate>,
    /// Who could not keep up with what was asked.
    pub shortfall: Option<Shortfall>,
    /// Requests that failed.
    pub errors: Errors,
    /// The greatest need.
    pub peak: Option<Peak>,
    /// The greatest need of an instance before its first healthy answer.
    pub start_peak: Option<Peak>,
    /// Whether the need stood at the place where the plan kills: the app may want more than the peak says.
    pub at_limit: bool,
    /// How often the app stood still for want of CPU: in the measured phases, or in the whole run without them.
    pub throttled: Throttled,
    /// Processes killed for want of memory.
    pub kills: u64,
    /// How often the app was put to sleep.
    pub sleeps: u64,
    /// How often it was woken.
    pub wakes: u64,
    /// How often its main process ended by itself with a fault.
    pub crashes: u64,
}

impl RoundFacts {
    pub(in crate::compare) fn of(round: u32, summary: &Summary) -> Self {
        let (latency, seen_by) = latency::latency(summary);
        let memory = summary.memory.as_ref();
        Self {
            round,
            run: summary.run.id.clone(),
            name: summary.run.name.clone(),
            cold: ColdStart::of(summary),
            latency,
            seen_by,
            rate: latency::rate(summary),
            shortfall: summary.phases.iter().filter_map(loaded).find_map(|load| load.shortfall),
            errors: Errors::of(summary),
            peak: memory.map(|memory| memory.peak),
            start_peak: memory.and_then(|memory| memory.start_peak),
            at_limit: memory.is_some_and(|memory| memory.at_limit),
            throttled: throttled(summary),
            kills: summary.kills.iter().filter(|kill| kill.victim != Victim::Outside).count() as u64,
            sleeps: summary.sleeps,
            wakes: summary.wakes().count() as u64,
            crashes: summary.exits.get(&crate::event::ExitCause::Crashed).copied().unwrap_or_default(),
        }
    }
}

fn throttled(summary: &Summary) -> Throttled {
    let mut phases = summary.phases.iter().filter(|phase| loaded(phase).is_some()).peekable();
    if phases.peek().is_none() {
        return summary.cpu.map(|cpu| cpu.throttled).unwrap_or_default();
    }
    let mut sum = Throttled::default();
    for phase in phases {
        sum.add(phase.throttled);
    }
    sum
}
