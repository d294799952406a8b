//! One life of an instance: from its start to the end of its main process, told as news.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::{InspectContainerOptions, WaitContainerOptionsBuilder};
use futures_util::{Stream, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::core::Core;
use super::counters::Source;
use super::departure::Departure;
use super::failure::is_absent;
use crate::engine::cgroup::{Counters, Reader};
use crate::engine::dying::is_dying;
use crate::engine::lines::Lines;
use crate::engine::phase::Phase;
use crate::engine::witness::{Testimony, Witnesses};
use crate::engine::{Ended, Happening};
use crate::units::Elapsed;

/// After the end, the rest of the output is waited for this long.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// An event about the kill may arrive after the end it caused.
const LATE_EVENT: Duration = Duration::from_millis(300);

/// An engine that does not answer may be restarting.
const RETRIES: u32 = 25;
const RETRY_PAUSE: Duration = Duration::from_millis(200);

type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// The watch over one life.
pub(super) struct Life {
    core: Arc<Core>,
    began: Instant,
    output: Option<Output>,
    stdout: Lines,
    stderr: Lines,
    ooms: watch::Receiver<u64>,
    source: Source,
    departure: Departure,
    witnesses: Witnesses,
}

/// What a life is watched through.
pub(super) struct Watch {
    /// Its output, from the first byte.
    pub output: Output,
    /// The engine's count of events, from before the start.
    pub ooms: watch::Receiver<u64>,
    /// The kernel's counters, where they are visible.
    pub reader: Option<Reader>,
    /// Kills that were counted before the start returned.
    pub early: Option<u64>,
}

impl Life {
    pub(super) fn new(core: Arc<Core>, watch: Watch) -> Self {
        let source = Source::new(&core.client, &core.container, (watch.reader, core.networked_pid()));
        let mut witnesses = Witnesses::default();
        if let Some(kills) = watch.early {
            witnesses.kernel_counts(Elapsed::ZERO, kills);
        }
        let departure = Departure::of(core.visible_pid());
        Self {
            core,
            began: Instant::now(),
            output: Some(watch.output),
            stdout: Lines::default(),
            stderr: Lines::default(),
            ooms: watch.ooms,
            source,
            departure,
            witnesses,
        }
    }

    /// Tells everything until the end, then the end.
    pub(super) async fn run(mut self) {
        let core = Arc::clone(&self.core);
        let mut end = std::pin::pin!(exit_code(&core));
        let status = loop {
            let deadline = self.witnesses.deadline();
            tokio::select! {
                status = &mut end => break status,
                piece = next_piece(&mut self.output) => self.printed(piece),
                Ok(()) = self.ooms.changed() => self.engine_told(),
                counters = self.source.next() => self.counted(counters),
                () = until(self.began, deadline) => self.settle(),
                () = self.departure.ended() => self.hear_last_word(),
            }
        };
        self.last_words().await;
        if let Some(status) = status {
            self.tell_end(status).await;
        } else {
            core.vanished();
        }
        core.pid.store(0, Ordering::Relaxed);
        core.phase.send_replace(Phase::Ended);
    }

    fn now(&self) -> Elapsed {
        self.began.elapsed().into()
    }

    fn printed(&mut self, piece: Option<Result<LogOutput, Error>>) {
        let Some(Ok(piece)) = piece else {
            self.output = None;
            return;
        };
        let stderr = matches!(piece, LogOutput::StdErr { .. });
        let lines = if stderr { &mut self.stderr } else { &mut self.stdout };
        for line in lines.push(piece.as_ref()) {
            self.core.tell(Happening::Log { stderr, line });
        }
    }

    fn engine_told(&mut self) {
        self.witnesses.engine_told(self.now());
        // The group may be gone in some 50 ms: the kernel is asked now, not at the next round.
        if let Some(kills) = self.source.oom_kills() {
            self.witnesses.kernel_counts(self.now(), kills);
        }
    }

    fn counted(&mut self, counters: Counters) {
        if let Some(kills) = counters.oom_kills {
            self.witnesses.kernel_counts(self.now(), kills);
        }
        self.core.tell(Happening::Sample(counters.sample(self.core.id, self.source.kind())));
    }

    /// The main process has ended, and its group is still there, or is gone this moment.
    fn hear_last_word(&mut self) {
        if let Some(kills) = self.source.oom_kills() {
            self.witnesses.kernel_ends_with(self.now(), kills);
        }
    }

    /// A kill was some time ago and the main process has not ended. Was it a child's?
    fn settle(&mut self) {
        let now = self.now();
        if self.core.visible_pid().is_some_and(is_dying) {
            self.witnesses.postpone(now);
        } else if self.witnesses.was_child(now) {
            self.core.tell(Happening::ChildOutOfMemory);
        }
    }

    async fn last_words(&mut self) {
        let rest = async {
            while self.output.is_some() {
                let piece = next_piece(&mut self.output).await;
                self.printed(piece);
            }
        };
        let _ = timeout(LAST_WORDS, rest).await;
        let open = [(false, self.stdout.finish()), (true, self.stderr.finish())];
        for (stderr, line) in open {
            if let Some(line) = line {
                self.core.tell(Happening::Log { stderr, line });
            }
        }
    }

    async fn tell_end(&mut self, code: i32) {
        let asked_for = self.core.asked_for.load(Ordering::Relaxed);
        self.hear_last_word();
        let flag = out_of_memory_flag(&self.core).await;
        if self.ooms.has_changed().unwrap_or(false) {
            self.witnesses.engine_told(self.now());
        }
        if self.witnesses.in_doubt(code) && !asked_for && timeout(LATE_EVENT, self.ooms.changed()).await.is_ok() {
            self.witnesses.engine_told(self.now());
        }
        let said = self.witnesses.at_end(self.now(), code, flag);
        if said.child_too {
            self.core.tell(Happening::ChildOutOfMemory);
        }
        let Testimony { engine_says_oom, kernel_oom_kills, .. } = said;
        self.core.tell(Happening::Ended(Ended { code, engine_says_oom, kernel_oom_kills, asked_for }));
    }
}

/// The end of the output is told once; afterwards there is nothing to wait for.
async fn next_piece(output: &mut Option<Output>) -> Option<Result<LogOutput, Error>> {
    match output {
        Some(output) => output.next().await,
        None => pending().await,
    }
}

async fn until(began: Instant, deadline: Option<Elapsed>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(began + deadline.duration()).await,
        None => pending().await,
    }
}

/// The exit status, once there is one. `None` when the container is gone, or the engine is.
async fn exit_code(core: &Core) -> Option<i32> {
    // The engine answers only at the end, which may be days away.
    let client = core.client.clone().with_timeout(Duration::from_secs(u64::from(u32::MAX)));
    for _ in 0..RETRIES {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        let mut answers = std::pin::pin!(client.wait_container(&core.container, Some(options)));
        match answers.next().await {
            Some(Ok(answer)) => return i32::try_from(answer.status_code).ok(),
            Some(Err(Error::DockerContainerWaitError { code, .. })) => return i32::try_from(code).ok(),
            Some(Err(error)) if is_absent(&error) => return None,
            Some(Err(_)) | None => tokio::time::sleep(RETRY_PAUSE).await,
        }
    }
    None
}

async fn out_of_memory_flag(core: &Core) -> bool {
    let found = core.client.inspect_container(&core.container, None::<InspectContainerOptions>).await;
    found.ok().and_then(|found| found.state?.oom_killed).unwrap_or(false)
}
