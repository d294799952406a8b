use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::spec::{Cause, RouterRules};
use crate::units::Elapsed;

/// Far enough to mean never.
const NEVER: Duration = Duration::from_secs(86_400 * 365);

/// The one timer of a connection.
///
/// Its deadline moves with nearly every byte, nearly always to a later time. That must cost nothing,
/// so the timer underneath stays where it is, and is moved on when it fires too early.
#[derive(Debug)]
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    due: Option<Instant>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self { sleep: Box::pin(sleep_until(Instant::now() + NEVER)), due: None }
    }

    pub(super) fn set(&mut self, due: Option<Instant>) {
        self.due = due;
        if let Some(due) = due.filter(|due| *due < self.sleep.deadline()) {
            self.sleep.as_mut().reset(due);
        }
    }

    /// Sets it to go off `after` from now.
    pub(super) fn set_after(&mut self, after: Duration) {
        self.set(Some(Instant::now() + after));
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else { return Poll::Pending };
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(due);
        }
    }
}

/// What a request waits for at the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The first byte of the answer; the request is complete.
    FirstByte,
    /// The next byte, of the request or of the answer.
    Idle,
    /// The end; nothing moves it any more.
    Parting,
}

/// The router's timeouts over one request. Each names its phase, so that a limit on whole answers
/// never cuts a WebSocket.
#[derive(Debug)]
pub(super) struct Phases<'a> {
    alarm: &'a mut Alarm,
    rules: &'a RouterRules,
    total: Option<Instant>,
    phase: Phase,
    cause: Cause,
}

impl<'a> Phases<'a> {
    /// The request goes to the app now.
    pub(super) fn begin(alarm: &'a mut Alarm, rules: &'a RouterRules) -> Self {
        let total = rules.total.map(|total| after(Instant::now(), total));
        Self { alarm, rules, total, phase: Phase::Idle, cause: Cause::IdleTimeout }
    }

    /// The connection was upgraded: from now on only silence ends it.
    pub(super) fn upgrade(&mut self) {
        self.total = None;
        self.enter(Phase::Idle);
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        let (limit, cause) = match phase {
            Phase::FirstByte => (self.rules.first_byte, Cause::FirstByteTimeout),
            Phase::Idle => (self.rules.idle, Cause::IdleTimeout),
            Phase::Parting => return,
        };
        if limit.is_none() && self.total.is_none() {
            return self.alarm.set(None);
        }
        let due = limit.map(|limit| after(Instant::now(), limit));
        let total_first = self.total.is_some_and(|total| due.is_none_or(|due| total < due));
        self.cause = if total_first { Cause::TotalTimeout } else { cause };
        self.alarm.set(if total_first { self.total } else { due });
    }

    /// A byte moved.
    pub(super) fn moved(&mut self) {
        if self.phase == Phase::Idle {
            self.enter(Phase::Idle);
        }
    }

    /// One side of an upgraded connection is gone; the other one has so much time left.
    pub(super) fn part(&mut self, time: Duration) {
        self.phase = Phase::Parting;
        self.alarm.set_after(time);
    }

    /// The cause, once the time is up.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Cause> {
        self.alarm.poll(cx).map(|()| self.cause)
    }
}

fn after(now: Instant, limit: Elapsed) -> Instant {
    now.checked_add(limit.duration()).unwrap_or(now + NEVER)
}
