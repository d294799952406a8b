//! When the next request of a phase is due, and what it asks for.
//!
//! Pure: told what time it is and which answers came, it says who asks now. The generator of load does
//! the rest. The same phase and seed give the same requests in the same order, on every machine.

mod arrivals;
mod choice;
mod draw;
mod stair;
#[cfg(test)]
mod tests;
mod users;

use crate::scenario::{Model, Phase, Think};
use crate::units::Elapsed;
use arrivals::Arrivals;
use choice::Choice;
use draw::Draw;
use users::Users;

pub use stair::{Footing, Stair};

/// The pace of one phase. Times count from the beginning of the phase.
#[derive(Debug)]
pub struct Pace {
    choice: Choice,
    source: Source,
}

/// A request that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Since when. Its latency counts from here, however late it is sent.
    pub at: Elapsed,
    /// The place of its call among those of the phase.
    pub call: usize,
    /// Who asks. Zero where nobody in particular does.
    pub user: u32,
}

/// The pauses of one user who is not paced from here.
#[derive(Debug, Clone)]
pub struct Pauses {
    draw: Draw,
    think: Think,
}

impl Pauses {
    /// Those of the user with this number.
    pub fn new(think: Think, seed: u64, user: u32) -> Self {
        Self { draw: Draw::new(seed, u64::from(user)), think }
    }

    /// How long the next one is.
    pub fn pause(&mut self) -> Elapsed {
        self.draw.pause(self.think)
    }
}

#[derive(Debug)]
enum Source {
    /// Nobody asks.
    Nobody,
    /// One after the other: so many were taken, of so many; whether one is open, and since when the
    /// next one is due.
    Each {
        taken: u64,
        of: u64,
        calls: u64,
        since: Option<Elapsed>,
    },
    /// By the clock: so many were taken.
    Clock {
        arrivals: Arrivals,
        taken: u64,
        draw: Draw,
    },
    People(Users),
}

impl Pace {
    /// The pace of `phase`. `seed` decides what is drawn in it.
    pub fn new(phase: &Phase, seed: u64) -> Self {
        let calls = phase.calls.len() as u64;
        let source = match phase.model {
            _ if calls == 0 => Source::Nobody,
            Model::Rest { .. } | Model::Steps { .. } => Source::Nobody,
            Model::Each { times } => {
                Source::Each { taken: 0, of: calls * u64::from(times), calls, since: Some(Elapsed::ZERO) }
            }
            Model::Open { from, to, lasts } => {
                Source::Clock { arrivals: Arrivals::new(from, to, lasts), taken: 0, draw: Draw::new(seed, 0) }
            }
            Model::Closed { coming, think, lasts } | Model::Sessions { coming, think, lasts } => {
                Source::People(Users::new(coming, think, lasts, seed))
            }
        };
        Self { choice: Choice::new(&phase.calls), source }
    }

    /// How many requests per second are asked for on average. `None` where users set the pace.
    pub fn asked_per_second(&self) -> Option<f64> {
        match &self.source {
            Source::Clock { arrivals, .. } => Some(arrivals.rate()),
            _ => None,
        }
    }

    /// Since when, or from when, the next request is due. `None` when none is, unless an answer comes first.
    pub fn next(&self) -> Option<Elapsed> {
        match &self.source {
            Source::Nobody => None,
            Source::Each { taken, of, since, .. } => since.filter(|_| taken < of),
            Source::Clock { arrivals, taken, .. } => (*taken < arrivals.count()).then(|| arrivals.due(*taken)),
            Source::People(users) => users.next(),
        }
    }

    /// How many requests are due at `now` and were not taken yet.
    pub fn waiting(&mut self, now: Elapsed) -> u64 {
        match &mut self.source {
            Source::Nobody => 0,
            Source::Each { .. } => u64::from(self.next().is_some_and(|at| at <= now)),
            Source::Clock { arrivals, taken, .. } => arrivals.due_by(now).saturating_sub(*taken),
            Source::People(users) => users.waiting(now),
        }
    }

    /// Takes the request that is due for the longest time, if any is.
    pub fn take(&mut self, now: Elapsed) -> Option<Due> {
        let at = self.next().filter(|at| *at <= now)?;
        match &mut self.source {
            Source::Nobody => None,
            Source::Each { taken, calls, since, .. } => {
                let call = usize::try_from(*taken % *calls).unwrap_or(0);
                *taken += 1;
                *since = None;
                Some(Due { at, call, user: 0 })
            }
            Source::Clock { taken, draw, .. } => {
                *taken += 1;
                Some(Due { at, call: self.choice.pick(draw), user: 0 })
            }
            Source::People(users) => users.take(now, &self.choice),
        }
    }

    /// When the next user leaves of those who leave before the end.
    pub fn next_leaves(&self) -> Option<Elapsed> {
        if let Source::People(users) = &self.source { users.next_leaves() } else { None }
    }

    /// A user who has left at `now`, if one has; each is told once. They finish what is open.
    pub fn left(&mut self, now: Elapsed) -> Option<u32> {
        if let Source::People(users) = &mut self.source { users.left(now) } else { None }
    }

    /// A request that was taken has ended at this moment. `heard` is whether any answer came.
    pub fn ended(&mut self, due: Due, at: Elapsed, heard: bool) {
        match &mut self.source {
            Source::Each { since, .. } => *since = Some(at),
            Source::People(users) => users.ended(due.user, at, heard),
            Source::Nobody | Source::Clock { .. } => {}
        }
    }
}
