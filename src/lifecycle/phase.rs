use super::setback::Failure;
use crate::event::{State, Why};
use crate::units::Elapsed;

/// What the platform is about with the app, with what only that phase knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Asleep,
    Starting {
        origin: Origin,
        /// When the platform's own delay is over, while it lasts.
        until: Option<Elapsed>,
    },
    Serving,
    Draining,
    Stopping(Then),
    Backoff {
        until: Elapsed,
    },
    Suspended,
    Gone,
}

/// What a start comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The run began.
    Boot,
    /// Somebody woke the app.
    Wake,
    /// The user or the timetable restarts it.
    Restart,
    /// It failed before.
    Recovery,
}

/// What follows when the process has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    Sleep,
    /// It was to sleep, and somebody asked for it at this moment.
    Wake {
        asked: Elapsed,
    },
    Restart(Why),
    /// It was stopped because it failed.
    Fail(Failure),
    /// The run ends.
    End,
}

/// How far a phase wants the instance to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Ready to be started.
    Made,
    /// Running.
    Running,
    /// Without a process, then the next phase begins.
    Stopped,
    /// Left alone, but for a disk that is lost anyway.
    Rest,
    /// Removed, then the run is over.
    Nothing,
    /// Nothing more is wished.
    Peace,
}

impl Phase {
    pub fn state(&self) -> State {
        match self {
            Self::Asleep => State::Asleep,
            Self::Starting { .. } => State::Starting,
            Self::Serving => State::Serving,
            Self::Draining => State::Draining,
            Self::Stopping(_) => State::Stopping,
            Self::Backoff { .. } => State::Backoff,
            Self::Suspended => State::Suspended,
            Self::Gone => State::Gone,
        }
    }

    pub fn wish(&self) -> Wish {
        match self {
            // The next instance is made ahead, so that a wake costs no more than its start.
            Self::Asleep | Self::Backoff { .. } | Self::Starting { until: Some(_), .. } => Wish::Made,
            Self::Starting { until: None, .. } | Self::Serving | Self::Draining => Wish::Running,
            Self::Stopping(Then::End) => Wish::Nothing,
            Self::Stopping(_) => Wish::Stopped,
            Self::Suspended => Wish::Rest,
            Self::Gone => Wish::Peace,
        }
    }

    /// Whether a process that runs now is one that the platform wants to run.
    pub fn is_live(&self) -> bool {
        self.wish() == Wish::Running
    }
}
