use super::life::Life;
use crate::event::{Ended, InstanceId};

/// The place of the one instance, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// There is none.
    Empty,
    /// There is none, because the engine could not make one. Only a start tries again.
    Refused,
    Creating(InstanceId),
    /// Ready to be started.
    Made(InstanceId),
    Launching {
        instance: InstanceId,
        /// A process can end before the engine has answered that it runs.
        early: Option<Early>,
    },
    Running(Life),
    /// Its process is being ended.
    Ending(Life, Means),
    /// It has no process any more.
    Ended(InstanceId),
    Removing(InstanceId),
}

/// The end of a process that nobody knows to run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Early {
    pub ended: Ended,
    pub last_words: Option<String>,
}

/// How a process is being ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// emu looks why it cannot be reached, then kills it.
    Diagnosis,
    Stop,
    Kill,
}

impl Slot {
    pub fn instance(&self) -> Option<InstanceId> {
        match self {
            Self::Empty | Self::Refused => None,
            Self::Running(life) | Self::Ending(life, _) => Some(life.instance),
            Self::Creating(id) | Self::Made(id) | Self::Ended(id) | Self::Removing(id) => Some(*id),
            Self::Launching { instance, .. } => Some(*instance),
        }
    }

    pub fn life(&self) -> Option<&Life> {
        match self {
            Self::Running(life) | Self::Ending(life, _) => Some(life),
            _ => None,
        }
    }

    pub fn life_mut(&mut self) -> Option<&mut Life> {
        match self {
            Self::Running(life) | Self::Ending(life, _) => Some(life),
            _ => None,
        }
    }

    /// The life of a process that nobody has begun to end.
    pub fn running(&self) -> Option<&Life> {
        match self {
            Self::Running(life) => Some(life),
            _ => None,
        }
    }

    pub fn has_process(&self) -> bool {
        matches!(self, Self::Launching { .. } | Self::Running(_) | Self::Ending(..))
    }
}
