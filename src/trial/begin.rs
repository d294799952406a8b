use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::load::{Load, Work, spare_core};
use super::{Script, Until};
use crate::conduct::Command;
use crate::event::{Event, Exit, ExitCause, Gate, Header, Kind, State, Why};
use crate::tour;
use crate::units::{Elapsed, Memory};

/// Where a script plays.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) edge: SocketAddr,
    pub(super) commands: UnboundedSender<Command>,
}

/// How far a run has come, as far as its script must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// The app has not served yet.
    Before,
    /// It has.
    Serving,
    /// The run ends.
    Ending,
}

/// Those beside the loop who must know what happens.
pub(super) struct Followers {
    tour: Option<UnboundedSender<Event>>,
    moment: watch::Sender<Moment>,
    /// How long the run goes on.
    until: Until,
    /// What the app needs at the moment, for users who wait until it is steady.
    vitals: watch::Sender<Option<Memory>>,
    commands: UnboundedSender<Command>,
    /// What goes on beside the loop until the run is over.
    script: JoinSet<()>,
    /// Whether its own end is waited for.
    ends_by_itself: bool,
}

impl Followers {
    pub(super) fn until(&mut self, until: Until) {
        self.until = until;
    }

    /// The run is over, and so is its script: what it started has ended when this returns.
    pub(super) async fn end(mut self) {
        self.moment.send_replace(Moment::Ending);
        if self.ends_by_itself {
            while self.script.join_next().await.is_some() {}
        }
        self.script.shutdown().await;
    }

    pub(super) fn tell(&mut self, event: &Event) {
        if let Some(tour) = &self.tour {
            // The tour may have ended.
            let _ = tour.send(event.clone());
        }
        let over = match self.until {
            Until::End => false,
            Until::FirstKill => is_kill(&event.kind),
            Until::FirstFall => is_kill(&event.kind) || is_fall(&event.kind),
        };
        if over {
            // The run may be over already.
            let _ = self.commands.send(Command::Finish);
        }
        if let Kind::Sample(sample) = &event.kind {
            self.vitals.send_replace(Some(sample.need));
        }
        let moment = match &event.kind {
            Kind::State { to: State::Serving, .. } => Moment::Serving,
            Kind::State { why: Why::End, .. } | Kind::Finished(_) => Moment::Ending,
            _ => return,
        };
        self.moment.send_if_modified(|now| std::mem::replace(now, moment.max(*now)) != *now);
    }
}

fn is_kill(kind: &Kind) -> bool {
    matches!(kind, Kind::ChildOutOfMemory { .. } | Kind::Exited(Exit { cause: ExitCause::OutOfMemory, .. }))
}

/// Whether an app that was there is there no more, or did not come up, for another reason than that the run is over.
fn is_fall(kind: &Kind) -> bool {
    match kind {
        Kind::State { from: State::Serving, why, .. } => *why != Why::End,
        Kind::State { from: State::Starting, to, why } => *to != State::Serving && *why != Why::End,
        _ => false,
    }
}

/// Starts what goes on beside the loop: the script, and the clock that ends the run.
pub(super) fn begin(script: &Script, header: &Header, gate: watch::Receiver<Gate>, stage: Stage) -> Followers {
    let (moment, moments) = watch::channel(Moment::Before);
    let commands = stage.commands.clone();
    let (vitals, felt) = watch::channel(None);
    let mut followers = Followers {
        tour: None,
        moment,
        until: Until::End,
        vitals,
        commands,
        script: JoinSet::new(),
        ends_by_itself: false,
    };
    let work = match script {
        Script::Visitors => return followers,
        Script::Tour => {
            let (told, events) = mpsc::unbounded_channel();
            let Stage { edge, commands } = stage;
            let stage = tour::Stage { edge, spec: Arc::new(header.spec.clone()), commands, events };
            followers.script.spawn(tour::play(stage));
            followers.tour = Some(told);
            return followers;
        }
        Script::Load(scenario) => Work::Scenario(Arc::clone(scenario)),
        Script::Users(scenario) => Work::Users(Arc::clone(scenario)),
        Script::Climb(climb) => Work::Climb(Arc::clone(climb), felt),
        Script::Program(line) => Work::Program(line.clone()),
    };
    followers.script.spawn(Load { work, stage, gate, moments, core: spare_core(header) }.play());
    followers.ends_by_itself = true;
    followers
}

/// Ends the run when its time is up.
pub(super) fn end_after(length: Elapsed, commands: UnboundedSender<Command>) {
    tokio::spawn(async move {
        sleep(length.duration()).await;
        // The run may be over already.
        let _ = commands.send(Command::Finish);
    });
}
