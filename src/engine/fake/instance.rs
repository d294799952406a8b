use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use super::ledger::Ledger;
use super::pass;
use super::script::{Act, Script};
use crate::engine::{Change, EngineError, Executed, Happening, Instance, News};
use crate::event::{Ended, InstanceId, Listener, Lost, Sample, SampleSource};
use crate::units::{Elapsed, Memory};

/// Status of a process that ended by SIGKILL.
pub(super) const KILLED: i32 = 137;

/// Status of a process that ended by SIGTERM.
const TERMINATED: i32 = 143;

/// One scripted instance.
#[derive(Debug, Clone)]
pub struct FakeInstance {
    id: InstanceId,
    address: SocketAddr,
    script: Arc<Script>,
    news: UnboundedSender<News>,
    ledger: Arc<Ledger>,
    process: Arc<watch::Sender<Process>>,
    oom_kills: Arc<AtomicU64>,
}

/// The main process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Process {
    None,
    Running {
        since: Instant,
    },
    /// The signal was sent: whatever ends it now was asked for.
    Asked {
        since: Instant,
    },
    Gone,
}

impl Process {
    fn since(self) -> Option<Instant> {
        match self {
            Self::Running { since } | Self::Asked { since } => Some(since),
            Self::None | Self::Gone => None,
        }
    }
}

