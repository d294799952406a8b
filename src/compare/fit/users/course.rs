use super::fall::{Cause, fall, fall_of_stay};
use crate::event::Finish;
use crate::report::{Summary, Victim};
use crate::units::Elapsed;

/// So many numbers of users are tried to stay: each one less than the one before.
const TRIES: usize = 3;

/// The run that is due next on a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Users come until the app gives way.
    Climb,
    /// So many users come to a fresh instance, and stay.
    Stay(u32),
    /// None: what there is to know is known.
    Nothing,
    /// None: the last run says nothing about the plan; why.
    Invalid(String),
}

/// Which run is due after these, the first of which is the climb, with at most so many users.
pub fn next(runs: &[Summary], most: u32, within: Elapsed) -> Due {
    let Some((climb, stays)) = runs.split_first() else { return Due::Climb };
    if let Some(why) = runs.last().and_then(says_nothing) {
        return Due::Invalid(why);
    }
    let reached = reached(climb, most, within);
    let tried = u32::try_from(stays.len()).unwrap_or(u32::MAX);
    let held = stays.last().is_some_and(|stay| fall_of_stay(stay, within).is_none());
    match reached.saturating_sub(tried) {
        0 => Due::Nothing,
        _ if held || stays.len() >= TRIES => Due::Nothing,
        users => Due::Stay(users),
    }
}

/// How many users were there when everything still held.
pub(super) fn reached(climb: &Summary, most: u32, within: Elapsed) -> u32 {
    match fall(climb, within) {
        Some(fall) if matches!(fall.cause, Cause::Away { .. }) => 0,
        Some(fall) => fall.user.saturating_sub(1),
        None => climb.phases.iter().filter_map(|phase| phase.users).max().unwrap_or(0).min(most),
    }
}

/// Why a run says nothing about its plan.
fn says_nothing(run: &Summary) -> Option<String> {
    if run.kills.iter().any(|kill| kill.victim == Victim::Outside) {
        return Some("the app was killed from outside, not by its limit".into());
    }
    match &run.finish {
        Some(Finish::Invalid(why) | Finish::EngineFailed(why)) => Some(why.clone()),
        Some(Finish::Interrupted) => Some("the run was interrupted".into()),
        None => Some("the run was cut off".into()),
        Some(_) => None,
    }
}
