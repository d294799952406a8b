use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use super::begin::{Moment, Stage};
use crate::conduct::Command;
use crate::event::{Gate, Header};
use crate::load::{self, Generator, Mismatch, Order, Outcome, Target, Told};

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
pub(super) enum Work {
    /// emu itself.
    Scenario(std::sync::Arc<crate::scenario::Scenario>),
}

impl Load {
    /// Waits for the app, lets the load run, and asks the run to finish.
    pub(super) async fn play(mut self) {
        if self.until(Moment::Serving).await {
            let (tell, told) = unbounded_channel();
            let (stop, stopped) = watch::channel(false);
            match self.start(tell, stopped) {
                Ok(generator) => self.follow(generator, told, stop).await,
                Err(error) => self.say(Command::Notice(format!("the load cannot be sent: {error}"))),
            }
        }
        self.say(Command::Finish);
    }

    /// Whether this moment came, and not the end before it.
    async fn until(&mut self, moment: Moment) -> bool {
        let seen = self.moments.wait_for(|now| *now >= moment).await;
        seen.is_ok_and(|now| *now == moment)
    }

    fn start(&self, tell: UnboundedSender<Told>, stop: watch::Receiver<bool>) -> std::io::Result<Generator> {
        let Work::Scenario(scenario) = &self.work;
        let target = Target { address: self.stage.edge, host: self.stage.edge.to_string(), gate: self.gate.clone() };
        load::start(Order { scenario: scenario.clone(), target, tell, stop, core: self.core })
    }

    /// Writes down what the generator tells, until it has ended; stops it when the run does.
    async fn follow(&mut self, generator: Generator, mut told: UnboundedReceiver<Told>, stop: watch::Sender<bool>) {
        loop {
            let mut moments = self.moments.clone();
            tokio::select! {
                heard = told.recv() => match heard {
                    Some(told) => self.say(command(told)),
                    None => break,
                },
                _ = moments.wait_for(|now| *now == Moment::Ending), if !*stop.borrow() => {
                    stop.send_replace(true);
                }
            }
        }
        match generator.ended().await {
            Ok(Outcome::DoesNotHold(mismatches)) => {
                for mismatch in &mismatches {
                    self.say(Command::Notice(differs(mismatch)));
                }
            }
            Ok(Outcome::Done | Outcome::Stopped) => {}
            Err(error) => self.say(Command::Notice(error.to_string())),
        }
    }

    /// The run may be over already.
    fn say(&self, command: Command) {
        let _ = self.stage.commands.send(command);
    }
}

fn command(told: Told) -> Command {
    match told {
        Told::Phase(phase) => Command::Phase(Box::new(phase)),
        Told::Load(report) => Command::Load(Box::new(report)),
        Told::Note(text) | Told::Line(text) => Command::Notice(text),
    }
}

fn differs(mismatch: &Mismatch) -> String {
    format!("the app does not answer as the scenario expects: {mismatch}")
}
