use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Poll, Waker};

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::exchange::Heard;
use super::gates::Gates;
use super::hand;
use super::judge::Mark;
use super::progress::Progress;
use super::request::Request;
use super::tally::{Moments, Tally};
use super::watch::Watch;
use super::wire::{Dial, Wire};
use crate::event::LoadFailure;
use crate::pace::{Due, Pace};
use crate::units::Elapsed;

/// A request that is sent later than this was sent late.
const LATE: Elapsed = Elapsed::from_millis(5);

/// What lasts longer than a phase.
pub(super) struct House<D: Dial> {
    pub(super) dial: D,
    /// Connections that nobody uses now.
    pub(super) kept: RefCell<Vec<Wire<D::Stream>>>,
    pub(super) gates: Gates,
    pub(super) progress: Arc<Progress>,
    /// The clock that everything here counts by.
    pub(super) watch: Watch,
    /// A request without a whole answer after this long has failed.
    pub(super) timeout: Elapsed,
    /// The most hands at work.
    pub(super) hands: usize,
}

/// What the hands of one phase share: who asks next, and what came of it. All on one thread.
///
/// A hand is a task with one connection. It takes what is due, sends it, waits for the answer, and takes
/// again; when nothing is due it parks, and is called when something is.
pub(super) struct Desk<D: Dial> {
    pub(super) house: Rc<House<D>>,
    pub(super) requests: Vec<Request>,
    /// When the phase began. All other times here count from it.
    began: Elapsed,
    /// Answers behind this moment are drained. `None` for a phase that ends with its last answer.
    lasts: Option<Elapsed>,
    pub(super) pace: RefCell<Pace>,
    pub(super) tally: RefCell<Tally>,
    work: RefCell<Work>,
    /// Asks the loop of the phase to look again.
    pub(super) nudge: Notify,
    /// When that loop looks again anyway.
    pub(super) armed: Cell<Elapsed>,
    /// When the last request was sent.
    pub(super) last_sent: Cell<Elapsed>,
    counts: Cell<Counts>,
}

/// What the hands are at.
#[derive(Debug, Default)]
struct Work {
    /// One per hand: what it was called for.
    slots: Vec<Slot>,
    /// Hands that wait to be called, the one that worked last on top: its connection is the freshest.
    parked: Vec<usize>,
}

#[derive(Debug, Default)]
struct Slot {
    due: Option<Due>,
    waker: Option<Waker>,
}

/// What the judge wants to know of lateness and speed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) tardy: u64,
    pub(super) blocked: u64,
    /// Requests that failed for want of speed.
    pub(super) too_slow: u64,
    /// What hands were called for and have not picked up.
    pub(super) called: u64,
}

/// A request on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand {
    pub(super) due: Due,
    pub(super) sent: Elapsed,
}

impl<D: Dial> Desk<D> {
    pub(super) fn new(house: Rc<House<D>>, requests: Vec<Request>, pace: Pace, lasts: Option<Elapsed>) -> Self {
        let began = house.watch.now();
        Self {
            house,
            requests,
            began,
            lasts,
            pace: RefCell::new(pace),
            tally: RefCell::new(Tally::new()),
            work: RefCell::default(),
            nudge: Notify::new(),
            armed: Cell::new(Elapsed::MAX),
            last_sent: Cell::default(),
            counts: Cell::default(),
        }
    }

    /// Since the phase began.
    pub(super) fn now(&self) -> Elapsed {
        self.house.watch.now().since(self.began)
    }

    /// A moment of the phase on tokio's clock.
    pub(super) fn instant(&self, at: Elapsed) -> tokio::time::Instant {
        self.house.watch.instant(self.began + at)
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts.get()
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.get();
        change(&mut counts);
        self.counts.set(counts);
    }

    /// Whether another hand could be called or taken on.
    pub(super) fn has_free_hands(&self) -> bool {
        let work = self.work.borrow();
        !work.parked.is_empty() || work.slots.len() < self.house.hands
    }

    /// Gives what is due to free hands, the parked ones first, and takes new ones on while it may.
    pub(super) fn call_hands(self: &Rc<Self>, crew: &mut JoinSet<()>) {
        while self.has_free_hands() {
            let now = self.now();
            let Some(due) = self.pace.borrow_mut().take(now) else { return };
            if now.since(due.at) > LATE {
                self.count(|counts| counts.tardy += 1);
            }
            self.count(|counts| counts.called += 1);
            let mut work = self.work.borrow_mut();
            if let Some(hand) = work.parked.pop() {
                work.slots[hand].due = Some(due);
                work.slots[hand].waker.take().into_iter().for_each(Waker::wake);
            } else {
                work.slots.push(Slot { due: Some(due), waker: None });
                crew.spawn_local(hand::work(Rc::clone(self), work.slots.len() - 1));
            }
        }
    }

