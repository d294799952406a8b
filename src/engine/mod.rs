//! Where instances live. Two small traits, and one room per engine.
//!
//! An engine does what it is told and reports what happened; it decides nothing. What it cannot do
//! is in its [`Capabilities`], known before the run.

pub mod cgroup;
mod chosen;
mod devices;
pub mod docker;
mod dying;
mod either;
mod embedded;
pub mod fake;
mod host;
mod lines;
#[cfg(target_os = "linux")]
pub mod native;
#[cfg(not(target_os = "linux"))]
#[path = "native/elsewhere.rs"]
pub mod native;
// Built in tests as well, so that it goes on building.
#[cfg(all(test, target_os = "linux"))]
#[expect(dead_code, reason = "only its refusal is tested here")]
#[path = "native/elsewhere.rs"]
mod native_elsewhere;
mod open_files;
mod owner;
mod phase;
mod quota;
mod read_back;
mod sockets;
mod witness;

pub use crate::event::Ended;
pub use crate::spec::{Capabilities, Isolation, Machine, Network};
pub use chosen::{Chosen, Leftover};
pub use either::Either;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;

use crate::event::{InstanceId, Listener, Lost, Sample};
use crate::spec::{DiskKind, Image, Secrets};
use crate::units::{Elapsed, Memory, Millicores};

/// A place where instances can be made.
pub trait Engine: Send + Sync + 'static {
    /// What it makes.
    type Instance: Instance;

    /// What this engine can do on this machine.
    fn machine(&self) -> &Machine;

    /// Makes an instance; nothing runs yet. Everything that happens to it afterwards is told
    /// through `news`, in order, until it is removed. Limits are read back before this returns.
    fn create(
        &self,
        order: Order,
        news: UnboundedSender<News>,
    ) -> impl Future<Output = Result<Self::Instance, EngineError>> + Send;

    /// Opens a connection to an address that [`Instance::start`] gave.
    fn dial(&self, address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> + Send {
        TcpStream::connect(address)
    }
}

/// One container's life. Cheap to clone; clones speak of the same container.
pub trait Instance: Clone + Send + Sync + 'static {
    /// Its number in the run.
    fn id(&self) -> InstanceId;

    /// Runs the process. Returns when the engine says it runs, with the address to dial.
    fn start(&self) -> impl Future<Output = Result<SocketAddr, EngineError>> + Send;

    /// Sends `signal`, waits up to `grace` for the end, then kills. Returns when the process ended.
    /// Returns whether it ended within the grace.
    fn stop(&self, signal: String, grace: Elapsed) -> impl Future<Output = Result<bool, EngineError>> + Send;

    /// Kills it now. Returns when the process ended.
    fn kill(&self) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Changes limits while the process runs, and reads them back. Nothing happens to one that has ended.
    fn change(&self, change: Change) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Runs another program beside the app, as its user and under its limits, and returns its output.
    fn exec(&self, command: Vec<String>) -> impl Future<Output = Result<Executed, EngineError>> + Send;

    /// Sockets that listen inside, for the diagnosis of an app that cannot be reached.
    fn listeners(&self) -> impl Future<Output = Result<Vec<Listener>, EngineError>> + Send;

    /// Files the app wrote that go with the instance.
    fn losses(&self) -> impl Future<Output = Result<Vec<Lost>, EngineError>> + Send;

    /// Removes it with its disk. Returns when it is gone. Removing what is gone succeeds.
    fn remove(&self) -> impl Future<Output = Result<(), EngineError>> + Send;
}

/// What an instance shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number in the run.
    pub instance: InstanceId,
    /// The run it belongs to. Leftovers are found by it.
    pub run: String,
    /// Where the program comes from.
    pub image: Image,
    /// The command in place of the image's own. Empty keeps the image's.
    pub command: Vec<String>,
    /// Variables on top of the image's own, without the secret ones.
    pub environment: BTreeMap<String, String>,
    /// Variables and files that only the app may see.
    pub secrets: Secrets,
    /// The port the app must listen on.
    pub port: u16,
    /// Memory at which the kernel kills.
    pub memory: Memory,
    /// Swap on top of it.
    pub swap: Memory,
    /// CPU share.
    pub cpu: Millicores,
    /// Period over which the share is enforced.
    pub cpu_period: Elapsed,
    /// CPUs the app may run on; `None` for all.
    pub cpus: Option<u32>,
    /// Processes and threads.
    pub pids: Option<u32>,
    /// Open files of a process.
    pub open_files: Option<u32>,
    /// Size of `/dev/shm`.
    pub shm: Option<Memory>,
    /// Whether `/tmp` is memory.
    pub tmp_is_memory: bool,
    /// What becomes of the disk.
    pub disk: DiskKind,
    /// User name or id.
    pub user: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
    /// Working directory.
    pub workdir: Option<String>,
    /// Whose network it is in. An engine with one kind only has that one.
    pub network: Network,
}

