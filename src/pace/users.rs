use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Due;
use super::choice::Choice;
use super::draw::Draw;
use crate::scenario::Think;
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
    think: Think,
    lasts: Elapsed,
    /// Those who will ask, the next one first. The number keeps those of one moment in their order.
    later: BinaryHeap<Reverse<(Elapsed, u64, u32)>>,
    /// Those who ask now.
    ready: VecDeque<(Elapsed, u32)>,
    order: u64,
}

impl Users {
    /// `users` come one after the other over `ramp`. Nobody asks at `lasts` or later.
    pub(super) fn new(users: u32, ramp: Elapsed, think: Think, lasts: Elapsed, seed: u64) -> Self {
        let draws = (0..users).map(|user| Draw::new(seed, u64::from(user))).collect();
        let mut all = Self { draws, think, lasts, later: BinaryHeap::new(), ready: VecDeque::new(), order: 0 };
        for user in 0..users {
            let share = u128::from(ramp.micros()) * u128::from(user) / u128::from(users.max(1));
            all.comes(user, Elapsed::from_micros(u64::try_from(share).unwrap_or(u64::MAX)));
        }
        all
    }

    fn comes(&mut self, user: u32, at: Elapsed) {
        if at < self.lasts {
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
