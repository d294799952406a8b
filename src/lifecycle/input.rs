use std::net::SocketAddr;

use crate::event::{Ended, InstanceId, RequestId};
use crate::units::{Elapsed, Memory};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Time has passed. Due at [`super::Lifecycle::next_deadline`].
    Tick,
    /// A visitor asks for an app that is away.
    WakeAsked(RequestId),
    /// The user wakes the app.
    Wake,
    /// The user puts the app to sleep.
    Sleep,
    /// The user restarts the app.
    Restart,
    /// Answer to [`super::Effect::ReadActivity`]: somebody is there.
    Busy,
    /// Answer to [`super::Effect::ReadActivity`]: nobody is, and the last sign of somebody was then.
    QuietSince(Elapsed),
    /// A request is open at the front door, after a time without any.
    FirstRequest,
    /// The last open request has ended.
    LastRequest,
    /// The run shall end as its host would end it.
    Finish,
    /// Ctrl-C: the first ends the run as its host would, the second kills.
    Interrupt,
    /// Something happened to an instance, or an operation on it is over.
    Instance(InstanceId, Turn),
}

/// What happened to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// It was made; nothing runs in it.
    Created,
    /// Its process runs and can be dialled here.
    Started(SocketAddr),
    /// Its process has ended after the stop signal.
    Stopped {
        /// Whether it did so before the grace was over.
        in_grace: bool,
    },
    /// Its process has ended after the kill.
    Killed,
    /// It is gone, with its disk.
    Removed,
    /// The engine could not do it.
    Failed {
        /// What.
        operation: Operation,
        /// Whose fault it is.
        fault: Fault,
        /// A sentence without a full stop.
        reason: String,
    },
    /// Answer to [`super::Effect::Diagnose`]: what can be seen from outside, as a half sentence
    /// (`nothing listens on port 10000`).
    Diagnosed(String),
    /// It accepts connections.
    PortOpen,
    /// The platform asks a serving app for its health.
    Questioned,
    /// It answered the health question.
    Healthy,
    /// It did not.
    Unhealthy {
        /// Why, as a half sentence (`no answer in 5 s`).
        reason: String,
        /// The status it answered with, if it did.
        status: Option<u16>,
    },
    /// Its process has ended.
    Ended {
        /// As witnessed.
        ended: Ended,
        /// The last line of its log.
        last_words: Option<String>,
    },
    /// Memory ran out inside; the main process lives.
    ChildOutOfMemory,
    /// Its counters were read.
    Sampled {
        /// Memory the app needs.
        need: Memory,
        /// CPU time used since it started.
        cpu: Elapsed,
        /// Kills for want of memory since it started, when told.
        oom_kills: Option<u64>,
    },
    /// Answer to [`super::Effect::Share`].
    Shared {
        /// Why the engine could not do it, as a sentence without a full stop; `None` when it has.
        failed: Option<String>,
    },
    /// Somebody else removed it.
    Vanished,
}

/// An operation of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Make it.
    Create,
    /// Run its process.
    Start,
    /// Signal, grace, kill.
    Stop,
    /// Kill.
    Kill,
    /// Remove it.
    Remove,
}

/// Whose fault a failed operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The app's: it cannot be run at all, and trying again is of no use.
    App,
    /// The engine's.
    Engine,
}
