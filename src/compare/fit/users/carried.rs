use serde::Serialize;

use super::course::reached;
use super::fall::{Fall, fall, fall_of_stay, kill_at};
use super::line::Line;
use crate::compare::price::{BUSY, PlanPrice};
use crate::event::PhaseRole;
use crate::report::units_in_json::{bytes, optional_bytes};
use crate::report::{Latency, PhaseUse, Summary, at_limit};
use crate::scenario::Stay;
use crate::units::{Elapsed, Memory};

/// How many users a plan carries, and what says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Carried {
    /// The plan.
    pub label: String,
    /// What it costs in a month.
    pub price: PlanPrice,
    /// What it sells.
    #[serde(rename = "limit_bytes", serialize_with = "bytes")]
    pub limit: Memory,
    /// Where the app is killed.
    #[serde(rename = "kill_at_bytes", serialize_with = "bytes")]
    pub kill_at: Memory,
    /// So many users stayed on a fresh instance, and everything held. `None` where nobody could.
    pub users: Option<u32>,
    /// So many were there in the climb before something gave way.
    pub reached: u32,
    /// What gave way first in the climb; `None` where as many came as were asked for.
    pub fall: Option<Fall>,
    /// What gave way when the users who had been carried were to stay, attempt by attempt.
    pub not_held: Vec<Fall>,
    /// Memory over users.
    pub line: Option<Line>,
    /// The user with whom the app would be killed, by the line.
    pub predicted: Option<u32>,
    /// Between these users it would be killed, by the band of the line.
    pub predicted_between: Option<(u32, u32)>,
    /// What the app needed before anybody came.
    #[serde(rename = "at_rest_bytes", serialize_with = "optional_bytes")]
    pub at_rest: Option<Memory>,
    /// The first visit of all, which pays for what the app puts off until somebody comes.
    #[serde(rename = "first_visit_us")]
    pub first_visit: Option<Elapsed>,
    /// How long turns took while those who were carried stayed.
    pub turns: Option<Latency>,
    /// Where health checks failed.
    pub stalls: Vec<Stall>,
    /// What was left of those who had gone.
    pub closed: Option<Closed>,
    /// The ids of the runs it rests on.
    pub runs: Vec<String>,
}

/// Health checks that failed while so many users were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stall {
    /// Users.
    pub users: u32,
    /// Checks.
    pub failures: u64,
}

/// Memory of users who have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// So many left.
    pub users: u32,
    /// What the app needed while all were there.
    #[serde(rename = "before_bytes", serialize_with = "bytes")]
    pub before: Memory,
    /// How long was waited.
    #[serde(rename = "waited_us")]
    pub waited: Elapsed,
    /// What it needed then; `None` where the app did not live to tell.
    #[serde(rename = "after_bytes", serialize_with = "optional_bytes")]
    pub after: Option<Memory>,
    /// What it needed when somebody new had come and gone; some apps tidy up only then.
    #[serde(rename = "after_a_visit_bytes", serialize_with = "optional_bytes")]
    pub after_a_visit: Option<Memory>,
}

/// What these runs say, the first of which is the climb, with at most so many users. `None` without a run.
pub fn carried(label: &str, runs: &[Summary], (most, within): (u32, Elapsed)) -> Option<Carried> {
    let (climb, stays) = runs.split_first()?;
    let held = stays.iter().find(|stay| fall_of_stay(stay, within).is_none());
    let line = Line::through(&points(climb));
    let kill_at = kill_at(climb);
    let phases = || runs.iter().flat_map(|run| &run.phases);
    let stalls = phases().filter(|phase| phase.health_failures > 0);
    Some(Carried {
        label: label.to_owned(),
        price: PlanPrice::of(&climb.run, runs.iter(), BUSY),
        limit: climb.run.memory_limit,
        kill_at,
        users: held.and_then(|stay| phase(stay, Stay::HOLD)?.users),
        reached: reached(climb, most, within),
        fall: fall(climb, within),
        not_held: stays.iter().filter_map(|stay| fall_of_stay(stay, within)).collect(),
        line,
        predicted: line.and_then(|line| line.user_beyond(kill_at)),
        predicted_between: line.and_then(|line| line.users_beyond(kill_at)),
        at_rest: climb.phases.first().and_then(|start| start.need_last),
        first_visit: first_visit(climb),
        turns: held.and_then(|stay| Some(phase(stay, Stay::HOLD)?.load.as_ref()?.warm)),
        stalls: stalls
            .filter_map(|phase| Some(Stall { users: phase.users?, failures: phase.health_failures }))
            .collect(),
        closed: held.and_then(closed),
        runs: runs.iter().map(|run| run.run.id.clone()).collect(),
    })
}

fn phase<'s>(run: &'s Summary, name: &str) -> Option<&'s PhaseUse> {
    run.phases.iter().find(|phase| phase.name == name)
}

/// What the app needed at the end of every step that was gone through. At the limit nobody sees what it wanted.
fn points(climb: &Summary) -> Vec<(u32, Memory)> {
    let steps = climb.phases.iter().filter(|phase| phase.role == PhaseRole::Measure && phase.load.is_some());
    let steps = steps.filter(|step| !step.need_peak.is_some_and(|need| at_limit(need, kill_at(climb))));
    steps.filter_map(|step| Some((step.users?, step.need_last?))).collect()
}

fn first_visit(climb: &Summary) -> Option<Elapsed> {
    let first = climb.phases.iter().find(|phase| phase.users.is_some() && phase.role == PhaseRole::WarmUp)?;
    first.load.as_ref()?.service.max
}

fn closed(stay: &Summary) -> Option<Closed> {
    let (all, left) = (phase(stay, Stay::HOLD)?, phase(stay, Stay::LEFT)?);
    // Without a report the app was killed in it.
    let told = |phase: &PhaseUse| phase.load.as_ref().and(phase.need_last);
    Some(Closed {
        users: all.users? - left.users?,
        before: all.need_last?,
        waited: left.load.as_ref().map_or_else(|| left.to.since(left.from), |load| load.lasted),
        after: told(left),
        after_a_visit: phase(stay, Stay::AFTER).and_then(told),
    })
}
