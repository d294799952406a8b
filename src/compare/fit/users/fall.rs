use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::{ExitCause, Finish, PhaseRole, State};
use crate::report::units_in_json::optional_bytes;
use crate::report::{LoadUse, PhaseUse, Summary, Victim, at_limit, words};
use crate::scenario::{Climb, Stay};
use crate::units::{Elapsed, Memory};

/// What gave way first, and with how many users there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fall {
    /// The last of them was one too many; zero where nobody had come yet.
    pub user: u32,
    /// What gave way.
    #[serde(flatten)]
    pub cause: Cause,
}

/// What gave way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    /// The app, or a child of it, was killed for want of memory.
    Memory {
        /// The need in the last sample before.
        #[serde(rename = "need_bytes", serialize_with = "optional_bytes")]
        need: Option<Memory>,
        /// Whether it was a child, and the app lives on.
        child: bool,
    },
    /// The app ended by itself.
    Ended {
        /// How, in words.
        how: String,
    },
    /// Health checks failed until the platform let no visitor in any more.
    Health {
        /// So many failed.
        failures: u64,
    },
    /// Turns took longer than they may.
    Slow {
        /// So many were too slow.
        slow: u64,
        /// Of so many.
        turns: u64,
        /// Whether memory stood at the limit meanwhile: the kernel then takes the app's own code back to have room.
        memory_at_limit: bool,
    },
    /// Turns did not come out as expected.
    Turns {
        /// So many did not.
        failed: u64,
        /// Of so many.
        turns: u64,
        /// How most of them failed, in words.
        how: String,
    },
    /// The app never served, or the platform gave it up.
    Away {
        /// Why, in words.
        why: String,
    },
}

/// What gave way first in a run; `None` where everything held.
pub(super) fn fall(run: &Summary, within: Elapsed) -> Option<Fall> {
    let climbed = run.phases.iter().rev().find(|phase| phase.users.is_some());
    let user = climbed.and_then(|phase| phase.users).unwrap_or(0);
    let cause = killed(run).or_else(|| gone(run)).or_else(|| unwell(run));
    if let Some(cause) = cause {
        return Some(Fall { user, cause });
    }
    among(run, run.phases.len(), within)
}

/// What the users of the first so many phases did not get.
fn among(run: &Summary, phases: usize, within: Elapsed) -> Option<Fall> {
    let cause = |phase| wanting(phase, kill_at(run), within);
    run.phases.iter().take(phases).find_map(|phase| Some(Fall { user: phase.users?, cause: cause(phase)? }))
}

/// Where the app is killed.
pub(super) fn kill_at(run: &Summary) -> Memory {
    run.memory.as_ref().map_or(run.run.memory_limit, |memory| memory.kill_at)
}

/// What gave way while users were to stay; `None` where all of them were there as long as they should.
pub(super) fn fall_of_stay(run: &Summary, within: Elapsed) -> Option<Fall> {
    let place = run.phases.iter().position(|phase| phase.name == Stay::HOLD && phase.load.is_some());
    let Some(place) = place else { return fall(run, within) };
    among(run, place + 1, within)
}

fn killed(run: &Summary) -> Option<Cause> {
    let kill = run.kills.iter().find(|kill| kill.victim != Victim::Outside)?;
    Some(Cause::Memory { need: kill.need, child: kill.victim == Victim::Child })
}

fn gone(run: &Summary) -> Option<Cause> {
    if let Some(Finish::NeverServed(why) | Finish::GivenUp(why)) = &run.finish {
        return Some(Cause::Away { why: why.clone() });
    }
    let by_itself = |cause: &&ExitCause| matches!(cause, ExitCause::Crashed | ExitCause::Finished);
    let cause = run.exits.keys().find(by_itself)?;
    Some(Cause::Ended { how: words::exit(*cause).to_owned() })
}

/// A single failure of a check is a stall; it is a fall when the platform acts on it.
fn unwell(run: &Summary) -> Option<Cause> {
    let acted = run.states.iter().any(|time| time.state == State::Draining);
    (acted && run.health_failures > 0).then_some(Cause::Health { failures: run.health_failures })
}

/// What the users of a phase did not get.
fn wanting(phase: &PhaseUse, kill_at: Memory, within: Elapsed) -> Option<Cause> {
    let load = phase.load.as_ref()?;
    let failed = load.due - load.answered;
    let first = phase.role == PhaseRole::WarmUp;
    if Climb::is_too_slow(failed, load.due) {
        return Some(Cause::Turns { failed, turns: load.due, how: most(&load.failures) });
    }
    let slow = slow(load, within) + failed;
    // The first visit pays for what the app puts off until somebody comes.
    (!first && Climb::is_too_slow(slow, load.due)).then(|| Cause::Slow {
        slow,
        turns: load.due,
        memory_at_limit: phase.need_peak.is_some_and(|need| at_limit(need, kill_at)),
    })
}

fn slow(load: &LoadUse, within: Elapsed) -> u64 {
    let beyond = load.warm_times.0.iter().filter(|(time, _)| *time > within.micros());
    beyond.map(|(_, count)| count).sum()
}

fn most(failures: &BTreeMap<String, u64>) -> String {
    failures.iter().max_by_key(|(_, count)| **count).map(|(how, _)| how.clone()).unwrap_or_default()
}
