use super::pass;
use crate::engine::EngineError;
use crate::event::{Listener, Lost};
use crate::units::{Elapsed, Memory};

/// How one instance lives. The default makes, starts, stops and goes at once, and serves for ever.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Making it.
    pub create: Answer,
    /// Running its process.
    pub start: Answer,
    /// Stopping it. Its time comes on top of what the process takes.
    pub stop: Answer,
    /// Killing it.
    pub kill: Answer,
    /// Changing its limits.
    pub change: Answer,
    /// Removing it.
    pub remove: Answer,
    /// How the app answers.
    pub app: App,
    /// What else happens, each at its time after the start of the process.
    pub acts: Vec<(Elapsed, Act)>,
    /// The time from the stop signal to the end; `None` when the process does not heed it.
    pub heeds: Option<Elapsed>,
    /// Sockets that listen inside.
    pub listeners: Vec<Listener>,
    /// Files that are lost with it.
    pub losses: Vec<Lost>,
}

/// How the engine answers one kind of call.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// After this time.
    pub takes: Elapsed,
    /// With this error.
    pub error: Option<EngineError>,
}

/// How an app answers. Times count from the start of its process.
#[derive(Debug, Clone, Default)]
pub struct App {
    /// When it opens its port.
    pub port: Elapsed,
    /// When it first answers.
    pub ready: Elapsed,
    /// Spans in which it does not.
    pub sick: Vec<(Elapsed, Elapsed)>,
}

/// Something that happens to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It writes a line to standard error.
    Log(String),
    /// Its counters are read, and it needs this much.
    Need(Memory),
    /// Its counters are read, and it has used so much CPU time since its start.
    Used(Elapsed),
    /// Its counters are read, and it has sent so many packets since its start.
    Sent(u64),
    /// A child is killed for want of memory.
    ChildOutOfMemory,
    /// The process is killed for want of memory: status 137, and the kernel's counter goes up.
    OutOfMemory,
    /// The process ends with this status.
    Exit(i32),
}

impl Script {
    /// An app that opens its port and answers after `boot`, and stops at once when asked.
    pub fn serving(boot: Elapsed) -> Self {
        let app = App { port: boot, ready: boot, sick: Vec::new() };
        Self { app, heeds: Some(Elapsed::ZERO), ..Self::default() }
    }

    /// The same, to which `act` happens `at` after the start of the process.
    #[must_use]
    pub fn with(mut self, at: Elapsed, act: Act) -> Self {
        self.acts.push((at, act));
        self
    }

    /// An app that never opens its port.
    pub fn mute() -> Self {
        Self::serving(Elapsed::MAX)
    }
}

impl Answer {
    /// An answer after this time.
    pub fn after(takes: Elapsed) -> Self {
        Self { takes, error: None }
    }

    /// A refusal at once.
    pub fn refusing(doing: &str, reason: &str) -> Self {
        let error = EngineError::Failed { doing: doing.to_owned(), reason: reason.to_owned() };
        Self { takes: Elapsed::ZERO, error: Some(error) }
    }

    pub(super) async fn give(&self) -> Result<(), EngineError> {
        if self.takes > Elapsed::ZERO {
            pass(self.takes).await;
        }
        self.error.clone().map_or(Ok(()), Err)
    }
}
