//! Docker, and engines that speak its language.

mod body;
mod build;
mod change;
mod connect;
mod core;
mod counters;
mod create;
mod departure;
mod diagnosis;
mod early;
mod elf;
mod exec;
mod failure;
mod leftovers;
mod life;
mod listeners;
mod losses;
mod machine;
mod mimic_image;
mod place;
mod probe;
mod remove;
mod secret_files;
mod start;
mod stop;
mod tree;
mod watch;

pub use build::{BuildNews, BuildOrder, Built, Cache, Piece, PieceContent};
pub use diagnosis::Diagnosis;
pub use leftovers::Leftover;
pub use place::Surroundings;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OnceCell, oneshot};
use tokio::task::AbortHandle;

use self::connect::Line;
use self::core::Core;
use self::machine::Reach;

use super::owner::Owner;
use super::{Change, Engine, EngineError, Executed, Instance, Machine, News, Order};
use crate::event::{InstanceId, Listener, Lost};
use crate::units::Elapsed;

/// An engine that answers, with what it can do. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Docker {
    line: Line,
    machine: Machine,
    reach: Reach,
    owner: Owner,
    program: Option<PathBuf>,
    /// The image of the built-in app, once it was looked for.
    mimic: Arc<OnceCell<String>>,
}

impl Docker {
    /// Finds the engine: `DOCKER_HOST`, the client's current context, the usual sockets, in this order.
    pub async fn connect(surroundings: &Surroundings) -> Result<Self, EngineError> {
        let line = connect::connect(surroundings).await?;
        let (machine, reach) = machine::machine(&line).await?;
        Ok(Self {
            line,
            machine,
            reach,
            owner: Owner::ours(),
            program: surroundings.program.clone(),
            mimic: Arc::default(),
        })
    }
}

impl Engine for Docker {
    type Instance = Container;

    fn machine(&self) -> &Machine {
        &self.machine
    }

    async fn create(&self, order: Order, news: UnboundedSender<News>) -> Result<Container, EngineError> {
        let (made, result) = oneshot::channel();
        let docker = self.clone();
        // In a task of its own: a caller that gives up must not leave a container behind.
        tokio::spawn(async move {
            if let Err(Ok(unwanted)) = made.send(docker.make(order, news).await) {
                let _ = unwanted.remove().await;
            }
        });
        result.await.unwrap_or_else(|_| Err(ended_early("create the instance")))
    }
}

fn ended_early(doing: &str) -> EngineError {
    EngineError::Failed { doing: doing.to_owned(), reason: "emu is shutting down".to_owned() }
}

/// A container that emu made.
#[derive(Debug, Clone)]
pub struct Container {
    core: Arc<Core>,
    _watch: Arc<Watch>,
}

/// The task that listens to the engine; it ends with the last handle.
#[derive(Debug)]
struct Watch(AbortHandle);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Container {
    fn new(core: Core, created: Option<String>) -> Self {
        let core = Arc::new(core);
        let listening = watch::watch_container(Arc::clone(&core), created);
        let watch = Arc::new(Watch(tokio::spawn(listening).abort_handle()));
        Self { core, _watch: watch }
    }
}

impl Instance for Container {
    fn id(&self) -> InstanceId {
        self.core.id
    }

    fn start(&self) -> impl Future<Output = Result<SocketAddr, EngineError>> + Send {
        // In a task of its own: a process that runs unwatched could not be stopped properly.
        let started = tokio::spawn(start::start(Arc::clone(&self.core)));
        async move { started.await.unwrap_or_else(|_| Err(ended_early("start the instance"))) }
    }

    async fn stop(&self, signal: String, grace: Elapsed) -> Result<bool, EngineError> {
        stop::stop(&self.core, &signal, grace).await
    }

    async fn kill(&self) -> Result<(), EngineError> {
        stop::kill(&self.core).await
    }

    async fn change(&self, change: Change) -> Result<(), EngineError> {
        change::change(&self.core, change).await
    }

    async fn exec(&self, command: Vec<String>) -> Result<Executed, EngineError> {
        exec::exec(&self.core, command).await
    }

    async fn listeners(&self) -> Result<Vec<Listener>, EngineError> {
        listeners::listeners(&self.core).await
    }

    async fn losses(&self) -> Result<Vec<Lost>, EngineError> {
        losses::losses(&self.core).await
    }

    async fn remove(&self) -> Result<(), EngineError> {
        remove::remove(&self.core).await
    }
}
