use std::rc::Rc;

use tokio::sync::mpsc::UnboundedSender;

use super::check::{Check, distinct};
use super::phase::{End, Ground, carry_out, stopped};
use super::progress::{self, Progress};
use super::tab::crowd;
use super::walk::Walk;
use super::wire::Dial;
use super::{Outcome, Told};
use crate::event::{LoadReport, Phase as Mark, PhaseRole};
use crate::scenario::{Call, Coming, Model, Phase, Scenario, Step};
use crate::units::Elapsed;

/// One part of the work, and how it is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) mark: Mark,
    work: Work,
}

#[derive(Debug, Clone, PartialEq)]
enum Work {
    Check(Vec<Call>),
    Steps(Vec<Step>),
    Load(Phase),
}

/// Everything that a scenario wants done: is it answered as expected, get it warm, measure.
pub(super) fn parts(scenario: &Scenario) -> Vec<Part> {
    let calls = distinct(scenario);
    let check = (!calls.is_empty()).then(|| Part {
        mark: mark("check", PhaseRole::Check, format!("every request once: {}", calls.len())),
        work: Work::Check(calls),
    });
    let warm_up = warm_up(scenario).map(|phase| load(phase, PhaseRole::WarmUp));
    check.into_iter().chain(warm_up).chain(scenario.phases.iter().cloned().map(phase)).collect()
}

/// Steps say whether the app does what it is for, so a phase of them is a check.
fn phase(phase: Phase) -> Part {
    if !matches!(phase.model, Model::Steps { .. }) {
        return load(phase, PhaseRole::Measure);
    }
    Part { mark: mark(&phase.name, PhaseRole::Check, phase.what()), work: Work::Steps(phase.steps) }
}

fn load(phase: Phase, role: PhaseRole) -> Part {
    Part { mark: mark(&phase.name, role, phase.what()), work: Work::Load(phase) }
}

fn mark(name: &str, role: PhaseRole, what: String) -> Mark {
    Mark { name: name.into(), role, what, users: None }
}

/// The first phase that sends anything, as it begins, for as long as the app is warmed up. Calls that are made
/// a number of times are not made beforehand.
fn warm_up(scenario: &Scenario) -> Option<Phase> {
    let lasts = scenario.warm_up;
    let first = scenario.phases.iter().find(|phase| !matches!(phase.model, Model::Rest { .. }))?;
    let model = match first.model {
        _ if lasts == Elapsed::ZERO => return None,
        Model::Rest { .. } | Model::Each { .. } | Model::Steps { .. } | Model::Sessions { .. } => return None,
        Model::Open { from, .. } => Model::Open { from, to: from, lasts },
        Model::Closed { coming, think, .. } => {
            let coming = match coming {
                Coming::Number { from, users, over } => Coming::Number { from, users, over: over.min(lasts) },
                strangers @ Coming::Strangers { .. } => strangers,
            };
            Model::Closed { coming, think, lasts }
        }
    };
    Some(Phase { name: "warm-up".into(), model, calls: first.calls.clone(), steps: Vec::new() })
}

pub(super) fn progress(parts: &[Part]) -> Progress {
    let step = |part: &Part| progress::Step {
        name: part.mark.name.clone(),
        role: part.mark.role,
        lasts: match &part.work {
            Work::Check(_) | Work::Steps(_) => None,
            Work::Load(phase) => phase.model.lasts(),
        },
    };
    Progress::new(parts.iter().map(step).collect())
}

/// Carries out one part after the other. Must run inside a `LocalSet`.
pub(super) async fn drive<D: Dial>(
    parts: Vec<Part>,
    seed: u64,
    ground: Ground<D>,
    tell: UnboundedSender<Told>,
) -> Outcome {
    let house = Rc::clone(&ground.house);
    let follow = tokio::task::spawn_local(async move { house.gates.follow().await });
    let mut driver = Driver { ground, tell, seed };
    let outcome = driver.go(parts).await;
    follow.abort();
    outcome
}

struct Driver<D: Dial> {
    ground: Ground<D>,
    tell: UnboundedSender<Told>,
    seed: u64,
}

impl<D: Dial> Driver<D> {
    async fn go(&mut self, parts: Vec<Part>) -> Outcome {
        tokio::select! {
            biased;
            () = stopped(self.ground.stop.clone()) => return Outcome::Stopped,
            () = self.ground.house.gates.booted() => {}
        }
        for (index, part) in parts.into_iter().enumerate() {
            if *self.ground.stop.borrow() {
                return Outcome::Stopped;
            }
            self.ground.house.progress.enter(index);
            self.say(Told::Phase(part.mark));
            let (report, end) = match part.work {
                Work::Check(calls) => self.check(&calls).await,
                Work::Steps(steps) => self.steps(&steps).await,
                Work::Load(phase) => self.load(&phase, index).await,
            };
            self.say(Told::Load(report));
            if let Some(outcome) = end {
                return outcome;
            }
        }
        Outcome::Done
    }

    async fn load(&self, phase: &Phase, index: usize) -> (LoadReport, Option<Outcome>) {
        // Every phase draws anew, so that a phase that was added behind changes nothing in those before.
        let seed = self.seed ^ ((index as u64) << 48);
        let (report, end) = if matches!(phase.model, Model::Sessions { .. }) {
            crowd::carry_out(&self.ground, phase, seed, |line| self.say(Told::Note(line))).await
        } else {
            carry_out(&self.ground, phase, seed).await
        };
        (report, (end == End::Stopped).then_some(Outcome::Stopped))
    }

    async fn check(&self, calls: &[Call]) -> (LoadReport, Option<Outcome>) {
        let house = &self.ground.house;
        let mut check = Check::begin(house);
        let stopped = tokio::select! {
            biased;
            () = stopped(self.ground.stop.clone()) => true,
            () = check.run(house, calls, &self.ground.host) => false,
        };
        let report = check.report(house, calls.len());
        check.remarks.drain(..).for_each(|remark| self.say(Told::Note(remark)));
        let outcome = match (stopped, check.mismatches.is_empty()) {
            (true, _) => Some(Outcome::Stopped),
            (false, false) => Some(Outcome::DoesNotHold(check.mismatches)),
            (false, true) => None,
        };
        (report, outcome)
    }

    /// Steps after which one was not as expected are gone through all the same: a list with one fault is worth more
    /// than its beginning. What stands behind the phase is not.
    async fn steps(&self, steps: &[Step]) -> (LoadReport, Option<Outcome>) {
        let mut walk = Walk::begin(&self.ground, steps.len());
        let stopped = tokio::select! {
            biased;
            () = stopped(self.ground.stop.clone()) => true,
            () = walk.go(steps, |line| self.say(Told::Note(line))) => false,
        };
        let failed = walk.failed();
        let outcome = match (stopped, failed) {
            (true, _) => Some(Outcome::Stopped),
            (false, 1..) => Some(Outcome::StepsFailed(failed)),
            (false, 0) => None,
        };
        (walk.report(), outcome)
    }

    fn say(&self, told: Told) {
        // Whoever does not listen any more does not want to know.
        let _ = self.tell.send(told);
    }
}
