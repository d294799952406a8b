//! A scripted engine for tests: it plays instances on tokio's clock and touches nothing.
//!
//! It keeps the engine's contract (news in order, the end told before a stop returns, removing what
//! is gone succeeds), and writes down every call, so that a test can say what was done and what was
//! left behind.

mod instance;
mod ledger;
mod script;

pub use instance::FakeInstance;
pub use script::{Act, Answer, App, Script};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::{Capabilities, Engine, EngineError, Isolation, Machine, News, Order};
use crate::event::InstanceId;
use crate::units::{Elapsed, Memory};
use ledger::Ledger;

type Scripts = dyn Fn(InstanceId) -> Script + Send + Sync;

/// The engine. Clones share their instances and their record of calls.
#[derive(Clone)]
pub struct FakeEngine {
    machine: Machine,
    scripts: Arc<Scripts>,
    ledger: Arc<Ledger>,
}

impl FakeEngine {
    /// An engine whose instances live by what `scripts` says about their number.
    pub fn new(scripts: impl Fn(InstanceId) -> Script + Send + Sync + 'static) -> Self {
        Self { machine: machine(), scripts: Arc::new(scripts), ledger: Arc::default() }
    }

    /// Every call so far, in order: `create #1`, `start #1`, `stop #1 SIGTERM`, `kill #1`, `remove #1`.
    pub fn calls(&self) -> Vec<String> {
        self.ledger.calls()
    }

    /// What was ordered so far.
    pub fn orders(&self) -> Vec<Order> {
        self.ledger.orders()
    }

    /// Instances that were made and not removed.
    pub fn left(&self) -> Vec<InstanceId> {
        self.ledger.left()
    }

    /// How often an app was dialled so far.
    pub fn questions(&self) -> u64 {
        self.ledger.questions()
    }

    /// Whether the app at this address accepts a connection now.
    pub fn knock(&self, address: SocketAddr) -> Result<(), String> {
        self.ledger.dial(address).ok_or("connection refused")?.knock()
    }

    /// What the app at this address answers to the health question now.
    pub fn ask(&self, address: SocketAddr) -> Result<(), String> {
        self.ledger.dial(address).ok_or("connection refused")?.ask()
    }

    /// Somebody else kills an instance's process.
    pub fn kill_from_outside(&self, instance: InstanceId) {
        if let Some(found) = self.ledger.find(instance) {
            found.end(instance::KILLED);
        }
    }

    /// Somebody else removes an instance.
    pub fn take_away(&self, instance: InstanceId) {
        if let Some(found) = self.ledger.find(instance) {
            found.vanish();
        }
    }
}

impl Engine for FakeEngine {
    type Instance = FakeInstance;

    fn machine(&self) -> &Machine {
        &self.machine
    }

    async fn create(&self, order: Order, news: UnboundedSender<News>) -> Result<FakeInstance, EngineError> {
        let id = order.instance;
        self.ledger.call(format!("create {id}"));
        let script = (self.scripts)(id);
        script.create.give().await?;
        let instance = FakeInstance::new(id, address(id, order.port), script, news, self.ledger.clone());
        self.ledger.made(order, instance.clone());
        Ok(instance)
    }
}

/// Every instance has an address of its own, as in a real network of containers.
fn address(instance: InstanceId, port: u16) -> SocketAddr {
    let [_, _, high, low] = instance.0.to_be_bytes();
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, high, low)), port)
}

fn machine() -> Machine {
    Machine {
        engine: "fake".into(),
        engine_version: "1".into(),
        memory: Memory::from_mib(8_192),
        swap: Memory::default(),
        cpus: 4,
        platform: "linux/amd64".into(),
        can: Capabilities {
            memory_limit: true,
            swap_limit: true,
            cpu_quota: true,
            pids_limit: true,
            cpuset: true,
            fast_counters: true,
            cgroup_version: 2,
            direct_address: true,
            disk_size: true,
            isolation: Isolation::Container,
            other_user: true,
            live_limits: true,
            sent_packets: true,
            open_files_most: None,
        },
    }
}

/// Waits on tokio's clock.
async fn pass(time: Elapsed) {
    tokio::time::sleep(time.duration()).await;
}

#[cfg(test)]
mod tests;
