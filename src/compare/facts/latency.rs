use serde::Serialize;

use crate::event::{PhaseRole, Spread};
use crate::report::{Latency, LoadUse, PhaseUse, Summary};

/// Whose clock the latencies are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenBy {
    /// The sender's: from the moment a request was due to its last byte.
    Sender,
    /// The front door's: from a request's arrival to its last byte. What waited before it came is not seen.
    Door,
}

/// Requests per second over the measured phases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// What was asked for; `None` where users set the pace.
    #[serde(rename = "asked_per_second")]
    pub asked: Option<f64>,
    /// What was answered as expected.
    #[serde(rename = "achieved_per_second")]
    pub achieved: f64,
}

/// The account of a measured phase in which emu sent something.
pub(in crate::compare) fn loaded(phase: &PhaseUse) -> Option<&LoadUse> {
    let load = phase.load.as_ref()?;
    (phase.role == PhaseRole::Measure && load.due > 0).then_some(load)
}

/// Whether somebody else's program drove the load of this phase: only the front door saw its requests.
pub(super) fn driven_by_another(phase: &PhaseUse) -> bool {
    phase.role == PhaseRole::Measure && phase.load.as_ref().is_some_and(|load| load.command_exit.is_some())
}

fn loads(summary: &Summary) -> impl Iterator<Item = &LoadUse> {
    summary.phases.iter().filter_map(loaded)
}

/// The values behind the warm latencies of the measured phases, as their sender saw them.
pub(super) fn spreads(summary: &Summary) -> impl Iterator<Item = &Spread> {
    loads(summary).map(|load| &load.warm_times)
}

/// Warm latencies of the measured phases together; those of the front door where emu sent nothing.
pub(super) fn latency(summary: &Summary) -> (Latency, SeenBy) {
    if loads(summary).next().is_some() {
        return (Latency::of_all(spreads(summary)), SeenBy::Sender);
    }
    let mut phases = summary.phases.iter().filter(|phase| driven_by_another(phase));
    match (phases.next(), phases.next()) {
        // The front door's times of several phases cannot be added up; those of the whole run are whole.
        (Some(phase), None) => (phase.requests.warm.total, SeenBy::Door),
        _ => (summary.requests.warm.total, SeenBy::Door),
    }
}

/// Asked and achieved, each phase with the weight of its length. Where some phases asked for a rate, the
/// others are left out, so that the two can be compared.
pub(super) fn rate(summary: &Summary) -> Option<Rate> {
    let asks = loads(summary).any(|load| load.asked_per_second.is_some());
    let (mut asked, mut answered, mut time) = (0.0, 0.0, 0.0);
    for load in loads(summary).filter(|load| !asks || load.asked_per_second.is_some()) {
        let lasted = load.lasted.secs_f64();
        asked += load.asked_per_second.unwrap_or_default() * lasted;
        answered += load.achieved_per_second.unwrap_or_default() * lasted;
        time += lasted;
    }
    (time > 0.0).then(|| Rate { asked: asks.then(|| asked / time), achieved: answered / time })
}
