use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::FakeInstance;
use crate::engine::Order;
use crate::event::InstanceId;

/// What was asked of the engine, and what is there.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    calls: Vec<String>,
    orders: Vec<Order>,
    instances: BTreeMap<InstanceId, FakeInstance>,
    questions: u64,
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn call(&self, call: String) {
        self.pages().calls.push(call);
    }

    pub fn calls(&self) -> Vec<String> {
        self.pages().calls.clone()
    }

    pub fn orders(&self) -> Vec<Order> {
        self.pages().orders.clone()
    }

    pub fn made(&self, order: Order, instance: FakeInstance) {
        let mut pages = self.pages();
        pages.instances.insert(order.instance, instance);
        pages.orders.push(order);
    }

    /// Strikes it out. Returns whether it was there.
    pub fn removed(&self, instance: InstanceId) -> bool {
        self.pages().instances.remove(&instance).is_some()
    }

    pub fn left(&self) -> Vec<InstanceId> {
        self.pages().instances.keys().copied().collect()
    }

    pub fn find(&self, instance: InstanceId) -> Option<FakeInstance> {
        self.pages().instances.get(&instance).cloned()
    }

    pub fn questions(&self) -> u64 {
        self.pages().questions
    }

    pub fn dial(&self, address: SocketAddr) -> Option<FakeInstance> {
        let mut pages = self.pages();
        pages.questions += 1;
        pages.instances.values().find(|instance| instance.address() == address).cloned()
    }
}
