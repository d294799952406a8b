//! The loop: select over everything, ask the lifecycle, carry out its effects, publish events.
//!
//! The conductor decides nothing. It turns what happens (news of the engine, answers to operations,
//! arrivals at the front door, probes, commands, time) into inputs of the lifecycle, and effects of
//! the lifecycle into operations and events. Every operation of the engine has a time limit, so that
//! an engine that hangs cannot hang a run.

mod conductor;
mod gauges;
mod hands;
mod metrics;
mod order;
mod packets;
mod probe;
mod reach;
mod record;

#[cfg(test)]
mod scenes;
#[cfg(test)]
mod scenes_of_the_end;
#[cfg(test)]
mod scenes_of_the_gauges;
#[cfg(test)]
mod scenes_of_the_share;
#[cfg(test)]
mod theatre;

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::edge::{Epoch, Meter, Report};
use crate::engine::Engine;
use crate::event::{Event, Finish, Gate, Header, LoadReport, Phase};
use conductor::Conductor;
use probe::Dial;

/// What the user, a script or a signal asks of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Ctrl-C. The first one stops the app as its host would, the second one kills it.
    Interrupt,
    /// The run's time is up, or its script has ended: stop the app as its host would.
    Finish,
    /// Wake the app if it sleeps.
    Wake,
    /// Put the app to sleep now.
    Sleep,
    /// Restart the instance, as the platform's own button does.
    Restart,
    /// Write a mark into the record.
    Mark(String),
    /// A phase of the load begins.
    Phase(Box<Phase>),
    /// A phase of the load has ended.
    Load(Box<LoadReport>),
    /// Something the user should know, found by whoever drives the run.
    Notice(String),
}

/// What a run needs. The caller has opened the door already.
#[derive(Debug)]
pub struct Run<E> {
    /// Where instances live.
    pub engine: Arc<E>,
    /// The first event. Its spec is what is carried out, its id marks the instances.
    pub header: Header,
    /// The moment the run began.
    pub epoch: Epoch,
    /// The address of the front door, `http://127.0.0.1:8080`; `None` when there is no door.
    pub listening: Option<String>,
    /// The gate that the front door watches. Begins as `Gate::Hold(Hold::Booting)`.
    pub gate: watch::Sender<Gate>,
    /// What the front door tells.
    pub reports: UnboundedReceiver<Report>,
    /// What moves through the front door.
    pub meter: Arc<Meter>,
    /// What the user, a script or a signal asks.
    pub commands: UnboundedReceiver<Command>,
}

/// Carries out one run and tells how it ended. Every event goes to `publish`, the header first and
/// [`crate::event::Kind::Finished`] last; it must not block.
///
/// Returns when every instance is removed; what could not be removed is told by a notice. A run
/// whose future is dropped leaves its instances behind.
pub async fn run<E: Engine>(run: Run<E>, publish: impl FnMut(Event)) -> Finish {
    let dial = Dial::new(run.engine.clone(), &run.header.spec, run.listening.as_deref());
    Conductor::new(run, dial, publish).play().await
}
