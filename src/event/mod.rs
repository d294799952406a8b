//! The vocabulary of a run: every fact that emu observes or decides, in the order it happened.
//!
//! A run *is* its events. Views (the live line, the summary, the tables) are folds over them, so a
//! live run and its replay say the same. The stored form is in [`stored`]; it has a version of its own.

mod gate;
mod gauges;
mod instance;
mod load;
mod part;
mod redact;
mod request;
mod sample;
mod share;
mod state;
pub mod stored;

pub use gate::{Gate, Hold};
pub use gauges::{Cache, CacheSize, GaugeValue, Gauges};
pub use instance::{Ended, Exit, ExitCause, InstanceId, Listener, Losses, Lost};
pub use load::{LoadFailure, LoadReport, Phase, PhaseRole, Shortfall, Spread};
pub use part::Part;
pub use request::{Asker, ClientKind, Ending, Request, RequestId};
pub use sample::{Sample, SampleSource};
pub use share::{Share, ShareLevel, ShareWhy};
pub use state::{State, Why};

use serde::{Deserialize, Serialize};

use crate::spec::{Machine, Spec};
use crate::units::{Elapsed, Memory};

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number in the run, from zero, without gaps.
    pub seq: u64,
    /// Since the start of the run, on the host's monotonic clock.
    pub at: Elapsed,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The first event: what is run, where, and by whom.
    Header(Box<Header>),
    /// The front door is open at this address.
    Listening {
        /// `http://127.0.0.1:8080`.
        address: String,
    },
    /// The instance's state changed.
    State {
        /// Before.
        from: State,
        /// After.
        to: State,
        /// Why.
        why: Why,
    },
    /// A sleeping app was asked to wake. The start of a wake's split.
    WakeAsked {
        /// The request that asked; `None` when the user did.
        by: Option<RequestId>,
    },
    /// The platform's own start delay is over. Absent when there is none.
    PlatformReady,
    /// The engine made an instance (nothing runs yet).
    Created {
        /// Which.
        instance: InstanceId,
    },
    /// The instance's process runs.
    Started {
        /// Which.
        instance: InstanceId,
    },
    /// The app accepts connections.
    PortOpen {
        /// Which.
        instance: InstanceId,
    },
    /// The first healthy answer of an instance.
    Ready {
        /// Which.
        instance: InstanceId,
    },
    /// The process ended.
    Exited(Exit),
    /// Memory ran out inside the instance, and a process that is not the main one was killed.
    ChildOutOfMemory {
        /// Which.
        instance: InstanceId,
        /// The need in the last sample before.
        need: Option<Memory>,
    },
    /// The engine removed the instance and its disk.
    Removed {
        /// Which.
        instance: InstanceId,
    },
    /// Files that the app wrote go with an instance.
    Losses(Box<Losses>),
    /// A health check failed in a way that counts.
    HealthFailed {
        /// Which.
        instance: InstanceId,
        /// What the check saw: `no answer in 5 s`, `status 500`.
        reason: String,
    },
    /// Health checks answer again after failures.
    HealthRecovered {
        /// Which.
        instance: InstanceId,
    },
    /// Visitors are let in, held or refused from now on.
    Gate(Gate),
    /// A request ended.
    Request(Box<Request>),
    /// Counters of the instance.
    Sample(Box<Sample>),
    /// The CPU share of an instance from now on. Only where the plan gives more at some times than at others.
    Share(Share),
    /// Who is connected, and what the app says of itself, where it changed.
    Gauges(Box<Gauges>),
    /// A line of the app's own log.
    Log {
        /// Which.
        instance: InstanceId,
        /// Whether it came on standard error.
        stderr: bool,
        /// Without its line end.
        line: String,
    },
    /// A line that the platform would have written.
    Platform {
        /// The line.
        line: String,
    },
    /// Something emu wants its user to know.
    Notice {
        /// A sentence in emu's own words.
        text: String,
    },
    /// A chapter of the tour begins, or the user marked a phase.
    Mark {
        /// Its sentence.
        text: String,
    },
    /// A phase of the load begins.
    Phase(Box<Phase>),
    /// A phase of the load has ended; what its generator saw. Belongs to the phase that began last.
    Load(Box<LoadReport>),
    /// The run is over. The last event.
    Finished(Finish),
}

/// How the notice begins that tells a user who waits after Ctrl-C what for. It is of use at that moment
/// alone, so a summary leaves it out.
pub const STOPPING: &str = "stopping the app as its host would";

/// How the notice begins that tells of a load which does not make the app work: it weakens every comparison.
pub const SHELL: &str = "the page is a shell";

/// What is said of an app that listens on the loopback address alone.
pub const ONLY_ITSELF: &str = "where only itself can reach it";

/// What is said, with the addresses behind it, of an app that listens on other ports.
pub const LISTENS_ELSEWHERE: &str = "; the app listens on ";

/// The first event of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The run's id.
    pub run: String,
    /// The name its user gave it.
    pub name: Option<String>,
    /// The comparison or the search it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Version of emu.
    pub emu_version: String,
    /// Wall clock at the start, RFC 3339. The only wall time in a run.
    pub started: String,
    /// The machine as found.
    pub machine: Machine,
    /// What was run.
    pub spec: Spec,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// Its time was up, or its script ended.
    Completed,
    /// The user interrupted it.
    Interrupted,
    /// The app never served. The reason is a sentence.
    NeverServed(String),
    /// The platform gave the app up (no restart, or suspended), and nothing else was to come.
    GivenUp(String),
    /// The engine failed under us.
    EngineFailed(String),
    /// The run says nothing about the plan. The reason is a sentence.
    Invalid(String),
}
