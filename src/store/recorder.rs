use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;
use tokio::time::Instant;

use super::append::{Writing, append, fresh};
use super::living::{Living, Mark};
use super::schema;
use crate::event::{Event, Kind};

/// A batch is written this long after its first event. Whoever kills emu loses at most this much.
const BATCH_TIME: Duration = Duration::from_millis(100);
/// A batch is written at this size at the latest.
const BATCH_EVENTS: usize = 1_000;
/// Pause between two attempts after a failed one.
const RETRY: Duration = Duration::from_secs(1);
/// Events kept in memory while the disk does not take them. About 200 MB; later ones are lost.
const WAITING_MAX: usize = 500_000;

/// Writes a run's events on a thread of its own. Whatever happens to the disk, the run goes on:
/// [`Recorder::record`] never waits and never fails.
#[derive(Debug)]
pub struct Recorder {
    queue: Option<Sender<Event>>,
    waiting: Arc<AtomicUsize>,
    progress: Arc<watch::Sender<Progress>>,
    thread: Option<JoinHandle<()>>,
}

/// How far the record has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Events that are safe on disk.
    pub written: u64,
    /// Events given up.
    pub lost: u64,
    /// The first thing that went wrong, as a sentence. Writing is tried again and may succeed.
    pub trouble: Option<String>,
}

/// What became of the record of a finished run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Events that are safe on disk.
    pub written: u64,
    /// Why the record is incomplete, as a sentence with the number of lost events. `None` when it is whole.
    pub trouble: Option<String>,
}

impl Recorder {
    /// Records into the file at `path`. Never fails: what stands in the way is told by [`Self::trouble`].
    pub fn start(path: PathBuf) -> Self {
        let living = Living::beside(&path);
        Self::start_with(living, move || schema::open(&path).map_err(|error| error.to_string()))
    }

    fn start_with(living: Living, open: impl FnMut() -> Result<Connection, String> + Send + 'static) -> Self {
        let (queue, events) = mpsc::channel();
        let (waiting, progress) = (Arc::<AtomicUsize>::default(), Arc::new(watch::Sender::default()));
        let writer = Writer {
            events,
            open,
            db: None,
            living,
            mark: None,
            run: fresh(),
            batch: Vec::new(),
            waiting: Arc::clone(&waiting),
            progress: Arc::clone(&progress),
        };
        let thread = thread::Builder::new().name("record".to_owned()).spawn(move || writer.work());
        let thread = thread.map_err(|error| tell(&progress, &format!("no thread for it: {error}"))).ok();
        Self { queue: Some(queue), waiting, progress, thread }
    }

    /// Takes one event. The first one of a run is its header.
    pub fn record(&self, event: Event) {
        let full = self.waiting.fetch_add(1, Relaxed) >= WAITING_MAX;
        let sent = !full && self.queue.as_ref().is_some_and(|queue| queue.send(event).is_ok());
        if !sent {
            self.waiting.fetch_sub(1, Relaxed);
            self.progress.send_modify(|progress| progress.lost += 1);
            tell(&self.progress, "the disk does not keep up");
        }
    }

    /// How far the record has come, to look at or to wait for.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The first thing that went wrong, as a sentence.
    pub fn trouble(&self) -> Option<String> {
        self.progress.borrow().trouble.clone()
    }

    /// Writes what is left and waits for it. Blocks for as long as the disk needs, a few seconds at worst.
    pub fn finish(mut self) -> Kept {
        self.close();
        let Progress { written, lost, trouble } = self.progress.borrow().clone();
        let reason = trouble.unwrap_or_default();
        let trouble = (lost > 0).then(|| format!("{lost} of {} events lost: {reason}", written + lost));
        Kept { written, trouble }
    }

    fn close(&mut self) {
        self.queue = None;
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(_)) = ended {
            tell(&self.progress, "the recorder broke");
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.close();
    }
}

/// Says what went wrong, once: the first trouble explains the later ones.
fn tell(progress: &watch::Sender<Progress>, reason: &str) {
    progress.send_if_modified(|progress| {
        let first = progress.trouble.is_none();
        progress.trouble.get_or_insert_with(|| reason.to_owned());
        first
    });
}

struct Writer<F> {
    events: Receiver<Event>,
    open: F,
    db: Option<Connection>,
    living: Living,
    mark: Option<Mark>,
    run: Writing,
    batch: Vec<Event>,
    waiting: Arc<AtomicUsize>,
    progress: Arc<watch::Sender<Progress>>,
}

/// Whether more events can come.
#[derive(PartialEq, Eq)]
enum Queue {
    Open,
    Closed,
}

impl<F: FnMut() -> Result<Connection, String>> Writer<F> {
    fn work(mut self) {
        let mut queue = Queue::Open;
        while queue == Queue::Open {
            queue = self.gather();
            self.write();
        }
        let lost = self.batch.len() as u64;
        self.progress.send_modify(|progress| progress.lost += lost);
    }

    /// Waits for the first event, and then for the batch to be due. After a failed attempt the old
    /// batch is still here, and the pause before the next attempt is spent collecting more.
    fn gather(&mut self) -> Queue {
        let (time, size) = if self.batch.is_empty() { (BATCH_TIME, BATCH_EVENTS) } else { (RETRY, usize::MAX) };
        if self.batch.is_empty() {
            match self.events.recv() {
                Ok(event) => self.batch.push(event),
                Err(_) => return Queue::Closed,
            }
        }
        let due = Instant::now() + time;
        while self.batch.len() < size {
            match self.events.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(event) => self.batch.push(event),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Queue::Closed,
            }
        }
        Queue::Open
    }

    /// Writes the batch in transactions of bounded size, so that other writers get their turn.
    fn write(&mut self) {
        while !self.batch.is_empty() {
            let size = self.batch.len().min(BATCH_EVENTS);
            if let Err(reason) = self.write_first(size) {
                tell(&self.progress, &reason);
                return;
            }
            self.batch.drain(..size);
            self.waiting.fetch_sub(size, Relaxed);
            self.progress.send_modify(|progress| progress.written += size as u64);
        }
    }

    fn write_first(&mut self, size: usize) -> Result<(), String> {
        let db = match &mut self.db {
            Some(db) => db,
            none => none.insert((self.open)()?),
        };
        if let (None, Some(Kind::Header(header))) = (&self.mark, self.batch.first().map(|event| &event.kind)) {
            // Before its row can be seen, so that a living run is never shown as cut off. Without
            // the mark it is, which is no reason to lose the run.
            self.mark = self.living.mark(&header.run).ok();
        }
        append(db, &mut self.run, &self.batch[..size]).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests;
