use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::units::{Elapsed, Memory};

use super::health::Mood;
use super::held::Held;
use super::{Knobs, Log, Surroundings};

/// One life of the app: everything that its visitors can change.
pub(super) struct App {
    /// When it was born.
    pub(super) born: Instant,
    /// Where its lines go.
    pub(super) log: Log,
    /// Names of the environment's variables.
    pub(super) environment: Vec<String>,
    /// Where it writes files.
    pub(super) folder: PathBuf,
    /// How many lives wrote the mark before this one.
    pub(super) earlier_lives: u64,
    /// Delay of the front page.
    pub(super) slow: Elapsed,
    /// The memory it uses on purpose.
    pub(super) held: Held,
    /// Memory it loses each second.
    pub(super) leak: watch::Sender<Memory>,
    /// Memory it loses with each request.
    pub(super) leak_per_request: Memory,
    mood: Mutex<(Mood, Option<Instant>)>,
    silent_until: Mutex<Option<Instant>>,
    visits: AtomicU64,
    requests: AtomicU64,
    sockets: AtomicU64,
    exit: watch::Sender<Option<u8>>,
}

impl App {
    /// A new life.
    pub(super) fn new(knobs: &Knobs, surroundings: &Surroundings) -> Arc<Self> {
        let folder = super::disk::folder(knobs.folder.as_deref());
        Arc::new(Self {
            born: Instant::now(),
            log: Arc::clone(&surroundings.log),
            environment: surroundings.environment.clone(),
            earlier_lives: super::disk::earlier_lives(&folder),
            folder,
            slow: knobs.slow,
            held: Held::default(),
            leak: watch::Sender::new(Memory::default()),
            leak_per_request: knobs.leak_per_request,
            mood: Mutex::new((knobs.health, None)),
            silent_until: Mutex::new(None),
            visits: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            sockets: AtomicU64::new(0),
            exit: watch::Sender::new(None),
        })
    }

    /// Writes a line of its log.
    pub(super) fn say(&self, line: &str) {
        (self.log)(line);
    }

    /// How long it has lived.
    pub(super) fn age(&self) -> Elapsed {
        self.born.elapsed().into()
    }

    /// Ends this life with an exit status. The first status counts.
    pub(super) fn leave(&self, status: u8) {
        self.exit.send_if_modified(|exit| exit.is_none() && exit.replace(status).is_none());
    }

    /// Waits until it is told to leave, and tells the status.
    pub(super) async fn left(&self) -> u8 {
        let mut exit = self.exit.subscribe();
        let status = exit.wait_for(Option::is_some).await.map(|status| *status);
        status.ok().flatten().unwrap_or_default()
    }

    /// How the health path answers now.
    pub(super) fn mood(&self) -> Mood {
        match *lock(&self.mood) {
            (_, Some(until)) if until <= Instant::now() => Mood::Ok,
            (mood, _) => mood,
        }
    }

    /// Changes how the health path answers; for a while, or for good when `time` is zero.
    pub(super) fn set_mood(&self, mood: Mood, time: Elapsed) {
        let until = (time > Elapsed::ZERO).then(|| Instant::now() + time.duration());
        *lock(&self.mood) = (mood, until);
    }

    /// Answers nothing for a while.
    pub(super) fn fall_silent(&self, time: Elapsed) {
        *lock(&self.silent_until) = Some(Instant::now() + time.duration());
    }

    /// Waits until it speaks again.
    pub(super) async fn silence(&self) {
        let until = *lock(&self.silent_until);
        if let Some(until) = until {
            sleep_until(until).await;
        }
    }

    /// Counts a request of any kind.
    pub(super) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a visit to the front page.
    pub(super) fn count_visit(&self) {
        self.visits.fetch_add(1, Ordering::Relaxed);
    }

    /// Visits to the front page so far.
    pub(super) fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }

    /// Somebody opened a WebSocket.
    pub(super) fn socket_opened(&self) {
        self.sockets.fetch_add(1, Ordering::Relaxed);
    }

    /// It is closed, or broken.
    pub(super) fn socket_closed(&self) {
        self.sockets.fetch_sub(1, Ordering::Relaxed);
    }

    /// WebSockets that are open.
    pub(super) fn sockets(&self) -> u64 {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// A thread that panicked leaves plain values behind, and they are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
