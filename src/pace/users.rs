use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Due;
use super::arrivals::Arrivals;
use super::choice::Choice;
use super::draw::Draw;
use crate::scenario::{Coming, Think};
use crate::units::Elapsed;

/// A user whom nobody answered waits at least so long: people do, and an app that is away would
/// otherwise be asked a million times to no purpose.
const AFTER_SILENCE: Elapsed = Elapsed::from_millis(100);

/// Users who ask, wait for the answer, think, and ask again.
///
/// Each one draws from a sequence of their own, so that what they ask for does not depend on who was
/// answered first.
#[derive(Debug)]
pub(super) struct Users {
    draws: Vec<Draw>,
    /// When each of them leaves.
    until: Vec<Elapsed>,
    think: Think,
    /// Those who will ask, the next one first. The number keeps those of one moment in their order.
    later: BinaryHeap<Reverse<(Elapsed, u64, u32)>>,
    /// Those who ask now.
    ready: VecDeque<(Elapsed, u32)>,
    /// Those who leave before the end, the next one first.
    leaving: BinaryHeap<Reverse<(Elapsed, u32)>>,
    order: u64,
}

impl Users {
    /// Nobody asks at `lasts` or later.
    pub(super) fn new(coming: Coming, think: Think, lasts: Elapsed, seed: u64) -> Self {
        let mut all = Self {
            draws: Vec::new(),
            until: Vec::new(),
            think,
            later: BinaryHeap::new(),
            ready: VecDeque::new(),
            leaving: BinaryHeap::new(),
            order: 0,
        };
        match coming {
            Coming::Number { from, users, over } => {
                for user in 0..from.max(users) {
                    let (at, until) = number(user, (from, users), over, lasts);
                    all.meet(Draw::new(seed, u64::from(user)), at, until.min(lasts));
                }
            }
            Coming::Strangers { from, to, stay } => {
                let arrivals = Arrivals::new(from, to, lasts);
                for user in 0..arrivals.count() {
                    let (mut draw, at) = (Draw::new(seed, user), arrivals.due(user));
                    let until = at + draw.pause(stay);
                    all.meet(draw, at, until.min(lasts));
                }
            }
        }
        all.leaving.retain(|Reverse((at, _))| *at < lasts);
        all
    }

    /// One more user, who comes and leaves at these moments.
    fn meet(&mut self, draw: Draw, at: Elapsed, until: Elapsed) {
        let Ok(user) = u32::try_from(self.draws.len()) else { return };
        self.draws.push(draw);
        self.until.push(until);
        self.leaving.push(Reverse((until, user)));
        self.comes(user, at);
    }

    /// When the next of those leaves who leave before the end.
    pub(super) fn next_leaves(&self) -> Option<Elapsed> {
        self.leaving.peek().map(|Reverse((at, _))| *at)
    }

    /// One who has left at `now`; each is told once.
    pub(super) fn left(&mut self, now: Elapsed) -> Option<u32> {
        self.next_leaves().filter(|at| *at <= now)?;
        self.leaving.pop().map(|Reverse((_, user))| user)
    }

    fn comes(&mut self, user: u32, at: Elapsed) {
        if self.until.get(user as usize).is_some_and(|until| at < *until) {
            self.later.push(Reverse((at, self.order, user)));
            self.order += 1;
        }
    }

    /// When the next user asks.
    pub(super) fn next(&self) -> Option<Elapsed> {
        let ready = self.ready.front().map(|(at, _)| *at);
        ready.or_else(|| self.later.peek().map(|Reverse((at, ..))| *at))
    }

    /// How many ask at `now`.
    pub(super) fn waiting(&mut self, now: Elapsed) -> u64 {
        while let Some(Reverse((at, _, user))) = self.later.peek().copied() {
            if at > now {
                break;
            }
            self.later.pop();
            self.ready.push_back((at, user));
        }
        self.ready.len() as u64
    }

    pub(super) fn take(&mut self, now: Elapsed, choice: &Choice) -> Option<Due> {
        self.waiting(now);
        let (at, user) = self.ready.pop_front()?;
        let call = self.draws.get_mut(user as usize).map_or(0, |draw| choice.pick(draw));
        Some(Due { at, call, user })
    }

    pub(super) fn ended(&mut self, user: u32, at: Elapsed, heard: bool) {
        let Some(draw) = self.draws.get_mut(user as usize) else { return };
        let pause = draw.pause(self.think);
        let pause = if heard { pause } else { pause.max(AFTER_SILENCE) };
        self.comes(user, at + pause);
    }
}

/// When this one of a number of users comes and leaves: one after the other, evenly spread over `over`. Where they
/// become fewer, whoever came last leaves first.
fn number(user: u32, (from, users): (u32, u32), over: Elapsed, lasts: Elapsed) -> (Elapsed, Elapsed) {
    let share = |part: u32, of: u32| {
        let micros = u128::from(over.micros()) * u128::from(part) / u128::from(of.max(1));
        Elapsed::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    };
    let at = if user < from { Elapsed::ZERO } else { share(user - from, users - from) };
    let until = if user < users { lasts } else { share(from - user, from - users) };
    (at, until)
}
