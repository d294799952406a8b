use std::rc::Rc;

use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::alarm::Alarm;
use super::desk::{Desk, House};
use super::judge::{Facts, Mark, judge};
use super::request::Request;
use super::watch::thread_cpu;
use super::wire::Dial;
use crate::event::{LoadFailure, LoadReport, Shortfall};
use crate::pace::Pace;
use crate::scenario::Phase;
use crate::units::Elapsed;

/// What the phases of a scenario share.
pub(super) struct Ground<D: Dial> {
    pub(super) house: Rc<House<D>>,
    pub(super) alarm: Alarm,
    pub(super) stop: Receiver<bool>,
    pub(super) host: String,
}

/// How a phase came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    Stopped,
}

/// Carries out one phase, waits for its last answers, and counts.
pub(super) async fn carry_out<D: Dial>(ground: &Ground<D>, phase: &Phase, seed: u64) -> (LoadReport, End) {
    let requests = phase.calls.iter().map(|call| Request::new(call, &ground.host)).collect();
    let pace = Pace::new(phase, seed);
    let asked = pace.asked_per_second();
    let lasts = phase.model.lasts();
    let desk = Rc::new(Desk::new(Rc::clone(&ground.house), requests, pace, lasts));
    let mut course = Course { ground, desk, lasts, crew: JoinSet::new(), seen: Seen::default(), cpu: thread_cpu() };
    let end = tokio::select! {
        biased;
        () = stopped(ground.stop.clone()) => End::Stopped,
        () = course.play() => End::Whole,
    };
    let mut report = course.count(end).await;
    report.asked_per_second = asked;
    report.shortfall = asked.and_then(|_| course.blame(end, report.unsent));
    (report, end)
}

/// Returns when the work shall stop. Whoever could have asked for it and is gone has asked for it.
pub(super) async fn stopped(mut stop: Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// One phase as it goes on.
struct Course<'a, D: Dial> {
    ground: &'a Ground<D>,
    desk: Rc<Desk<D>>,
    lasts: Option<Elapsed>,
    crew: JoinSet<()>,
    seen: Seen,
    /// CPU time that this thread had used when the phase began.
    cpu: Elapsed,
}

/// What was seen on the way.
#[derive(Debug, Default)]
struct Seen {
    half: Option<Mark>,
    end: Option<Mark>,
    cpu: Elapsed,
}

impl<D: Dial> Course<'_, D> {
    async fn play(&mut self) {
        let Some(lasts) = self.lasts else { return self.send_until(Elapsed::MAX).await };
        self.send_until(Elapsed::from_micros(lasts.micros() / 2)).await;
        self.seen.half = Some(self.desk.mark());
        self.send_until(lasts).await;
        self.seen.end = Some(self.desk.mark());
        self.seen.cpu = thread_cpu().since(self.cpu);
        self.drain(lasts + self.desk.house.timeout).await;
    }

    /// Has everything sent that is due, until this moment, or, in a phase without a time, until nothing is left to do.
    async fn send_until(&mut self, until: Elapsed) {
        loop {
            self.desk.call_hands(&mut self.crew);
            let next = self.desk.pace.borrow().next();
            let done = self.lasts.is_none() && next.is_none() && self.desk.is_quiet();
            if done || self.desk.now() >= until {
                return;
            }
            // With all hands at work there is nobody to call; the first one that is free takes what is due.
            let next = next.filter(|_| self.desk.has_free_hands()).unwrap_or(Elapsed::MAX);
            self.sleep(next.min(until)).await;
        }
    }

    /// Until this moment, or until a hand asks for a look.
    async fn sleep(&self, until: Elapsed) {
        self.desk.armed.set(until);
        let nudged = self.desk.nudge.notified();
        if until == Elapsed::MAX {
            return nudged.await;
        }
        tokio::select! {
            biased;
            () = self.ground.alarm.until(self.desk.instant(until)) => {}
            () = nudged => {}
        }
    }

    /// Waits for what is open, and for what was due and waits for a connection.
    async fn drain(&self, until: Elapsed) {
        self.desk.armed.set(Elapsed::MAX);
        let all = async {
            while !self.desk.is_quiet() {
                self.desk.nudge.notified().await;
            }
        };
        tokio::select! {
            biased;
            () = all => {}
            () = sleep_until(self.desk.instant(until)) => {}
        }
    }

    /// Lets the hands go, and counts: what is open now has failed, what waits now was never sent.
    async fn count(&mut self, end: End) -> LoadReport {
        let now = self.desk.now();
        let unsent = self.desk.unsent();
        self.crew.shutdown().await;
        let mut tally = self.desk.tally.borrow_mut();
        tally.give_up(if end == End::Stopped { LoadFailure::GivenUp } else { LoadFailure::TimedOut });
        let mut report = tally.report(unsent);
        // A phase sends for its time, and longer when requests were still waiting for a connection.
        let sent_for = self.lasts.filter(|_| end == End::Whole).map(|lasts| lasts.max(self.desk.last_sent.get()));
        report.lasted = sent_for.unwrap_or(now);
        report.generator_cpu = thread_cpu().since(self.cpu);
        report
    }

    /// What was stopped in its first half says nothing, and what waits at that moment might have been sent.
    fn blame(&self, end: End, unsent: u64) -> Option<Shortfall> {
        let counts = self.desk.counts();
        judge(&Facts {
            half: self.seen.half?,
            end: self.seen.end.unwrap_or_else(|| self.desk.mark()),
            unsent: if end == End::Whole { unsent } else { 0 },
            tardy: counts.tardy,
            blocked: counts.blocked,
            cpu: self.seen.cpu,
            lasted: self.lasts.unwrap_or_default(),
        })
    }
}
