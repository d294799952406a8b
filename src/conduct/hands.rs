//! Carries out what the lifecycle wants of the engine. Every operation runs as a task of its own,
//! within a time limit, and answers with a turn.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::metrics::Answer;
use super::order::order;
use super::reach::Reach;
use crate::engine::{Change, Engine, EngineError, Instance, News};
use crate::event::{Header, InstanceId, Losses, Lost};
use crate::lifecycle::{Fault, Operation, Turn};
use crate::spec::DiskKind;
use crate::units::{Elapsed, Memory, Millicores};

/// Making an instance. An engine may unpack an image for it.
const CREATE: Elapsed = Elapsed::from_secs(60);
/// Running its process.
const START: Elapsed = Elapsed::from_secs(30);
/// What a stop may take on top of its grace, and what a kill may take.
const END: Elapsed = Elapsed::from_secs(30);
/// Removing it with its disk.
const REMOVE: Elapsed = Elapsed::from_secs(30);
/// Changing its share of CPU.
const CHANGE: Elapsed = Elapsed::from_secs(5);
/// Lost files that are recorded by name; the others are counted.
const SHOWN: usize = 20;
/// Looking into it: its sockets.
const LOOK: Elapsed = Elapsed::from_secs(3);
/// Listing what it wrote. An engine may have to compare its whole disk with its image.
const LIST: Elapsed = Elapsed::from_secs(15);

/// An answer of the engine.
pub(super) enum Done<I> {
    /// It made an instance.
    Made(I),
    /// Something is over.
    Turn(InstanceId, Turn),
    /// Files go with an instance.
    Losses(Box<Losses>),
    /// What came of asking the app about itself.
    Answered(Answer),
}

/// The hands, and the instances in them.
pub(super) struct Hands<E: Engine> {
    engine: Arc<E>,
    header: Arc<Header>,
    instances: BTreeMap<InstanceId, E::Instance>,
    news: UnboundedSender<News>,
    done: UnboundedSender<Done<E::Instance>>,
    tasks: JoinSet<()>,
}

impl<E: Engine> Hands<E> {
    pub fn new(
        engine: Arc<E>,
        header: Arc<Header>,
        news: UnboundedSender<News>,
        done: UnboundedSender<Done<E::Instance>>,
    ) -> Self {
        Self { engine, header, instances: BTreeMap::new(), news, done, tasks: JoinSet::new() }
    }

    /// Holds an instance that was made, so that it can be worked on.
    pub fn hold(&mut self, instance: E::Instance) -> InstanceId {
        let id = instance.id();
        self.instances.insert(id, instance);
        id
    }

    pub fn create(&mut self, id: InstanceId) {
        let (engine, news) = (self.engine.clone(), self.news.clone());
        let order = order(&self.header, id);
        self.spawn(async move {
            match within(CREATE, "create the instance", engine.create(order, news)).await {
                Ok(instance) => Done::Made(instance),
                Err(error) => answer(id, Operation::Create, Err(error)),
            }
        });
    }

    pub fn start(&mut self, id: InstanceId) {
        self.work(id, move |instance| async move {
            let started = within(START, "start the instance", instance.start()).await;
            answer(id, Operation::Start, started.map(Turn::Started))
        });
    }

    pub fn stop(&mut self, id: InstanceId) {
        let shutdown = self.header.spec.shutdown.clone();
        self.work(id, move |instance| async move {
            let limit = shutdown.grace + END;
            let stopped = within(limit, "stop the instance", instance.stop(shutdown.signal, shutdown.grace)).await;
            answer(id, Operation::Stop, stopped.map(|in_grace| Turn::Stopped { in_grace }))
        });
    }

    pub fn kill(&mut self, id: InstanceId) {
        self.work(id, move |instance| async move {
            let killed = within(END, "kill the instance", instance.kill()).await;
            answer(id, Operation::Kill, killed.map(|()| Turn::Killed))
        });
    }

