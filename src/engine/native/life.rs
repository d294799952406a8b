//! One life of an instance: from its start to the end of its main process, told as news.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};

use super::core::{Core, Output};
use super::group::OomWatch;
use super::helper::Helper;
use crate::engine::cgroup::{Counters, EVERY, Reader};
use crate::engine::dying::is_dying;
use crate::engine::lines::Lines;
use crate::engine::phase::Phase;
use crate::engine::witness::{Testimony, Witnesses};
use crate::engine::{Ended, Happening};
use crate::units::Elapsed;

/// After the end, the rest of the output is waited for this long.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Output is read in pieces of this size.
const PIECE: usize = 16 * 1024;

/// What a life is watched through.
pub(super) struct Watch {
    pub helper: Helper,
    pub reader: Option<Reader>,
    pub oom: Option<OomWatch>,
}

/// The watch over one life.
pub(super) struct Life {
    core: Arc<Core>,
    began: Instant,
    helper: Helper,
    stdout: Stream<ChildStdout>,
    stderr: Stream<ChildStderr>,
    reader: Option<Reader>,
    ticks: Interval,
    oom: Option<OomWatch>,
    witnesses: Witnesses,
}

impl Life {
    pub(super) fn new(core: Arc<Core>, watch: Watch) -> Self {
        let mut ticks = interval(EVERY);
        // A late reading is not made up for: counters are totals.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut helper = watch.helper;
        let (stdout, stderr) = helper.output();
        Self {
            core,
            began: Instant::now(),
            helper,
            stdout: Stream::new(stdout),
            stderr: Stream::new(stderr),
            reader: watch.reader,
            ticks,
            oom: watch.oom,
            witnesses: Witnesses::default(),
        }
    }

    /// Tells everything until the end, then the end.
    pub(super) async fn run(mut self) {
        let status = loop {
            let deadline = self.witnesses.deadline();
            tokio::select! {
                status = self.helper.ended() => break status,
                lines = self.stdout.next() => self.core.printed(Output::Stdout, lines),
                lines = self.stderr.next() => self.core.printed(Output::Stderr, lines),
                _ = self.ticks.tick() => self.count(),
                () = until(self.began, deadline) => self.settle(),
            }
        };
        // Nobody outlives the main process, and nobody writes after the end was told.
        let emptied = self.core.group().empty().await;
        if let Err(error) = emptied {
            tracing::warn!(%error, "processes of an instance are left");
        }
        self.last_words().await;
        match status {
            Some(code) => self.tell_end(code),
            // The helper was killed by somebody, and the app with it.
            None => self.vanished(),
        }
        self.core.engine.doors.close(self.core.address);
        *self.core.line.lock().await = None;
        self.helper.left().await;
        self.core.pid.store(0, Ordering::Relaxed);
        self.core.phase.send_replace(Phase::Ended);
    }

    fn now(&self) -> Elapsed {
        self.began.elapsed().into()
    }

    fn count(&mut self) {
        if let Some(counters) = self.read() {
            let source = self.reader.as_ref().map_or(crate::event::SampleSource::EngineStream, Reader::source);
            self.core.tell(Happening::Sample(counters.sample(self.core.order.instance, source)));
        }
    }

    /// Reads the counters, and hears both witnesses.
    fn read(&mut self) -> Option<Counters> {
        let counters = self.reader.as_mut().and_then(Reader::counters)?;
        if let Some(kills) = counters.oom_kills {
            self.witnesses.kernel_counts(self.now(), kills);
        }
        self.hear_notification();
        Some(counters)
    }

    fn hear_notification(&mut self) {
        if self.oom.as_mut().is_some_and(OomWatch::heard) {
            self.witnesses.engine_told(self.now());
        }
    }

    /// A kill was some time ago and the main process has not ended. Was it a child's?
    fn settle(&mut self) {
        let now = self.now();
        if self.core.main_process().is_some_and(is_dying) {
            self.witnesses.postpone(now);
        } else if self.witnesses.was_child(now) {
            self.core.tell(Happening::ChildOutOfMemory);
        }
    }

    async fn last_words(&mut self) {
        let rest = async {
            while self.stdout.is_open() || self.stderr.is_open() {
                tokio::select! {
                    lines = self.stdout.next() => self.core.printed(Output::Stdout, lines),
                    lines = self.stderr.next() => self.core.printed(Output::Stderr, lines),
                }
            }
        };
        let _ = timeout(LAST_WORDS, rest).await;
        self.core.printed(Output::Stdout, self.stdout.finish().into_iter().collect());
        self.core.printed(Output::Stderr, self.stderr.finish().into_iter().collect());
    }

    /// The group outlives its processes, so the kernel's last word is always heard.
    fn tell_end(&mut self, code: i32) {
        self.count();
        self.hear_notification();
        let now = self.now();
        if let Some(kills) = self.reader.as_mut().and_then(Reader::oom_kills) {
            self.witnesses.kernel_ends_with(now, kills);
        }
        let said = self.witnesses.at_end(now, code, false);
        if said.child_too {
            self.core.tell(Happening::ChildOutOfMemory);
        }
        let Testimony { engine_says_oom, kernel_oom_kills, .. } = said;
        let asked_for = self.core.asked_for.load(Ordering::Relaxed);
        self.core.tell(Happening::Ended(Ended { code, engine_says_oom, kernel_oom_kills, asked_for }));
    }

    fn vanished(&self) {
        if !self.core.removing.swap(true, Ordering::Relaxed) {
            self.core.tell(Happening::Vanished);
        }
    }
}

/// One stream of the app's output.
struct Stream<R> {
    source: Option<R>,
    piece: Vec<u8>,
    lines: Lines,
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn new(source: Option<R>) -> Self {
        Self { source, piece: vec![0; PIECE], lines: Lines::default() }
    }

    fn is_open(&self) -> bool {
        self.source.is_some()
    }

    /// The lines that the next piece completes; waits for ever when there is no more. Nothing is lost
    /// when cancelled.
    async fn next(&mut self) -> Vec<String> {
        let Some(source) = &mut self.source else { return pending().await };
        match source.read(&mut self.piece).await {
            Ok(length) if length > 0 => self.lines.push(&self.piece[..length]),
            Ok(_) | Err(_) => {
                self.source = None;
                Vec::new()
            }
        }
    }

    fn finish(&mut self) -> Option<String> {
        self.lines.finish()
    }
}

async fn until(began: Instant, deadline: Option<Elapsed>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(began + deadline.duration()).await,
        None => pending().await,
    }
}
