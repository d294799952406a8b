use std::io;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::begin::{Moment, Stage};
use crate::conduct::Command;
use crate::event::{Gate, Header};
use crate::load::{self, ClimbOrder, Mismatch, Order, Outcome, Program, Target, Told};
use crate::scenario::{Climb, Scenario};
use crate::units::Memory;

/// A load on its way: it begins with the app's first service, and its end is the run's.
pub(super) struct Load {
    pub(super) work: Work,
    pub(super) stage: Stage,
    pub(super) gate: watch::Receiver<Gate>,
    pub(super) moments: watch::Receiver<Moment>,
    /// The core that the generator keeps to.
    pub(super) core: Option<usize>,
}

/// The core that is left to the load: the last one, where the app has been kept off it.
pub(super) fn spare_core(header: &Header) -> Option<usize> {
    let (cpus, seen) = (header.machine.cpus, header.spec.cpu.cores_seen?);
    (seen < cpus).then(|| cpus as usize - 1)
}

/// Who sends.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// emu itself.
    Scenario(Arc<Scenario>),
    /// emu too, with users of whom it finds out how they use the app.
    Users(Arc<Scenario>),
    /// emu too, with users who come one by one, and what the app needs meanwhile.
    Climb(Arc<Climb>, watch::Receiver<Option<Memory>>),
    /// Another program: a line for the shell.
    Program(String),
}

impl Load {
    /// Waits for the app, lets the load run, and asks the run to finish.
    pub(super) async fn play(mut self) {
        if self.until(Moment::Serving).await {
            let (tell, told) = unbounded_channel();
            let (stop, stopped) = watch::channel(false);
            let working = tokio::spawn(work(self.work.clone(), self.target(), tell, stopped, self.core));
            self.follow(told, stop).await;
            match working.await {
                Ok(Ok(outcome)) => self.ended(&outcome),
                Ok(Err(error)) => self.say(Command::Notice(format!("the load cannot be sent: {error}"))),
                Err(_) => self.say(Command::Notice("the load broke off: emu made a mistake".into())),
            }
        }
        self.say(Command::Finish);
    }

    fn target(&self) -> Target {
        Target { address: self.stage.edge, host: self.stage.edge.to_string(), gate: self.gate.clone() }
    }

    /// Whether this moment came, and not the end before it.
    async fn until(&mut self, moment: Moment) -> bool {
        let seen = self.moments.wait_for(|now| *now >= moment).await;
        seen.is_ok_and(|now| *now == moment)
    }

    /// Writes down what is told, until nobody tells any more; stops the work when the run ends.
    async fn follow(&self, mut told: UnboundedReceiver<Told>, stop: watch::Sender<bool>) {
        let mut moments = self.moments.clone();
        loop {
            tokio::select! {
                heard = told.recv() => match heard {
                    Some(told) => self.say(command(told)),
                    None => return,
                },
                _ = moments.wait_for(|now| *now == Moment::Ending), if !*stop.borrow() => {
                    stop.send_replace(true);
                }
            }
        }
    }

    fn ended(&self, outcome: &Outcome) {
        match outcome {
            Outcome::DoesNotHold(mismatches) => {
                for mismatch in mismatches {
                    self.say(Command::Notice(differs(mismatch)));
                }
            }
            Outcome::StepsFailed(count) => self.say(Command::Notice(failed(*count))),
            Outcome::Done | Outcome::Stopped => {}
        }
    }

    /// The run may be over already.
    fn say(&self, command: Command) {
        let _ = self.stage.commands.send(command);
    }
}

async fn work(
    work: Work,
    target: Target,
    tell: UnboundedSender<Told>,
    stop: watch::Receiver<bool>,
    core: Option<usize>,
) -> io::Result<Outcome> {
    match work {
        Work::Users(scenario) => {
            let (streamlit, words) = load::recognise(&target).await;
            // Whoever does not listen any more does not want to know.
            let _ = tell.send(Told::Note(words.into()));
            let scenario = if streamlit { Arc::new(scenario.in_tabs()) } else { scenario };
            load::start(Order { scenario, target, tell, stop, core })?.ended().await
        }
        Work::Scenario(scenario) => load::start(Order { scenario, target, tell, stop, core })?.ended().await,
        Work::Climb(climb, vitals) => {
            load::climb(ClimbOrder { climb, target, vitals, tell, stop, core })?.ended().await
        }
        Work::Program(line) => load::command(Program { line, target, tell, stop, core }).await,
    }
}

fn command(told: Told) -> Command {
    match told {
        Told::Phase(phase) => Command::Phase(Box::new(phase)),
        Told::Load(report) => Command::Load(Box::new(report)),
        Told::Note(text) | Told::Line(text) => Command::Notice(text),
    }
}

fn failed(steps: u64) -> String {
    let steps = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
    format!("{steps} did not come out as the scenario expects")
}

fn differs(mismatch: &Mismatch) -> String {
    format!("the app does not answer as the scenario expects: {mismatch}")
}
