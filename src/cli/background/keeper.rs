use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::cradle::{Born, Cradle};
use crate::background::{Card, Desk, Order, Place, VERSION, boot};
use crate::cli::run::{Played, Settings, no_runtime, painted, play, prepare};
use crate::cli::signals::Interrupts;
use crate::cli::{Exit, Failure, Printer, Surroundings};
use crate::conduct::Command;
use crate::event::{Event, Finish, Header, Kind, State};
use crate::report::{Detail, Lines, Tag, words};
use crate::trial::Asking;

/// The supervisor of one run, with the name that it holds.
pub(super) struct Keeper<'k> {
    pub(super) place: Place,
    pub(super) cradle: &'k Cradle,
    pub(super) printer: &'k Printer,
}

/// A run that is over.
struct Over {
    played: Played,
    desk: Desk,
    /// What its folder says, if it ever served.
    card: Option<Card>,
    /// Whether `emu stop` ended it.
    stopped: bool,
}

impl Keeper<'_> {
    /// Plays the run to its end. Of one that never served, and of one that was stopped, nothing is left
    /// but its record.
    pub(super) async fn keep(self, settings: &Settings, surroundings: &Surroundings) -> Result<(), Failure> {
        match Box::pin(self.play(settings, surroundings)).await {
            Ok(Over { played, desk, card: Some(card), stopped }) => {
                played.tell_of_record(self.printer);
                let how = words::finish(&played.finish);
                if stopped {
                    self.place.forget()?;
                } else {
                    self.place.write(&Card { ended: Some(how.clone()), ..card })?;
                    drop(self.place);
                }
                desk.close(&how).await;
                Ok(())
            }
            Ok(over) => self.give_up(never_served(&over.played)),
            Err(failure) => self.give_up(failure),
        }
    }

    fn give_up(self, failure: Failure) -> Result<(), Failure> {
        // The first trouble is the one to tell.
        let _ = self.place.forget();
        Err(failure)
    }

    async fn play(&self, settings: &Settings, surroundings: &Surroundings) -> Result<Over, Failure> {
        let asking = Asking::default();
        let interrupts = Interrupts::listen(asking.commands.clone()).map_err(|error| no_runtime(&error))?;
        self.cradle.watch(asking.commands.clone()).map_err(|error| no_runtime(&error))?;
        let prepared = tokio::select! {
            prepared = prepare(settings, self.printer, surroundings) => prepared?,
            () = interrupts.first() => return Err(interrupted()),
            () = self.cradle.abandoned() => return Err(interrupted()),
        };
        let (orders, ordered) = unbounded_channel();
        let desk = Desk::open(self.place.listen()?, orders).map_err(|error| no_runtime(&error))?;
        let stopped = obey(ordered, asking.commands.clone());
        let lines = Lines::new(Detail::Normal);
        let mut birth = Birth { keeper: self, card: card(&prepared.header), serves: false, lines };
        self.place.write(&birth.card)?;
        let watch = |event: &Event| {
            desk.tell(event);
            birth.tell(event);
        };
        let played = tokio::select! {
            played = play(prepared, settings, asking, Arc::default(), watch) => played?,
            () = interrupts.third() => return Err(interrupted()),
        };
        let Birth { card, serves, .. } = birth;
        Ok(Over { played, desk, card: serves.then_some(card), stopped: stopped.load(Relaxed) })
    }
}

/// Passes on what is asked at the desk; what is returned says whether that was a stop.
fn obey(mut ordered: UnboundedReceiver<Order>, commands: UnboundedSender<Command>) -> Arc<AtomicBool> {
    let stopped = Arc::<AtomicBool>::default();
    let noted = Arc::clone(&stopped);
    tokio::spawn(async move {
        while let Some(order) = ordered.recv().await {
            if matches!(order, Order::Stop | Order::Kill) {
                noted.store(true, Relaxed);
            }
            for command in commands_of(order) {
                // The run may be over already.
                let _ = commands.send(command);
            }
        }
    });
    stopped
}

/// The second interrupt kills, whatever the first one has begun.
fn commands_of(order: Order) -> Vec<Command> {
    match order {
        Order::Stop => vec![Command::Finish],
        Order::Kill => vec![Command::Interrupt, Command::Interrupt],
        Order::Restart => vec![Command::Restart],
        Order::Sleep => vec![Command::Sleep],
        Order::Wake => vec![Command::Wake],
        Order::Mark(text) => vec![Command::Mark(text)],
    }
}

/// Waits for the app's first service, and tells of it.
struct Birth<'k> {
    keeper: &'k Keeper<'k>,
    card: Card,
    serves: bool,
    lines: Lines,
}

impl Birth<'_> {
    fn tell(&mut self, event: &Event) {
        if self.serves {
            return;
        }
        self.complain(event);
        match &event.kind {
            Kind::Listening { address } => self.card.address = Some(address.clone()),
            Kind::State { to: State::Serving, .. } => {
                self.serves = true;
                self.serving();
            }
            _ => {}
        }
    }

    /// A first start that fails takes a while, because the platform tries again: what fails is told as it happens.
    fn complain(&mut self, event: &Event) {
        for line in self.lines.add(event) {
            if matches!(line.tag, Tag::Kill | Tag::Notice | Tag::Memory) {
                self.keeper.printer.say(&painted(line.tone, &line.text));
            }
        }
    }

    /// From here on the supervisor stands alone: nobody reads what it says but its own file.
    fn serving(&self) {
        let Keeper { place, cradle, printer } = self.keeper;
        if let Err(error) = place.write(&self.card) {
            printer.warn(&error.to_string());
        }
        match place.talk().map_err(|error| error.to_string()).and_then(|file| retire(&file)) {
            Ok(()) => {}
            Err(reason) => printer.warn(&format!("the supervisor keeps this terminal: {reason}")),
        }
        let Card { app, profile, run, address, .. } = self.card.clone();
        let address = address.unwrap_or_default();
        cradle.serving(Born { name: place.name().to_string(), app, profile, run, address });
    }
}

/// Lets go of the terminal: what is said goes to the file.
fn retire(talk: &File) -> Result<(), String> {
    let nothing = File::open("/dev/null").map_err(|error| error.to_string())?;
    let done = rustix::stdio::dup2_stderr(talk)
        .and_then(|()| rustix::stdio::dup2_stdout(talk))
        .and_then(|()| rustix::stdio::dup2_stdin(nothing));
    done.map_err(|error| error.to_string())
}

fn card(header: &Header) -> Card {
    Card {
        version: VERSION,
        emu_version: header.emu_version.clone(),
        app: header.spec.app.name.clone(),
        profile: header.spec.plan.id.clone(),
        run: header.run.clone(),
        started: header.started.clone(),
        pid: std::process::id(),
        boot: boot(),
        address: None,
        ended: None,
    }
}

fn never_served(played: &Played) -> Failure {
    let failure = match &played.finish {
        Finish::Interrupted => interrupted(),
        finish => Failure::new(played.exit(), words::finish(finish)),
    };
    match &played.kept {
        Some(_) => failure.hint(format!("`emu runs replay {}` shows what it wrote", played.summary.run.id)),
        None => failure,
    }
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted before the app served; it does not run")
}
