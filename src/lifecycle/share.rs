//! The CPU share of the moment, on plans that give more at some times than at others.
//!
//! After every input the share that is wanted is worked out anew, from the bank of unused CPU time and
//! from whether anybody asks for the app. Where it differs from the one in force, the engine is asked
//! to change it: once at a time, and always to what is wanted at that moment.

use super::bank::Bank;
use super::life::Life;
use super::phase::Phase;
use super::slot::Slot;
use super::timer::Timer;
use super::{Effect, Lifecycle};
use crate::event::{InstanceId, Kind, Share, ShareLevel, ShareWhy};
use crate::spec::CpuRules;
use crate::units::{Elapsed, Millicores};

/// Nearly nothing: a millisecond of each second, the least that the kernel can be told.
const WITHHELD: Millicores = Millicores::new(1);

/// CPU outlasts the last request by this much, so that it is not taken and given back between two
/// visitors who follow one another. Platforms round what they bill up to the same tenth of a second.
const LINGER: Elapsed = Elapsed::from_millis(100);

/// A change that failed is tried again after this pause.
const PAUSE: Elapsed = Elapsed::from_secs(1);

/// The share with which a process begins: that of the burst where the bank is not empty at the start.
pub fn first_share(cpu: &CpuRules) -> Millicores {
    cpu.burst.as_ref().filter(|burst| burst.start.min(burst.cap) > Elapsed::ZERO).map_or(cpu.share, |burst| burst.share)
}

/// Whether somebody needs the app to have CPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Demand {
    /// Somebody does.
    #[default]
    Now,
    /// Nobody does any more, and CPU is given until then.
    Until(Elapsed),
    /// Nobody does.
    Gone,
}

impl Demand {
    /// When CPU is withheld, although nothing happens.
    pub fn timer(self) -> Option<(Elapsed, Timer)> {
        match self {
            Self::Until(at) => Some((at, Timer::Withhold)),
            Self::Now | Self::Gone => None,
        }
    }
}

/// How far the engine has come with the share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shares {
    /// The instance that all of this is about.
    of: Option<InstanceId>,
    /// `None` when it is not known.
    in_force: Option<Millicores>,
    /// What the engine is asked for and has not answered yet.
    asked: Option<Asked>,
    /// Nothing is asked for before this moment.
    not_before: Elapsed,
    /// Whether a failure has been told: once in a run is enough.
    told: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    share: Share,
    /// The process that it was asked for has ended: whatever the answer, it says nothing about the next one.
    stale: bool,
}

impl Lifecycle {
    /// A process runs. In an instance that is made anew the first share is in force; one that is started
    /// again may still have the last share of its life before.
    pub(super) fn share_begins(&mut self, instance: InstanceId) {
        let Slot::Running(life) = &self.slot else { return };
        if !is_live(&self.rules.cpu) {
            return;
        }
        let first = self.grant(life);
        let again = self.shares.of.replace(instance) == Some(instance);
        self.shares.in_force = (!again).then_some(first.share);
        self.shares.not_before = Elapsed::ZERO;
        self.shares.asked = self.shares.asked.filter(|asked| asked.share.instance == instance);
        self.shares.asked = self.shares.asked.map(|asked| Asked { stale: true, ..asked });
        if !again {
            self.tell_share(first);
        }
    }

    /// Asks for the share that is wanted now, unless it is in force or on its way.
    pub(super) fn share_out(&mut self, now: Elapsed) {
        if !is_live(&self.rules.cpu) {
            return;
        }
        self.mind_demand(now);
        let Some(life) = self.slot.life().filter(|life| !life.told) else { return };
        let wanted = self.grant(life);
        let settled = self.shares.in_force == Some(wanted.share) || self.shares.asked.is_some();
        if settled || now < self.shares.not_before {
            return;
        }
        self.shares.asked = Some(Asked { share: wanted, stale: false });
        self.effects.push(Effect::Share { instance: wanted.instance, share: wanted.share });
    }

