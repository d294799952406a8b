//! The embedded engine: plans without a container daemon, on Linux.
//!
//! An instance is a process in a control group of its own, started by a small helper ([`shim`]) that
//! also keeps it apart from this machine as far as the [`Isolation`] level says.

mod core;
pub mod delegate;
mod exec;
mod group;
mod helper;
mod leftovers;
mod life;
mod look;
mod machine;
mod network;
pub mod shim;
mod start;
mod stop;

pub use super::embedded::{Diagnosis, Leftover, Surroundings};

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex as AsyncMutex, watch};

use self::core::Core;
use self::group::Nursery;
use self::network::Doors;
use super::owner::Owner;
use super::phase::Phase;
use super::{Change, Engine, EngineError, Executed, Instance, Isolation, Machine, Network, News, Order};
use crate::event::{InstanceId, Listener, Lost};
use crate::spec::Image;
use crate::units::Elapsed;

/// The embedded engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Native {
    machine: Machine,
    nursery: Nursery,
    owner: Owner,
    program: PathBuf,
    scratch: PathBuf,
    inherited: BTreeMap<String, String>,
    /// Why the isolation is not stronger.
    weaker: Option<String>,
    doors: Doors,
}

impl Native {
    /// Looks at what this machine allows. Fails where instances cannot be limited, and where a level of
    /// isolation was asked for that does not work here.
    pub async fn open(surroundings: &Surroundings) -> Result<Self, EngineError> {
        let nursery = Nursery::find()?;
        let program = surroundings.program.clone().unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
        let scratch = surroundings.scratch.clone().unwrap_or_else(|| PathBuf::from("/var/tmp/emu"));
        let (wanted, of, below) = (surroundings.isolation, program.clone(), scratch.clone());
        let tried = tokio::task::spawn_blocking(move || isolation(wanted, &of, &below)).await;
        let (isolation, weaker) = tried.map_err(|error| EngineError::Failed {
            doing: "try the isolation levels".to_owned(),
            reason: error.to_string(),
        })??;
        Ok(Self {
            machine: machine::machine(nursery.version(), nursery.limiters(), isolation),
            nursery,
            owner: Owner::ours(),
            program,
            scratch,
            inherited: surroundings.inherited.clone(),
            weaker,
            doors: Doors::default(),
        })
    }

    /// Makes sure, before a run, that this engine runs such an app.
    pub fn prepare(&self, image: &Image) -> Result<(), EngineError> {
        match image {
            Image::Mimic | Image::Host { .. } => Ok(()),
            Image::Named(name) => Err(EngineError::WrongKind {
                found: format!("the image `{name}`"),
                expected: "programs of this machine",
                engine: "native",
            }),
        }
    }

    /// What is known about this engine.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            machine: self.machine.clone(),
            missing: machine::missing(&self.machine.can),
            isolation: self.weaker.clone(),
            scratch: self.scratch.clone(),
        }
    }

    fn make(&self, order: Order, news: UnboundedSender<News>) -> Result<Process, EngineError> {
        self.prepare(&order.image)?;
        let order = self.placed(order);
        let address = match order.network {
            Network::Host => network::BESIDE_LOOPBACK,
            Network::Own | Network::Closed => network::own_address(),
        };
        let name = self.owner.name(&order.run, order.instance.0);
        let group = self.nursery.make(&name, &order)?;
        let core = Core {
            engine: self.clone(),
            address: SocketAddr::new(address, order.port),
            order,
            name,
            group: group.into(),
            used: AtomicBool::new(false),
            line: AsyncMutex::default(),
            phase: watch::Sender::new(Phase::Created),
            pid: AtomicU32::new(0),
            asked_for: AtomicBool::new(false),
            removing: AtomicBool::new(false),
            news,
        };
        Ok(Process { core: Arc::new(core) })
    }

    /// A network of its own has no way out here, and takes a right that not everybody has.
    fn placed(&self, order: Order) -> Order {
        let network = match order.network {
            Network::Own | Network::Closed if self.machine.can.isolation.is_apart() => Network::Closed,
            Network::Own | Network::Closed | Network::Host => Network::Host,
        };
        Order { network, ..order }
    }
}

/// The level of isolation, and why it is not stronger.
fn isolation(
    wanted: Option<Isolation>,
    program: &Path,
    scratch: &Path,
) -> Result<(Isolation, Option<String>), EngineError> {
    if wanted == Some(Isolation::Process) {
        return Ok((Isolation::Process, Some("it was asked for".to_owned())));
    }
    match shim::sandbox_works(program, scratch) {
        Ok(()) => Ok((Isolation::Sandbox, None)),
        Err(reason) if wanted.is_some() => Err(EngineError::Lacking {
            found: format!("the isolation level `sandbox` does not work here: {reason}"),
            expected: "root, namespaces and overlay mounts".to_owned(),
            help: "`--isolation process` does with less".to_owned(),
        }),
        Err(reason) => Ok((Isolation::Process, Some(reason))),
    }
}

/// The command of the built-in app: the helper is of the same program, and becomes it.
fn mimic(knobs: &[String]) -> Vec<String> {
    ["/proc/self/exe", "__mimic"].map(str::to_owned).into_iter().chain(knobs.iter().cloned()).collect()
}

impl Engine for Native {
    type Instance = Process;

    fn machine(&self) -> &Machine {
        &self.machine
    }

    async fn create(&self, order: Order, news: UnboundedSender<News>) -> Result<Process, EngineError> {
        self.make(order, news)
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.doors.dial(address).await
    }
}

/// An instance of the embedded engine.
#[derive(Debug, Clone)]
pub struct Process {
    core: Arc<Core>,
}

impl Instance for Process {
    fn id(&self) -> InstanceId {
        self.core.order.instance
    }

    fn start(&self) -> impl Future<Output = Result<SocketAddr, EngineError>> + Send {
        // In a task of its own: a process that runs unwatched could not be stopped properly.
        let started = tokio::spawn(start::start(Arc::clone(&self.core)));
        async move {
            let ended = || EngineError::Failed {
                doing: "start the instance".to_owned(),
                reason: "emu is shutting down".to_owned(),
            };
            started.await.unwrap_or_else(|_| Err(ended()))
        }
    }

    async fn stop(&self, signal: String, grace: Elapsed) -> Result<bool, EngineError> {
        stop::stop(&self.core, &signal, grace).await
    }

    async fn kill(&self) -> Result<(), EngineError> {
        stop::kill(&self.core).await
    }

    async fn change(&self, change: Change) -> Result<(), EngineError> {
        if self.core.runs() { self.core.group().change(change) } else { Ok(()) }
    }

    async fn exec(&self, command: Vec<String>) -> Result<Executed, EngineError> {
        exec::exec(&self.core, command).await
    }

    async fn listeners(&self) -> Result<Vec<Listener>, EngineError> {
        Ok(look::listeners(&self.core))
    }

    async fn losses(&self) -> Result<Vec<Lost>, EngineError> {
        let core = Arc::clone(&self.core);
        // Beside the loop: an app may have written a lot.
        Ok(tokio::task::spawn_blocking(move || look::losses(&core)).await.unwrap_or_default())
    }

    async fn remove(&self) -> Result<(), EngineError> {
        self.core.removing.store(true, Ordering::Relaxed);
        stop::kill(&self.core).await?;
        self.core.engine.clear(&self.core.name).await
    }
}
