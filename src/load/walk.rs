use std::collections::BTreeMap;
use std::fmt::Display;

use futures_util::future::join_all;

use super::phase::Ground;
use super::session::{Session, Wish};
use super::tab::{Door, Visitor};
use super::tally::{Moments, Tally};
use super::watch::thread_cpu;
use super::wire::Dial;
use crate::event::{LoadFailure, LoadReport};
use crate::scenario::{Act, Step};
use crate::units::Elapsed;

/// A phase of steps as it goes on: every user goes through theirs, in the order in which they stand there.
pub(super) struct Walk<'g, D: Dial> {
    ground: &'g Ground<D>,
    users: BTreeMap<String, User<D>>,
    tally: Tally,
    steps: usize,
    began: Elapsed,
    cpu: Elapsed,
}

/// Somebody who goes through steps: with plain requests, or in a tab.
pub(super) struct User<D: Dial> {
    session: Session<D>,
    pub(super) visitor: Visitor<D>,
}

/// A step that did not come out as expected.
pub(super) struct Failed {
    pub(super) what: String,
    pub(super) failure: LoadFailure,
    /// The app gave no answer at all.
    pub(super) silence: bool,
}

impl<D: Dial> Default for User<D> {
    fn default() -> Self {
        Self { session: Session::default(), visitor: Visitor::default() }
    }
}

impl<'g, D: Dial> Walk<'g, D> {
    pub(super) fn begin(ground: &'g Ground<D>, steps: usize) -> Self {
        let (began, cpu) = (ground.house.watch.now(), thread_cpu());
        Self { ground, users: BTreeMap::new(), tally: Tally::new(), steps, began, cpu }
    }

    /// Takes one step after the other, and says how each came out. Ends early when the app gives no answer at all.
    pub(super) async fn go(&mut self, steps: &[Step], say: impl Fn(String)) {
        for (at, step) in steps.iter().enumerate() {
            if !self.one(at + 1, step, &say).await {
                return;
            }
        }
    }

    /// Whether the next one has a chance.
    async fn one(&mut self, number: usize, step: &Step, say: &impl Fn(String)) -> bool {
        let house = &self.ground.house;
        let sent = house.watch.now();
        self.tally.sent(Elapsed::ZERO);
        let outcome = self.outcome(step).await;
        let ended = house.watch.now();
        let head = format!("step {number}, {}: {}", step.user, step.name);
        match outcome {
            Ok(how) => {
                let cold = house.gates.were_shut(sent, sent);
                self.tally.answered(Moments { due: sent, sent, ended }, cold, false);
                say(format!("{head}: {how} after {}", ended.since(sent).human()));
                true
            }
            Err(failed) => {
                self.tally.failed(failed.failure, 1);
                say(format!("{head} FAILED: {}", failed.what));
                !failed.silence
            }
        }
    }

    /// One does the step, the tabs of all others stay alive.
    async fn outcome(&mut self, step: &Step) -> Result<String, Failed> {
        let mut user = self.users.remove(&step.user).unwrap_or_default();
        let others = join_all(self.users.values_mut().map(|other| other.visitor.rest()));
        let others = async {
            others.await;
            std::future::pending::<()>().await;
        };
        let outcome = tokio::select! {
            outcome = user.take(self.ground, step) => Some(outcome),
            () = others => None,
        };
        self.users.insert(step.user.clone(), user);
        outcome.unwrap_or_else(|| Err(Failed::of("given up", LoadFailure::GivenUp, true)))
    }

    /// Steps that did not come out as expected.
    pub(super) fn failed(&self) -> u64 {
        self.tally.failures()
    }

    /// The counts; a step that nobody came to was never sent.
    pub(super) fn report(mut self) -> LoadReport {
        self.tally.give_up(LoadFailure::GivenUp);
        let mut report = self.tally.report((self.steps as u64).saturating_sub(self.tally.sent));
        report.lasted = self.ground.house.watch.now().since(self.began);
        report.generator_cpu = thread_cpu().since(self.cpu);
        report
    }
}

impl<D: Dial> User<D> {
    pub(super) async fn take(&mut self, ground: &Ground<D>, step: &Step) -> Result<String, Failed> {
        let (house, host) = (&ground.house, &ground.host);
        let within = step.within.unwrap_or(house.timeout);
        let wish = match &step.act {
            Act::Ask(call) => Wish::Ask(call),
            Act::Fill(form) => Wish::Fill(form),
            Act::Tab { deed, headers } => {
                let door = Door { host: host.clone(), headers: headers.clone() };
                let done = self.visitor.take(house, (deed, &step.expect), &door, within).await;
                let failed = done.err().map(|trouble| Failed::of(&trouble, trouble.failure(), trouble.is_silence()));
                return failed.map_or_else(|| Ok("finished".to_owned()), Err);
            }
        };
        let status = self.session.take(house, (wish, &step.expect), host, within).await;
        status.map(|status| status.to_string()).map_err(|fault| Failed::of(&fault, fault.failure(), fault.is_silence()))
    }
}

impl Failed {
    fn of(what: impl Display, failure: LoadFailure, silence: bool) -> Self {
        Self { what: what.to_string(), failure, silence }
    }
}
