use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use super::trouble::Trouble;
use super::visitor::{Door, Visitor};
use crate::event::{LoadFailure, LoadReport};
use crate::load::desk::House;
use crate::load::phase::{End, Ground, stopped};
use crate::load::tally::{Moments, Tally};
use crate::load::troubles::Troubles;
use crate::load::watch::thread_cpu;
use crate::load::wire::Dial;
use crate::pace::{Due, Pace};
use crate::scenario::{Act, Deed, Expect, Gradio, Line, Phase, Step, Touch};
use crate::units::Elapsed;

/// Users with a session each, and what they share.
struct Crowd<D: Dial> {
    house: Rc<House<D>>,
    door: Door,
    /// The page that each opens first.
    target: String,
    /// What each goes through again and again.
    round: Vec<Step>,
    began: Elapsed,
    lasts: Elapsed,
    pace: RefCell<Pace>,
    tally: RefCell<Tally>,
    /// Asks the loop of the phase to look again.
    nudge: Notify,
    troubles: Troubles,
    /// Sockets that were lost while their users thought.
    lost: Cell<u64>,
}

/// Carries out a phase of users with sessions, waits for what is open, and counts. `say` is told what went wrong.
pub(in crate::load) async fn carry_out<D: Dial>(
    ground: &Ground<D>,
    phase: &Phase,
    seed: u64,
    say: impl Fn(String),
) -> (LoadReport, End) {
    let cpu = thread_cpu();
    let crowd = Rc::new(Crowd::new(ground, phase, seed));
    let mut people = People { senders: BTreeMap::new(), tasks: JoinSet::new() };
    let end = tokio::select! {
        biased;
        () = stopped(ground.stop.clone()) => End::Stopped,
        () = crowd.play(ground, &mut people) => End::Whole,
    };
    let lasted = if end == End::Whole { crowd.lasts } else { crowd.now() };
    people.go().await;
    crowd.tell(&say);
    let mut tally = crowd.tally.borrow_mut();
    tally.give_up(if end == End::Stopped { LoadFailure::GivenUp } else { LoadFailure::TimedOut });
    let report = LoadReport { lasted, generator_cpu: thread_cpu().since(cpu), ..tally.report(0) };
    (report, end)
}

/// The tasks of those who have come.
struct People {
    senders: BTreeMap<u32, UnboundedSender<Due>>,
    tasks: JoinSet<()>,
}

/// How long those who are there at the end may take to say goodbye.
const GOODBYES: Elapsed = Elapsed::from_secs(2);

impl People {
    /// All of them leave. Whoever is still waiting for an answer does not get it any more.
    async fn go(&mut self) {
        self.senders.clear();
        let left = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(GOODBYES.duration(), left).await;
        self.tasks.shutdown().await;
    }
}

impl<D: Dial> Crowd<D> {
    fn new(ground: &Ground<D>, phase: &Phase, seed: u64) -> Self {
        let house = Rc::clone(&ground.house);
        let page = phase.calls.first();
        let headers = page.map(|call| call.headers.clone()).unwrap_or_default();
        Self {
            began: house.watch.now(),
            house,
            door: Door { host: ground.host.clone(), headers },
            target: page.map_or_else(|| "/".to_owned(), |call| call.path.clone()),
            round: phase.steps.clone(),
            lasts: phase.model.lasts().unwrap_or_default(),
            pace: RefCell::new(Pace::new(phase, seed)),
            tally: RefCell::new(Tally::new()),
            nudge: Notify::new(),
            troubles: Troubles::default(),
            lost: Cell::default(),
        }
    }

    fn now(&self) -> Elapsed {
        self.house.watch.now().since(self.began)
    }

    async fn play(self: &Rc<Self>, ground: &Ground<D>, people: &mut People) {
        while self.now() < self.lasts {
            self.call(people);
            self.let_go(people);
            let next = self.next_moment();
            tokio::select! {
                biased;
                () = ground.alarm.until(self.house.watch.instant(self.began + next)) => {}
                () = self.nudge.notified() => {}
            }
        }
        let until = self.house.watch.instant(self.began + self.lasts + self.house.timeout);
        let all = async {
            while self.tally.borrow().open() > 0 {
                self.nudge.notified().await;
            }
        };
        tokio::select! {
            () = all => {}
            () = sleep_until(until) => {}
        }
    }

    /// When somebody is due next, or leaves, or the phase ends.
    fn next_moment(&self) -> Elapsed {
        let pace = self.pace.borrow();
        let moments = [pace.next(), pace.next_leaves()];
        moments.into_iter().flatten().fold(self.lasts, Elapsed::min)
    }

