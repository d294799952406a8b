//! One run, from its first event to its last, with whatever is done to the app meanwhile.
//!
//! Connects the rooms: the front door, the loop, and the script (visitors of their own accord, the
//! tour, or a load). Everything that happens is handed to one listener.

mod begin;
mod load;
mod rota;

pub use rota::rota;

use std::cell::RefCell;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use crate::conduct::{self, Command, Run};
use crate::edge::{self, EdgeRules, Epoch, Meter, Wiring};
use crate::engine::Engine;
use crate::event::{Event, Finish, Gate, Header, Hold};
use crate::scenario::{Climb, Scenario};
use crate::units::Elapsed;

/// Open requests get this long to end when the run does.
const DRAIN: Elapsed = Elapsed::from_secs(1);

/// What a run needs.
#[derive(Debug)]
pub struct Trial<E> {
    /// Where instances live.
    pub engine: Arc<E>,
    /// The first event, with everything that was resolved.
    pub header: Header,
    /// Where visitors come in.
    pub listener: TcpListener,
    /// What is done to the app.
    pub script: Script,
    /// When to end at the latest; `None` for when the script ends, or somebody asks.
    pub length: Option<Elapsed>,
    /// Whether the run goes on when the app has fallen.
    pub until: Until,
    /// What moves through the front door, for whoever wants to look.
    pub meter: Arc<Meter>,
}

/// How long a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// Until its script ends, or somebody asks.
    #[default]
    End,
    /// No longer than until the first kill for want of memory: nothing else is asked of it.
    FirstKill,
    /// No longer than until the app is killed, does not come up, or visitors are not let in any more.
    FirstFall,
}

/// What is done to the app.
#[derive(Debug, Clone)]
pub enum Script {
    /// Nothing: visitors come of their own accord, and the run lasts until somebody ends it.
    Visitors,
    /// The whole life of a plan, told in sentences.
    Tour,
    /// Requests, phase after phase; the run ends with the last answer.
    Load(Arc<Scenario>),
    /// The same, with users who use the app as it wants to be used, which is found out when it serves.
    Users(Arc<Scenario>),
    /// Users who come one by one; the run ends when one too many has come, or when those who stay have stayed.
    Climb(Arc<Climb>),
    /// Another program sends requests: a line for the shell. The run ends with it.
    Program(String),
}

/// Both ends of the way to ask something of a run.
#[derive(Debug)]
pub struct Asking {
    /// Where to ask.
    pub commands: UnboundedSender<Command>,
    /// Where the run hears it.
    pub asked: UnboundedReceiver<Command>,
}

impl Default for Asking {
    fn default() -> Self {
        let (commands, asked) = mpsc::unbounded_channel();
        Self { commands, asked }
    }
}

/// Carries out one run, and tells how it ended. Every event goes to `publish`, which must not block. This is
/// the one place where secret values are taken out of events: nobody behind it ever sees one.
///
/// Fails only when the front door cannot be opened; nothing runs then.
pub async fn play<E: Engine>(trial: Trial<E>, asking: Asking, publish: impl FnMut(Event)) -> io::Result<Finish> {
    let Trial { engine, header, listener, script, length, until, meter } = trial;
    let epoch = Epoch::begin();
    let (gate, watched) = watch::channel(Gate::Hold(Hold::Booting));
    let (reports, arriving) = mpsc::unbounded_channel();
    let redactor = header.spec.secrets.redactor();
    let rules = EdgeRules::from(&header.spec);
    let wiring = Wiring { rules, epoch, gate: watched, reports, meter: Arc::clone(&meter) };
    let reached = Arc::clone(&engine);
    let door = edge::serve(listener, wiring, move |address| {
        let engine = Arc::clone(&reached);
        async move { engine.dial(address).await }
    })?;
    if let Some(length) = length {
        begin::end_after(length, asking.commands.clone());
    }
    let stage = begin::Stage { edge: door.address(), commands: asking.commands };
    let mut followers = begin::begin(&script, &header, gate.subscribe(), stage);
    followers.until(until);
    let run = Run {
        engine,
        header,
        epoch,
        listening: Some(format!("http://{}", door.address())),
        gate,
        reports: arriving,
        meter,
        commands: asking.asked,
    };
    let publish = RefCell::new(publish);
    let finish = conduct::run(run, |event| {
        let event = event.redacted(&redactor);
        followers.tell(&event);
        (publish.borrow_mut())(event);
    })
    .await;
    followers.end().await;
    door.shut(DRAIN).await;
    Ok(finish.redacted(&redactor))
}
