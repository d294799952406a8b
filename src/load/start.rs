use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::{io, thread};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};
use tokio::task::LocalSet;

use super::alarm::Alarm;
use super::desk::House;
use super::drive::{Part, drive, parts, progress};
use super::gates::Gates;
use super::phase::Ground;
use super::watch::Watch;
use super::wire::{Dial, Tcp};
use super::{Outcome, Progress, Target, Told};
use crate::scenario::{Climb, Scenario};
use crate::units::{Elapsed, Memory};

/// What the generator is asked to do, and by whom it is heard.
#[derive(Debug)]
pub struct Order {
    /// What is done.
    pub scenario: Arc<Scenario>,
    /// To whom.
    pub target: Target,
    /// Where phases and reports are told.
    pub tell: UnboundedSender<Told>,
    /// Turns true when the work shall stop. The same when its sender is gone.
    pub stop: watch::Receiver<bool>,
    /// The core that the generator keeps to, counted from zero; `None` for any.
    pub core: Option<usize>,
}

/// What the generator is asked to do where users come one by one.
#[derive(Debug)]
pub struct ClimbOrder {
    /// Who comes, and how long.
    pub climb: Arc<Climb>,
    /// To whom.
    pub target: Target,
    /// What the app needs at the moment, as it is sampled; the next user waits until that is steady.
    pub vitals: watch::Receiver<Option<Memory>>,
    /// Where phases and reports are told.
    pub tell: UnboundedSender<Told>,
    /// Turns true when the work shall stop. The same when its sender is gone.
    pub stop: watch::Receiver<bool>,
    /// The core that the generator keeps to, counted from zero; `None` for any.
    pub core: Option<usize>,
}

/// A generator at work. Dropping it does not stop it.
#[derive(Debug)]
pub struct Generator {
    progress: Arc<Progress>,
    outcome: oneshot::Receiver<Outcome>,
    thread: JoinHandle<()>,
}

/// Starts the work on a thread of its own, with one worker, so that nothing else in the program can delay it.
///
/// Nothing is sent while the gate holds visitors for the first start of the app.
///
/// Fails when the thread cannot be made.
pub fn start(order: Order) -> io::Result<Generator> {
    let parts = parts(&order.scenario);
    let progress = Arc::new(progress(&parts));
    let shared = Arc::clone(&progress);
    alone(progress, move |runtime| work(runtime, order, parts, shared))
}

/// The same for users who come one by one.
pub fn climb(order: ClimbOrder) -> io::Result<Generator> {
    let progress = Arc::new(Progress::new(Vec::new()));
    let shared = Arc::clone(&progress);
    alone(progress, move |runtime| {
        let ClimbOrder { climb, target, vitals, tell, stop, core } = order;
        keep_to(core, &tell);
        LocalSet::new().block_on(runtime, async {
            let bounds = (climb.timeout, climb.most as usize);
            let house = house(Tcp(target.address), bounds, target.gate, shared);
            let ground = Ground { house: Rc::new(house), alarm: Alarm::fine(), stop, host: target.host };
            super::climb::go(&climb, Rc::new(ground), (vitals, tell)).await
        })
    })
}

/// Has something done on a thread of its own.
fn alone(progress: Arc<Progress>, work: impl FnOnce(&Runtime) -> Outcome + Send + 'static) -> io::Result<Generator> {
    let (done, outcome) = oneshot::channel();
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let thread = thread::Builder::new().name("load".to_owned()).spawn(move || {
        let outcome = work(&runtime);
        // Nobody may be waiting any more.
        let _ = done.send(outcome);
    })?;
    Ok(Generator { progress, outcome, thread })
}

impl Generator {
    /// How far it has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Returns when the work has ended and its thread is gone.
    ///
    /// Fails when the generator broke, which is our mistake.
    pub async fn ended(self) -> io::Result<Outcome> {
        let outcome = self.outcome.await;
        let joined = self.thread.join();
        outcome.ok().filter(|_| joined.is_ok()).ok_or_else(|| io::Error::other("the generator of load broke"))
    }
}

fn work(runtime: &Runtime, order: Order, parts: Vec<Part>, progress: Arc<Progress>) -> Outcome {
    let Order { scenario, target, tell, stop, core } = order;
    keep_to(core, &tell);
    // The clock and the alarm belong to the runtime.
    LocalSet::new().block_on(runtime, async {
        let bounds = (scenario.timeout, scenario.connections as usize);
        let house = house(Tcp(target.address), bounds, target.gate, progress);
        let ground = Ground { house: Rc::new(house), alarm: Alarm::fine(), stop, host: target.host };
        drive(parts, scenario.seed, ground, tell).await
    })
}

/// `timeout` and `hands`: how long an answer may take, and how many are waited for at once.
pub(super) fn house<D: Dial>(
    dial: D,
    (timeout, hands): (Elapsed, usize),
    gate: watch::Receiver<crate::event::Gate>,
    progress: Arc<Progress>,
) -> House<D> {
    let watch = Watch::begin();
    House {
        dial,
        kept: RefCell::default(),
        gates: Gates::new(gate, watch),
        progress,
        watch,
        timeout,
        hands: hands.max(1),
    }
}

fn keep_to(core: Option<usize>, tell: &UnboundedSender<Told>) {
    let Some(core) = core else { return };
    core_set(None, core).unwrap_or_else(|error| {
        // Whoever does not listen any more does not want to know.
        let _ = tell.send(Told::Note(format!("the generator of load cannot keep to CPU {core}: {error}")));
    });
}

/// Keeps a process, or this thread, to one core.
#[cfg(target_os = "linux")]
pub(super) fn core_set(process: Option<rustix::process::Pid>, core: usize) -> io::Result<()> {
    let mut cores = rustix::thread::CpuSet::new();
    if core >= rustix::thread::CpuSet::MAX_CPU {
        return Err(io::Error::other("there is no such CPU"));
    }
    cores.set(core);
    Ok(rustix::thread::sched_setaffinity(process, &cores)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn core_set(_: Option<rustix::process::Pid>, _: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
