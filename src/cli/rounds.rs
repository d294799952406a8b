use std::cell::RefCell;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::compare::AskedArm;
use super::engine::Held;
use super::folder::Sources;
use super::header::{Called, header};
use super::lab::Lab;
use super::signals::Interrupts;
use super::{Exit, Failure, Printer, door};
use crate::conduct::Command;
use crate::edge::Meter;
use crate::engine::Chosen;
use crate::event::{Event, Part};
use crate::profile::Profile;
use crate::report::{Fold, Summary};
use crate::spec::{AppSpec, Overrides};
use crate::store::{Kept, Recorder};
use crate::trial::{self, Asking, Script, Trial, Until};

/// Makes runs, each recorded as it goes. A Ctrl-C reaches those that go on.
pub(super) struct Rounds<'l> {
    lab: &'l Lab<'l>,
    printer: &'l Printer,
    interrupts: Interrupts,
    heard: UnboundedReceiver<Command>,
    interrupted: bool,
}

/// One run to be made.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// Under which plan.
    pub(super) profile: Arc<Profile>,
    /// What is run.
    pub(super) app: AppSpec,
    /// What is changed about the plan.
    pub(super) overrides: Overrides,
    /// What is done to it.
    pub(super) script: Script,
    /// How long it goes on.
    pub(super) until: Until,
    /// The question it helps to answer.
    pub(super) part: Part,
}

/// A run that is ready to begin.
struct Ready {
    trial: Trial<Chosen>,
    asking: Asking,
    /// The app's port of this machine, where it has one.
    port: Option<Held>,
}

impl<'l> Rounds<'l> {
    /// Listens for Ctrl-C from now on.
    pub(super) fn new(lab: &'l Lab<'l>, printer: &'l Printer) -> Result<Self, Failure> {
        let (tell, heard) = unbounded_channel();
        let interrupts = Interrupts::listen(tell)
            .map_err(|error| Failure::new(Exit::Mistake, format!("signals cannot be listened for: {error}")))?;
        Ok(Self { lab, printer, interrupts, heard, interrupted: false })
    }

    /// Makes the apps of these arms of a project folder, where one is run, and sees to it that their images are
    /// there. `false` when the user asked for an end before they were.
    pub(super) async fn make(
        &self,
        arms: &mut [AskedArm],
        sources: Option<&Sources>,
        command: &[String],
    ) -> Result<bool, Failure> {
        let making = async {
            if let Some(sources) = sources {
                let plans: Vec<&Profile> = arms.iter().map(|arm| &*arm.profile).collect();
                sources.introduce(&plans, self.printer);
            }
            for arm in arms {
                if let Some(sources) = sources {
                    let made = sources.made(self.lab, &arm.profile, command).await?;
                    arm.app = made.app;
                    arm.overrides.environment.splice(0..0, made.variables);
                }
                self.lab.make_ready(&arm.app.image).await?;
            }
            Ok(true)
        };
        tokio::select! {
            made = making => made,
            () = self.interrupts.first() => Ok(false),
        }
    }

    /// Whether the user asked for an end.
    pub(super) fn interrupted(&mut self) -> bool {
        while let Ok(command) = self.heard.try_recv() {
            self.interrupted |= command == Command::Interrupt;
        }
        self.interrupted
    }

    /// Makes these runs at the same time and returns their summaries, in their order. `watch` sees every
    /// event, with the place of its run.
    pub(super) async fn play(
        &mut self,
        rounds: Vec<Round>,
        watch: impl FnMut(usize, &Event),
    ) -> Result<Vec<Summary>, Failure> {
        let ready = rounds.into_iter().map(|round| self.ready(round)).collect::<Result<Vec<_>, _>>()?;
        let commands: Vec<UnboundedSender<Command>> = ready.iter().map(|one| one.asking.commands.clone()).collect();
        let watch = RefCell::new(watch);
        let lab = self.lab;
        let (printer, watch) = (self.printer, &watch);
        let playing = ready.into_iter().enumerate().map(|(at, one)| async move {
            let (fold, recorder) = (RefCell::new(Fold::new()), lab.recorder());
            let publish = |event: Event| {
                (watch.borrow_mut())(at, &event);
                fold.borrow_mut().add(&event);
                if let Some(recorder) = &recorder {
                    recorder.record(event);
                }
            };
            let finish = trial::play(one.trial, one.asking, publish).await;
            drop(one.port);
            finish.map_err(|error| no_door(&error))?;
            kept(recorder, printer);
            Ok(fold.into_inner().summary())
        });
        let mut playing = std::pin::pin!(join_all(playing));
        loop {
            tokio::select! {
                summaries = &mut playing => return summaries.into_iter().collect(),
                Some(command) = self.heard.recv() => {
                    self.interrupted |= command == Command::Interrupt;
                    for to in &commands {
                        // A run that is over does not listen any more, and needs nothing.
                        let _ = to.send(command.clone());
                    }
                }
                () = self.interrupts.third() => return Err(left_behind()),
            }
        }
    }

    fn ready(&self, round: Round) -> Result<Ready, Failure> {
        let Round { profile, app, overrides, script, until, part } = round;
        let listener = door::free()?;
        let host = listener.local_addr().ok().map(|address| address.to_string());
        let (spec, port) = self.lab.settle(&profile, app, &Overrides { host, ..overrides })?;
        let header = header(Called { name: None, part: Some(part) }, self.lab.machine().clone(), spec);
        let meter = Arc::new(Meter::default());
        let trial = Trial { engine: self.lab.engine(), header, listener, script, length: None, until, meter };
        Ok(Ready { trial, asking: Asking::default(), port })
    }
}

fn kept(recorder: Option<Recorder>, printer: &Printer) {
    if let Some(Kept { trouble: Some(trouble), .. }) = recorder.map(Recorder::finish) {
        printer.warn(&format!("record incomplete: {trouble}"));
    }
}

/// The third Ctrl-C: nothing is waited for, and that is said.
fn left_behind() -> Failure {
    Failure::new(Exit::Interrupted, "left without waiting: an instance may still be there")
        .hint("`emu clean` removes it")
}

fn no_door(error: &std::io::Error) -> Failure {
    Failure::new(Exit::NotStarted, format!("the front door cannot be opened: {error}"))
}