impl Order {
    /// The built-in app with 64 MiB, one CPU and nothing special; what differs is changed in the copy.
    pub fn plain(run: impl Into<String>, instance: InstanceId, port: u16) -> Self {
        Self {
            instance,
            run: run.into(),
            image: Image::Mimic,
            command: Vec::new(),
            environment: BTreeMap::from([("PORT".to_owned(), port.to_string())]),
            secrets: Secrets::default(),
            port,
            memory: Memory::from_mib(64),
            swap: Memory::default(),
            cpu: Millicores::new(1000),
            cpu_period: Elapsed::from_millis(100),
            cpus: None,
            pids: None,
            open_files: None,
            shm: None,
            tmp_is_memory: false,
            disk: DiskKind::LostAtRestart,
            user: None,
            hostname: None,
            workdir: None,
            network: Network::Own,
        }
    }

    /// All variables, the secret ones as well: what the app is given.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let secret = self.secrets.variables.iter();
        let secret = secret.filter_map(|(name, secret)| Some((name.clone(), secret.text()?.to_owned())));
        self.environment.clone().into_iter().chain(secret).collect()
    }
}

/// Limits that shall change. `None` leaves one as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// CPU share, and the period over which it is enforced.
    pub cpu: Option<(Millicores, Elapsed)>,
    /// Memory at which the kernel kills. The swap on top of it stays what it was.
    pub memory: Option<Memory>,
}

/// What a program that was run beside an app came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Its exit status; 128 and the signal when one ended it.
    pub code: i32,
    /// What it printed, both streams together.
    pub output: String,
}

/// Something that happened to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// To which.
    pub instance: InstanceId,
    /// What.
    pub what: Happening,
}

/// What happened to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A line of its log.
    Log {
        /// Whether it came on standard error.
        stderr: bool,
        /// Without its line end.
        line: String,
    },
    /// Its counters.
    Sample(Sample),
    /// Memory ran out inside, and the main process lives.
    ChildOutOfMemory,
    /// Its main process ended.
    Ended(Ended),
    /// Removed by somebody else.
    Vanished,
}

/// What an engine could not do. Findings about the *app* are never errors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nothing answers where the engine should be.
    #[error("no container engine answers at `{address}`: {reason}")]
    Unavailable {
        /// Where it was looked for.
        address: String,
        /// What was found there.
        reason: String,
    },
    /// It answers, but not to us.
    #[error("the container engine at `{address}` refuses this user: {reason}")]
    Forbidden {
        /// Where.
        address: String,
        /// Its words.
        reason: String,
    },
    /// The image is not on this machine.
    #[error("image `{image}` is not on this machine")]
    ImageAbsent {
        /// Its name.
        image: String,
    },
    /// The image is for another kind of processor.
    #[error("image `{image}` is for `{found}`, this machine runs `{expected}`")]
    WrongArchitecture {
        /// Its name.
        image: String,
        /// What the image is for.
        found: String,
        /// What the machine is.
        expected: String,
    },
    /// This engine runs another kind of app.
    #[error("the engine `{engine}` runs {expected}, found {found}")]
    WrongKind {
        /// What was to be run.
        found: String,
        /// What it runs.
        expected: &'static str,
        /// Its name.
        engine: &'static str,
    },
    /// This machine, or this user, lacks something without which the engine cannot work.
    #[error("{found}; expected {expected}")]
    Lacking {
        /// What was found.
        found: String,
        /// What is needed.
        expected: String,
        /// The next step, in words.
        help: String,
    },
    /// The command cannot be run.
    #[error("`{command}` cannot be run in the instance: {reason}")]
    CannotRun {
        /// The command.
        command: String,
        /// The engine's words.
        reason: String,
    },
    /// A limit was asked for and another one is in force.
    #[error("{limit}: asked for {expected}, but {found} is in force")]
    LimitNotApplied {
        /// Which.
        limit: String,
        /// What was asked for.
        expected: String,
        /// What was read back.
        found: String,
    },
    /// Any other refusal.
    #[error("the engine could not {doing}: {reason}")]
    Failed {
        /// What was tried, as a verb: `create the instance`.
        doing: String,
        /// Its words.
        reason: String,
    },
}