    /// What this hand does next; `at` is a look at the clock that is fresh enough.
    pub(super) fn poll_next(&self, hand: usize, at: Option<Elapsed>, waker: &Waker) -> Poll<Errand> {
        if let Some(due) = self.called(hand) {
            return Poll::Ready(self.send(due, self.now()));
        }
        let now = at.unwrap_or_else(|| self.now());
        let Some(due) = self.pace.borrow_mut().take(now) else {
            self.park(hand, waker);
            return Poll::Pending;
        };
        if now.since(due.at) > LATE {
            let full = self.work.borrow().slots.len() >= self.house.hands;
            self.count(|counts| if full { counts.blocked += 1 } else { counts.tardy += 1 });
        }
        // It may have been woken by its connection while it was parked.
        self.work.borrow_mut().parked.retain(|parked| *parked != hand);
        Poll::Ready(self.send(due, now))
    }

    fn called(&self, hand: usize) -> Option<Due> {
        let due = self.work.borrow_mut().slots.get_mut(hand)?.due.take()?;
        self.count(|counts| counts.called -= 1);
        Some(due)
    }

    fn park(&self, hand: usize, waker: &Waker) {
        let mut work = self.work.borrow_mut();
        if !work.parked.contains(&hand) {
            work.parked.push(hand);
        }
        if let Some(slot) = work.slots.get_mut(hand) {
            slot.waker = Some(waker.clone());
        }
        // Nobody else would look when a thinking user comes back, or when the last answer is in.
        if self.pace.borrow().next().is_none_or(|next| next < self.armed.get()) {
            self.nudge.notify_one();
        }
    }

    fn send(&self, due: Due, sent: Elapsed) -> Errand {
        let mut tally = self.tally.borrow_mut();
        tally.sent(sent.since(due.at));
        self.last_sent.set(sent);
        self.house.progress.sent.store(tally.sent, Relaxed);
        Errand { due, sent }
    }

    /// An errand has ended. Returns when.
    pub(super) fn ended(&self, errand: Errand, how: Result<Heard, LoadFailure>) -> Elapsed {
        let ended = self.now();
        let mut tally = self.tally.borrow_mut();
        let cold = self.house.gates.were_shut(self.began + errand.due.at, self.began + errand.sent);
        match how {
            Ok(_) => {
                let drained = self.lasts.is_some_and(|lasts| ended > lasts);
                tally.answered(Moments { due: errand.due.at, sent: errand.sent, ended }, cold, drained);
                self.house.progress.answered.store(tally.answered, Relaxed);
            }
            Err(failure) => {
                tally.failed(failure, 1);
                self.count(|counts| counts.too_slow += u64::from(is_too_slow(failure, cold)));
                self.house.progress.failed.store(tally.failures(), Relaxed);
            }
        }
        let heard = !matches!(how, Err(LoadFailure::Refused | LoadFailure::Cut));
        self.pace.borrow_mut().ended(errand.due, ended, heard);
        ended
    }

    /// Requests that are due by now and were not sent.
    pub(super) fn unsent(&self) -> u64 {
        self.pace.borrow_mut().waiting(self.now()) + self.counts().called
    }

    /// How far the requests have come.
    pub(super) fn mark(&self) -> Mark {
        let unsent = self.unsent();
        let tally = self.tally.borrow();
        let ended = tally.sent - tally.open();
        Mark { due: tally.sent + unsent, carried_out: ended - self.counts().too_slow }
    }

    /// Whether everything that was due has ended, and nothing more comes of itself.
    pub(super) fn is_quiet(&self) -> bool {
        self.tally.borrow().open() == 0 && self.unsent() == 0
    }
}

/// Whether a failure says that the app, which was there, could not keep up.
fn is_too_slow(failure: LoadFailure, cold: bool) -> bool {
    match failure {
        LoadFailure::TimedOut => true,
        // Too many requests, unavailable, and the gateway's time limit: how routers answer for an app under too much load.
        LoadFailure::Status(429 | 503 | 504) => !cold,
        _ => false,
    }
}