    /// Whoever leaves finishes what they do, and closes their tab.
    fn let_go(&self, people: &mut People) {
        let now = self.now();
        while let Some(user) = self.pace.borrow_mut().left(now) {
            people.senders.remove(&user);
        }
        while people.tasks.try_join_next().is_some() {}
    }

    /// Tells everybody who is due that they are.
    fn call(self: &Rc<Self>, people: &mut People) {
        loop {
            let now = self.now();
            let Some(due) = self.pace.borrow_mut().take(now) else { return };
            let sender = people.senders.entry(due.user).or_insert_with(|| {
                let (sender, calls) = unbounded_channel();
                people.tasks.spawn_local(Rc::clone(self).person(calls));
                sender
            });
            let mut tally = self.tally.borrow_mut();
            tally.sent(now.since(due.at));
            self.house.progress.sent.store(tally.sent, Relaxed);
            // Somebody who is gone was let go, and the phase is over.
            let _ = sender.send(due);
        }
    }

    /// One user: waits until they are due, keeps the socket alive meanwhile, and does the next thing.
    async fn person(self: Rc<Self>, mut calls: UnboundedReceiver<Due>) {
        let mut visitor = Visitor::default();
        let mut at = 0;
        loop {
            let due = tokio::select! {
                biased;
                due = calls.recv() => due,
                () = visitor.rest() => {
                    self.lost.set(self.lost.get() + 1);
                    continue;
                }
            };
            let Some(due) = due else { return visitor.leave().await };
            at = self.errand(&mut visitor, due, at).await;
        }
    }

    /// Does the step at this place of the round; returns the place of the next.
    async fn errand(&self, visitor: &mut Visitor<D>, due: Due, at: usize) -> usize {
        let sent = self.now();
        let comes = visitor.is_new() && !self.round.first().is_some_and(opens);
        let (deed, expect, within) = self.next(comes, at);
        let outcome = visitor.take(&self.house, (&deed, &expect), &self.door, within).await;
        let heard = !outcome.as_ref().is_err_and(Trouble::is_silence);
        let failed = outcome.is_err();
        self.ended(due, sent, outcome);
        self.pace.borrow_mut().ended(due, self.now(), heard);
        self.nudge.notify_one();
        match self.round.len() {
            0 => 0,
            _ if failed || comes => 0,
            steps => (at + 1) % steps,
        }
    }

    fn next(&self, comes: bool, at: usize) -> (Deed, Expect, Elapsed) {
        let timeout = self.house.timeout;
        if comes {
            return (coming(self.round.first(), self.target.clone()), Expect::default(), timeout);
        }
        match self.round.get(at) {
            Some(Step { act: Act::Tab { deed, .. }, expect, within, .. }) => {
                (deed.clone(), expect.clone(), within.unwrap_or(timeout))
            }
            _ => (Deed::Touch(Touch::default()), Expect::default(), timeout),
        }
    }

    fn ended(&self, due: Due, sent: Elapsed, outcome: Result<(), Trouble>) {
        let ended = self.now();
        let progress = &self.house.progress;
        let mut tally = self.tally.borrow_mut();
        match outcome {
            Ok(()) => {
                let cold = self.house.gates.were_shut(self.began + due.at, self.began + sent);
                tally.answered(Moments { due: due.at, sent, ended }, cold, ended > self.lasts);
                progress.answered.store(tally.answered, Relaxed);
            }
            Err(trouble) => {
                tally.failed(trouble.failure(), 1);
                progress.failed.store(tally.failures(), Relaxed);
                self.troubles.add(trouble.to_string());
            }
        }
    }

    fn tell(&self, say: impl Fn(String)) {
        self.troubles.tell(&say);
        if self.lost.get() > 0 {
            say(format!("sockets lost while their users did nothing: {}", self.lost.get()));
        }
    }
}

/// Whether a step opens the app by itself.
pub(in crate::load) fn opens(step: &Step) -> bool {
    let Act::Tab { deed, .. } = &step.act else { return false };
    matches!(deed, Deed::Open(_) | Deed::Line(Line::Open(_)) | Deed::Gradio(Gradio::Open(_)))
}

/// What somebody does first whose steps begin with this one.
pub(in crate::load) fn coming(first: Option<&Step>, target: String) -> Deed {
    match first.map(|step| &step.act) {
        Some(Act::Tab { deed: Deed::Line(_), .. }) => Deed::Line(Line::Open(target)),
        Some(Act::Tab { deed: Deed::Gradio(_), .. }) => Deed::Gradio(Gradio::Open(target)),
        _ => Deed::Open(target),
    }
}
