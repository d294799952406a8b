//! What is asked of an engine besides running instances, whichever it is.

use super::docker::{self, Docker};
use super::native::{self, Native};
use super::{Either, EngineError};
use crate::spec::Image;

/// The engine of a run.
pub type Chosen = Either<Docker, Native>;

/// An instance, or a part of one, that a dead emu left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What the engine calls it.
    pub name: String,
    /// The run it belonged to.
    pub run: String,
    /// How it stands, in words: `Exited (137) 3 hours ago`, `2 processes`.
    pub state: String,
}

impl Chosen {
    /// Makes sure, before a run, that the engine runs such an app.
    pub async fn prepare(&self, image: &Image) -> Result<(), EngineError> {
        match self {
            Self::Docker(docker) => docker.prepare(image).await,
            Self::Native(native) => native.prepare(image),
        }
    }

    /// What dead emus left.
    pub async fn leftovers(&self) -> Result<Vec<Leftover>, EngineError> {
        match self {
            Self::Docker(docker) => docker.leftovers().await.map(all),
            Self::Native(native) => Ok(all(native.leftovers())),
        }
    }

    /// Removes what [`Self::leftovers`] finds, and returns it.
    pub async fn sweep(&self) -> Result<Vec<Leftover>, EngineError> {
        match self {
            Self::Docker(docker) => docker.sweep().await.map(all),
            Self::Native(native) => native.sweep().await.map(all),
        }
    }

    /// Removes everything of one run. The net under a run's own clearing up.
    pub async fn sweep_run(&self, run: &str) -> Result<u32, EngineError> {
        match self {
            Self::Docker(docker) => docker.sweep_run(run).await,
            Self::Native(native) => native.sweep_run(run).await,
        }
    }
}

fn all<L: Into<Leftover>>(found: Vec<L>) -> Vec<Leftover> {
    found.into_iter().map(Into::into).collect()
}

impl From<docker::Leftover> for Leftover {
    fn from(found: docker::Leftover) -> Self {
        Self { name: found.name, run: found.run, state: found.state }
    }
}

impl From<native::Leftover> for Leftover {
    fn from(found: native::Leftover) -> Self {
        Self { name: found.name, run: found.run, state: found.state }
    }
}