impl FakeInstance {
    pub(super) fn new(
        id: InstanceId,
        address: SocketAddr,
        script: Script,
        news: UnboundedSender<News>,
        ledger: Arc<Ledger>,
    ) -> Self {
        let process = Arc::new(watch::Sender::new(Process::None));
        Self { id, address, script: Arc::new(script), news, ledger, process, oom_kills: Arc::default() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn knock(&self) -> Result<(), String> {
        match self.age() {
            Some(age) if age >= self.script.app.port => Ok(()),
            _ => Err("connection refused".into()),
        }
    }

    pub(super) fn ask(&self) -> Result<(), String> {
        self.knock()?;
        let app = &self.script.app;
        let age = self.age().unwrap_or_default();
        let sick = app.sick.iter().any(|(from, to)| (*from..*to).contains(&age));
        if age < app.ready || sick { Err("status 500".into()) } else { Ok(()) }
    }

    fn age(&self) -> Option<Elapsed> {
        self.process.borrow().since().map(|since| Elapsed::from(since.elapsed()))
    }

    fn tell(&self, what: Happening) {
        // A conductor that has left does not listen any more.
        let _ = self.news.send(News { instance: self.id, what });
    }

    /// The kernel kills the process at its memory limit.
    fn run_out_of_memory(&self) {
        self.oom_kills.fetch_add(1, Ordering::Relaxed);
        self.end(KILLED);
    }

    /// Ends the process with this status, if one runs, and tells so.
    pub(super) fn end(&self, code: i32) {
        let mut asked_for = false;
        let ended = self.process.send_if_modified(|process| {
            asked_for = matches!(process, Process::Asked { .. });
            let runs = process.since().is_some();
            if runs {
                *process = Process::Gone;
            }
            runs
        });
        if ended {
            let kernel_oom_kills = Some(self.oom_kills.load(Ordering::Relaxed));
            self.tell(Happening::Ended(Ended { code, engine_says_oom: false, kernel_oom_kills, asked_for }));
        }
    }

    pub(super) fn vanish(&self) {
        self.process.send_replace(Process::Gone);
        if self.ledger.removed(self.id) {
            self.tell(Happening::Vanished);
        }
    }

    fn ask_to_end(&self) {
        self.process.send_if_modified(|process| {
            let Process::Running { since } = *process else { return false };
            *process = Process::Asked { since };
            true
        });
    }

    async fn gone(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.process.subscribe().wait_for(|process| process.since().is_none()).await;
    }

    /// Plays the acts in their order until the process is gone.
    async fn play(self) {
        let mut acts = self.script.acts.clone();
        acts.sort_by_key(|(at, _)| *at);
        for (at, act) in acts {
            let age = self.age().unwrap_or(at);
            tokio::select! {
                () = self.gone() => return,
                () = pass(at.since(age)) => self.perform(act),
            }
        }
    }

    fn perform(&self, act: Act) {
        match act {
            Act::Log(line) => self.tell(Happening::Log { stderr: true, line }),
            Act::Need(need) => self.tell(Happening::Sample(self.sample(need, Elapsed::ZERO))),
            Act::Used(cpu) => self.tell(Happening::Sample(self.sample(Memory::from_mib(1), cpu))),
            Act::Sent(packets) => {
                let quiet = self.sample(Memory::from_mib(1), Elapsed::ZERO);
                self.tell(Happening::Sample(Sample { sent: Some(packets), ..quiet }));
            }
            Act::ChildOutOfMemory => {
                self.oom_kills.fetch_add(1, Ordering::Relaxed);
                self.tell(Happening::ChildOutOfMemory);
            }
            Act::OutOfMemory => self.run_out_of_memory(),
            Act::Exit(code) => self.end(code),
        }
    }

    fn sample(&self, need: Memory, cpu: Elapsed) -> Sample {
        Sample {
            instance: self.id,
            source: SampleSource::CgroupV2,
            usage: need,
            need,
            shared: None,
            swap: Memory::default(),
            cpu,
            periods: 0,
            throttled_periods: 0,
            throttled: Elapsed::ZERO,
            pids: Some(1),
            oom_kills: Some(self.oom_kills.load(Ordering::Relaxed)),
            sent: None,
            open_files: None,
        }
    }
}

impl Instance for FakeInstance {
    fn id(&self) -> InstanceId {
        self.id
    }

    async fn start(&self) -> Result<SocketAddr, EngineError> {
        self.ledger.call(format!("start {}", self.id));
        self.script.start.give().await?;
        let may = self.process.borrow().since().is_none() && self.ledger.find(self.id).is_some();
        if !may {
            let reason = "it runs already, or is gone".to_owned();
            return Err(EngineError::Failed { doing: "start the instance".into(), reason });
        }
        self.process.send_replace(Process::Running { since: Instant::now() });
        tokio::spawn(self.clone().play());
        Ok(self.address)
    }

    async fn stop(&self, signal: String, grace: Elapsed) -> Result<bool, EngineError> {
        self.ledger.call(format!("stop {} {signal}", self.id));
        self.script.stop.give().await?;
        self.ask_to_end();
        let heeds = self.script.heeds.filter(|heeds| *heeds <= grace);
        let (wait, code) = heeds.map_or((grace, KILLED), |heeds| (heeds, TERMINATED));
        tokio::select! {
            biased;
            () = self.gone() => return Ok(true),
            () = pass(wait) => self.end(code),
        }
        Ok(heeds.is_some())
    }

    async fn kill(&self) -> Result<(), EngineError> {
        self.ledger.call(format!("kill {}", self.id));
        self.script.kill.give().await?;
        self.ask_to_end();
        self.end(KILLED);
        Ok(())
    }

    async fn change(&self, change: Change) -> Result<(), EngineError> {
        let share = change.cpu.map(|(share, period)| format!(" {share} in {period}")).unwrap_or_default();
        let memory = change.memory.map(|memory| format!(" memory {memory}")).unwrap_or_default();
        self.ledger.call(format!("change {}{share}{memory}", self.id));
        self.script.change.give().await
    }

    async fn exec(&self, command: Vec<String>) -> Result<Executed, EngineError> {
        self.ledger.call(format!("exec {} {}", self.id, command.join(" ")));
        Ok(Executed { code: 0, output: String::new() })
    }

    async fn listeners(&self) -> Result<Vec<Listener>, EngineError> {
        Ok(self.script.listeners.clone())
    }

    async fn losses(&self) -> Result<Vec<Lost>, EngineError> {
        Ok(self.script.losses.clone())
    }

    async fn remove(&self) -> Result<(), EngineError> {
        self.ledger.call(format!("remove {}", self.id));
        self.script.remove.give().await?;
        self.ask_to_end();
        self.end(KILLED);
        self.ledger.removed(self.id);
        Ok(())
    }
}
