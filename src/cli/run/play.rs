use std::cell::RefCell;
use std::net::TcpListener;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::sleep;

use super::prepare::Prepared;
use super::screen::Screen;
use crate::cli::summary::summary as show;
use crate::cli::{Exit, Failure, Printer};
use crate::conduct::{self, Command, Run};
use crate::edge::{self, Door, EdgeRules, Epoch, Meter, Wiring};
use crate::engine::Engine;
use crate::event::{Event, Finish, Gate, Header, Hold};
use crate::report::Fold;
use crate::store::{Kept, Recorder};
use crate::tour::{self, Stage};
use crate::units::Elapsed;

/// Open requests get this long to end when the run does.
const DRAIN: Elapsed = Elapsed::from_secs(1);

/// Both ends of the way to ask something of a run.
pub(super) struct Hands {
    pub(super) commands: UnboundedSender<Command>,
    pub(super) asked: UnboundedReceiver<Command>,
}

/// Connects the rooms, lets the run take its course, and shows what it came to.
pub(super) async fn play<E: Engine>(prepared: Prepared<E>, hands: Hands, printer: &Printer) -> Result<Exit, Failure> {
    let Prepared { engine, header, listener, record, plan } = prepared;
    let epoch = Epoch::begin();
    let (gate, watched) = watch::channel(Gate::Hold(Hold::Booting));
    let (reports, arriving) = mpsc::unbounded_channel();
    let meter = Arc::new(Meter::default());
    let wiring =
        Wiring { rules: EdgeRules::from(&header.spec), epoch, gate: watched, reports, meter: Arc::clone(&meter) };
    let door = open(listener, wiring)?;
    let recorder = record.map(Recorder::start);
    let tour = begin(&plan, &door, &header, &hands.commands);
    let audience = RefCell::new(Audience {
        screen: Screen::new(printer, &plan, Arc::clone(&meter)),
        fold: Fold::new(),
        recorder,
        tour,
    });
    let run = Run {
        engine,
        header,
        epoch,
        listening: Some(format!("http://{}", door.address())),
        gate,
        reports: arriving,
        meter,
        commands: hands.asked,
    };
    let finish = conduct::run(run, |event| audience.borrow_mut().take(event)).await;
    door.shut(DRAIN).await;
    Ok(audience.into_inner().close(&finish, printer, &plan))
}

/// What the run shall show, and when it ends by itself.
pub(super) struct Plan {
    /// Whether the tour is played.
    pub(super) tour: bool,
    /// When to end.
    pub(super) length: Option<Elapsed>,
    /// Say every request.
    pub(super) verbose: bool,
    /// The summary as JSON.
    pub(super) json: bool,
}

fn open(listener: TcpListener, wiring: Wiring) -> Result<Door, Failure> {
    edge::serve(listener, wiring)
        .map_err(|error| Failure::new(Exit::NotStarted, format!("the front door cannot be opened: {error}")))
}

/// Starts what goes on beside the loop: the tour, and the clock of `--for`.
fn begin(
    plan: &Plan,
    door: &Door,
    header: &Header,
    commands: &UnboundedSender<Command>,
) -> Option<UnboundedSender<Event>> {
    if let Some(length) = plan.length {
        let commands = commands.clone();
        tokio::spawn(async move {
            sleep(length.duration()).await;
            // The run may be over already.
            let _ = commands.send(Command::Finish);
        });
    }
    if !plan.tour {
        return None;
    }
    let (told, events) = mpsc::unbounded_channel();
    let stage = Stage { edge: door.address(), spec: Arc::new(header.spec.clone()), commands: commands.clone(), events };
    tokio::spawn(tour::play(stage));
    Some(told)
}

/// Everybody who reads a run's events. None of them can fail the run.
struct Audience<'p> {
    screen: Screen<'p>,
    fold: Fold,
    recorder: Option<Recorder>,
    tour: Option<UnboundedSender<Event>>,
}

impl Audience<'_> {
    fn take(&mut self, event: Event) {
        self.screen.show(&event);
        self.fold.add(&event);
        if let Some(tour) = &self.tour {
            // The tour may have ended.
            let _ = tour.send(event.clone());
        }
        if let Some(recorder) = &self.recorder {
            recorder.record(event);
        }
    }

    fn close(self, finish: &Finish, printer: &Printer, plan: &Plan) -> Exit {
        self.screen.close();
        let summary = self.fold.summary();
        show(&summary, plan.json.into(), printer);
        match self.recorder.map(Recorder::finish) {
            Some(Kept { trouble: Some(trouble), .. }) => printer.warn(&format!("record incomplete: {trouble}")),
            Some(_) => printer.say(&format!("`emu runs show {}` shows this again", summary.run.id)),
            None => {}
        }
        exit_of(finish)
    }
}

/// How a run's end is told to scripts.
fn exit_of(finish: &Finish) -> Exit {
    match finish {
        Finish::Completed => Exit::Done,
        Finish::Interrupted => Exit::Interrupted,
        Finish::NeverServed(_) => Exit::NotStarted,
        Finish::GivenUp(_) => Exit::Unmet,
        Finish::EngineFailed(_) => Exit::Engine,
        Finish::Invalid(_) => Exit::Invalid,
    }
}