    /// The engine has answered. What has changed is a fact of the run from now on.
    pub(super) fn shared(&mut self, now: Elapsed, instance: InstanceId, failed: Option<String>) {
        let Some(asked) = self.shares.asked.take_if(|asked| asked.share.instance == instance) else { return };
        self.shares.in_force = None;
        if let Some(reason) = failed {
            self.shares.not_before = now + PAUSE;
            self.tell_failure(asked.share, &reason);
        } else if !asked.stale && self.shares.of == Some(instance) {
            self.shares.in_force = Some(asked.share.share);
            if self.slot.life().is_some_and(|life| life.level != Some(asked.share.level)) {
                self.tell_share(asked.share);
            }
        }
    }

    fn tell_share(&mut self, share: Share) {
        if let Some(life) = self.slot.life_mut() {
            life.level = Some(share.level);
        }
        self.publish(Kind::Share(share));
    }

    fn tell_failure(&mut self, share: Share, reason: &str) {
        if !std::mem::replace(&mut self.shares.told, true) {
            self.notice(format!(
                "the CPU share of instance {} could not be changed to {}: {reason}; the app has another share than its plan says",
                share.instance, share.share
            ));
        }
    }

    /// What the plan gives this life now, and why.
    pub(super) fn grant(&self, life: &Life) -> Share {
        let cpu = &self.rules.cpu;
        let burst = cpu.burst.as_ref().filter(|_| life.bank.as_ref().is_some_and(|bank| !bank.is_dry()));
        let (level, share) = match burst {
            _ if life.demand == Demand::Gone => (ShareLevel::Withheld, WITHHELD),
            Some(burst) => (ShareLevel::Burst, burst.share),
            None => (ShareLevel::Guaranteed, cpu.share),
        };
        let bank = life.bank.as_ref().map(Bank::holds);
        Share { instance: life.instance, level, share, why: self.why_share(life, level), bank }
    }

    fn why_share(&self, life: &Life, level: ShareLevel) -> ShareWhy {
        match (life.level, level) {
            (None, _) => ShareWhy::Begin,
            (_, ShareLevel::Withheld) => ShareWhy::NoRequest,
            (Some(ShareLevel::Withheld), _) if !self.serves() => ShareWhy::Stop,
            (Some(ShareLevel::Withheld), _) if self.visitors => ShareWhy::Request,
            (Some(ShareLevel::Withheld), _) => ShareWhy::Health,
            (_, ShareLevel::Guaranteed) => ShareWhy::BankEmpty,
            (_, ShareLevel::Burst) => ShareWhy::BankFilled,
        }
    }

    /// The app has CPU while it boots and stops, while a request is open, and while it is asked for its health.
    fn mind_demand(&mut self, now: Elapsed) {
        let serves = self.rules.cpu.while_serving_only && self.serves();
        let visitors = self.visitors;
        let Some(life) = self.slot.life_mut() else { return };
        if !serves || visitors || life.asked {
            life.demand = Demand::Now;
        } else if life.demand == Demand::Now {
            life.demand = Demand::Until(now + LINGER);
        }
    }

    fn serves(&self) -> bool {
        matches!(self.phase, Phase::Serving | Phase::Draining) && self.slot.running().is_some()
    }

    /// Nobody has come back for long enough.
    pub(super) fn withhold(&mut self) {
        if let Some(life) = self.slot.life_mut() {
            life.demand = Demand::Gone;
        }
    }
}

#[cfg(test)]
impl Lifecycle {
    /// Whether the bank of the life that goes on has run dry.
    pub(super) fn is_dry(&self) -> bool {
        self.slot.life().is_some_and(|life| life.bank.as_ref().is_some_and(super::bank::Bank::is_dry))
    }
}

/// Whether the plan gives more at some times than at others.
fn is_live(cpu: &CpuRules) -> bool {
    cpu.burst.is_some() || cpu.while_serving_only
}