    /// Removes it. What the app wrote is looked at first, because afterwards nobody can.
    pub fn remove(&mut self, id: InstanceId) {
        let keeps = self.header.spec.disk.kind == DiskKind::Kept;
        let done = self.done.clone();
        self.work(id, move |instance| async move {
            if !keeps && let Some(losses) = lost_with(&instance).await {
                // A conductor that has left does not listen any more.
                let _ = done.send(Done::Losses(Box::new(losses)));
            }
            let removed = within(REMOVE, "remove the instance", instance.remove()).await;
            answer(id, Operation::Remove, removed.map(|()| Turn::Removed))
        });
    }

    pub fn share(&mut self, id: InstanceId, share: Millicores) {
        let change = Change { cpu: Some((share, self.header.spec.cpu.period)), memory: None };
        self.work(id, move |instance| async move {
            let changed = within(CHANGE, "change its CPU share", instance.change(change)).await;
            Done::Turn(id, Turn::Shared { failed: changed.err().map(|error| error.to_string()) })
        });
    }

    /// Looks why it cannot be reached. An engine that cannot look is no reason to know nothing.
    pub fn diagnose(&mut self, id: InstanceId) {
        let port = self.header.spec.port.number;
        self.work(id, move |instance| async move {
            let story = match within(LOOK, "list its sockets", instance.listeners()).await {
                Ok(listeners) => Reach::of(&listeners, port).to_string(),
                Err(_) => format!("nothing answers on port {port}"),
            };
            Done::Turn(id, Turn::Diagnosed(story))
        });
    }

    /// Works on an instance. The lifecycle names none that was not made.
    fn work<F>(&mut self, id: InstanceId, work: impl FnOnce(E::Instance) -> F)
    where
        F: Future<Output = Done<E::Instance>> + Send + 'static,
    {
        if let Some(instance) = self.instances.get(&id) {
            let task = work(instance.clone());
            self.spawn(task);
        }
    }

    fn spawn(&mut self, task: impl Future<Output = Done<E::Instance>> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        let done = self.done.clone();
        self.tasks.spawn(async move {
            let answer = task.await;
            // A conductor that has left does not listen any more.
            let _ = done.send(answer);
        });
    }
}

async fn lost_with(instance: &impl Instance) -> Option<Losses> {
    let lost = within(LIST, "list its files", instance.losses()).await.ok()?;
    losses(instance.id(), lost)
}

/// What is made anew at every start, so that nobody misses it: compiled Python, and the number by which a
/// framework's statistics know the machine.
const MADE_ANEW: &[&str] = &["/__pycache__/", "/.streamlit/machine_id"];

/// The largest files first; `None` when there are none.
fn losses(instance: InstanceId, mut lost: Vec<Lost>) -> Option<Losses> {
    lost.retain(|file| !MADE_ANEW.iter().any(|part| file.path.contains(part)));
    let size = lost.iter().filter_map(|file| file.size).map(Memory::bytes).sum();
    let count = u64::try_from(lost.len()).unwrap_or(u64::MAX);
    lost.sort_by(|one, other| other.size.cmp(&one.size).then_with(|| one.path.cmp(&other.path)));
    lost.truncate(SHOWN);
    (count > 0).then(|| Losses { instance, count, size: Memory::from_bytes(size), largest: lost })
}

/// Waits for an operation of the engine, but not for ever.
async fn within<T>(
    limit: Elapsed,
    doing: &str,
    operation: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    tokio::time::timeout(limit.duration(), operation).await.unwrap_or_else(|_| {
        Err(EngineError::Failed { doing: doing.to_owned(), reason: format!("no answer in {limit}") })
    })
}

fn answer<I>(id: InstanceId, operation: Operation, result: Result<Turn, EngineError>) -> Done<I> {
    let turn =
        result.unwrap_or_else(|error| Turn::Failed { operation, fault: fault(&error), reason: error.to_string() });
    Done::Turn(id, turn)
}

/// An image that is not there, or cannot run here, is not going to run at the next try either.
fn fault(error: &EngineError) -> Fault {
    match error {
        EngineError::CannotRun { .. }
        | EngineError::ImageAbsent { .. }
        | EngineError::WrongArchitecture { .. }
        | EngineError::WrongKind { .. } => Fault::App,
        EngineError::Unavailable { .. }
        | EngineError::Forbidden { .. }
        | EngineError::Lacking { .. }
        | EngineError::LimitNotApplied { .. }
        | EngineError::Failed { .. } => Fault::Engine,
    }
}
