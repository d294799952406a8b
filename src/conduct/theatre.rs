//! Where the tests of this room play: a scripted engine, a door that is a channel, a paused clock.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::conductor::Conductor;
use super::probe::{Probe, Unwell};
use super::{Command, Run};
use crate::edge::{Epoch, Meter, Report};
use crate::engine::fake::{FakeEngine, Script};
use crate::engine::{Engine, Machine};
use crate::event::{ClientKind, Event, Finish, Gate, Header, Hold, InstanceId, Kind, RequestId, State};
use crate::spec::Spec;
use crate::spec::example::example;
use crate::units::Elapsed;

/// What the app tells of itself.
type Book = Arc<Mutex<Result<String, Unwell>>>;

/// Asks the scripted apps instead of sockets.
#[derive(Clone)]
struct Ear(FakeEngine, Book);

impl Probe for Ear {
    async fn knock(&self, address: SocketAddr) -> Result<(), Unwell> {
        self.0.knock(address).map_err(Unwell::new)
    }

    async fn ask(&self, address: SocketAddr) -> Result<(), Unwell> {
        self.0.ask(address).map_err(Unwell::new)
    }

    async fn read(&self, address: SocketAddr, _path: &str) -> Result<String, Unwell> {
        self.0.ask(address).map_err(Unwell::new)?;
        self.1.lock().unwrap().clone()
    }
}

/// A run in progress, with everything outside it in the hands of a test.
pub(super) struct Theatre {
    pub engine: FakeEngine,
    pub epoch: Epoch,
    pub meter: Arc<Meter>,
    /// What the app tells of itself.
    pub book: Book,
    pub gate: watch::Receiver<Gate>,
    commands: UnboundedSender<Command>,
    reports: UnboundedSender<Report>,
    events: Arc<Mutex<Vec<Event>>>,
    /// Where the gate stood when each event was told.
    gates: Arc<Mutex<Vec<Gate>>>,
    run: JoinHandle<Finish>,
}

impl Theatre {
    /// A run whose instances live by `scripts`, under the example spec as edited.
    pub fn open(scripts: impl Fn(InstanceId) -> Script + Send + Sync + 'static, edit: impl FnOnce(&mut Spec)) -> Self {
        let mut spec = example();
        edit(&mut spec);
        let engine = FakeEngine::new(scripts);
        let (commands, to_commands) = unbounded_channel();
        let (reports, to_reports) = unbounded_channel();
        let (gate, seen) = watch::channel(Gate::Hold(Hold::Booting));
        let meter = Arc::new(Meter::default());
        let epoch = Epoch::begin();
        let run = Run {
            engine: Arc::new(engine.clone()),
            header: header(spec),
            epoch,
            listening: Some("http://127.0.0.1:8080".into()),
            gate,
            reports: to_reports,
            meter: meter.clone(),
            commands: to_commands,
        };
        let events = Arc::new(Mutex::new(Vec::new()));
        let gates = Arc::new(Mutex::new(Vec::new()));
        let (written, stood, watched) = (events.clone(), gates.clone(), seen.clone());
        let book: Book = Arc::new(Mutex::new(Ok(String::new())));
        let conductor = Conductor::new(run, Ear(engine.clone(), book.clone()), move |event| {
            written.lock().unwrap().push(event);
            stood.lock().unwrap().push(*watched.borrow());
        });
        let run = tokio::spawn(conductor.play());
        Self { engine, epoch, meter, book, gate: seen, commands, reports, events, gates, run }
    }

    /// Every instance boots in a second.
    pub fn serving(edit: impl FnOnce(&mut Spec)) -> Self {
        Self::open(|_| Script::serving(Elapsed::from_secs(1)), edit)
    }

    /// Time passes.
    pub async fn pass(&self, millis: u64) {
        tokio::time::sleep(Elapsed::from_millis(millis).duration()).await;
    }

    /// Time passes until the run is `secs` old.
    pub async fn at(&self, secs: u64) {
        tokio::time::sleep_until(self.epoch.instant(Elapsed::from_secs(secs))).await;
    }

    pub fn command(&self, command: Command) {
        self.commands.send(command).unwrap();
    }

    /// A visitor comes to an app that is away.
    pub fn visitor(&self, number: u64) {
        let report = Report::WakeAsked { request: RequestId(number), client: ClientKind::Client };
        self.reports.send(report).unwrap();
    }

    /// The front door tells something.
    pub fn report(&self, report: Report) {
        self.reports.send(report).unwrap();
    }

    /// Waits for the end of the run. One that lasts a day has no end.
    pub async fn end(&mut self) -> Finish {
        let day = Elapsed::from_secs(86_400).duration();
        tokio::time::timeout(day, &mut self.run).await.expect("the run ends").unwrap()
    }

    /// The run is over within its time, everything is removed, and nothing follows the end.
    pub async fn ends(&mut self, command: Command) -> Finish {
        self.command(command);
        let finish = self.end().await;
        assert_eq!(self.engine.left(), [], "left behind after {:?}", self.engine.calls());
        assert_eq!(self.kinds().last(), Some(&Kind::Finished(finish.clone())));
        finish
    }

    pub fn kinds(&self) -> Vec<Kind> {
        self.events.lock().unwrap().iter().map(|event| event.kind.clone()).collect()
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// The states that were told while the gate stood open.
    pub fn told_open(&self) -> Vec<State> {
        let (events, gates) = (self.events.lock().unwrap(), self.gates.lock().unwrap());
        let open = events.iter().zip(gates.iter()).filter(|(_, gate)| matches!(gate, Gate::Open(_)));
        let states = open.filter_map(|(event, _)| match event.kind {
            Kind::State { to, .. } => Some(to),
            _ => None,
        });
        states.collect()
    }

    pub fn state(&self) -> State {
        self.states().last().map_or(State::Gone, |(_, state)| *state)
    }

    /// The states it went through, with the millisecond of their beginning.
    pub fn states(&self) -> Vec<(u64, State)> {
        self.find(|kind| match kind {
            Kind::State { to, .. } => Some(*to),
            _ => None,
        })
    }

    pub fn notices(&self) -> Vec<String> {
        let notices = self.find(|kind| match kind {
            Kind::Notice { text } => Some(text.clone()),
            _ => None,
        });
        notices.into_iter().map(|(_, text)| text).collect()
    }

    /// When processes began to run, in milliseconds.
    pub fn starts(&self) -> Vec<u64> {
        let starts = self.find(|kind| matches!(kind, Kind::Started { .. }).then_some(()));
        starts.into_iter().map(|(at, ())| at).collect()
    }

    /// What `pick` finds among the events, with the millisecond.
    pub fn find<T>(&self, pick: impl Fn(&Kind) -> Option<T>) -> Vec<(u64, T)> {
        let events = self.events.lock().unwrap();
        events.iter().filter_map(|event| Some((event.at.millis(), pick(&event.kind)?))).collect()
    }

    /// How often the engine was called like this.
    pub fn calls(&self, call: &str) -> usize {
        self.engine.calls().iter().filter(|made| made.starts_with(call)).count()
    }
}

pub(super) fn header(spec: Spec) -> Header {
    Header {
        run: "r1".into(),
        name: None,
        part: None,
        emu_version: "0".into(),
        started: "2026-01-01T00:00:00Z".into(),
        machine: machine(),
        spec,
    }
}

fn machine() -> Machine {
    FakeEngine::new(|_| Script::default()).machine().clone()
}
