use clap::Parser;
use tokio::runtime::Builder;

use super::cradle::{Cradle, Task};
use super::keeper::Keeper;
use super::{home, named};
use crate::app::Target;
use crate::background::{BackgroundError, Card, Home, Name};
use crate::cli::args::{Args, Verb};
use crate::cli::run::{Settings, no_runtime, settle};
use crate::cli::{Exit, Failure, Printer, Surroundings};

/// Is a supervisor: plays one run, answers for it, and tells the command that started it when its app serves.
pub(in crate::cli) fn run(printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    // The leader of a session already has one of its own.
    let _ = rustix::process::setsid();
    let (cradle, task) = Cradle::take().map_err(|error| no_cradle(&error))?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let kept = runtime.block_on(supervise(task, &cradle, printer, surroundings));
    Ok(match kept {
        Ok(()) => Exit::Done,
        Err(failure) => {
            cradle.failed(&failure);
            failure.exit
        }
    })
}

async fn supervise(task: Task, cradle: &Cradle, printer: &Printer, surroundings: &Surroundings) -> Result<(), Failure> {
    let settings = settings(task, printer, surroundings)?;
    let (home, name) = (home(surroundings)?, name(&settings)?);
    let place = home.claim(&name).map_err(|error| taken(error, &home, &name))?;
    // Its run is found by that name too.
    let settings = Settings { name: Some(name.to_string()), ..settings };
    Box::pin(Keeper { place, cradle, printer }.keep(&settings, surroundings)).await
}

/// The same settings as those of `emu run`.
fn settings(task: Task, printer: &Printer, surroundings: &Surroundings) -> Result<Settings, Failure> {
    let words = std::iter::once("emu".into()).chain(task.arguments);
    let verb = Args::try_parse_from(words).map(|args| args.verb);
    let Ok(Verb::Start(start)) = verb else { return Err(Failure::mistake()) };
    let settings = settle(&start.into_run(), printer, surroundings)?;
    if settings.target == Target::Tour {
        return Err(Failure::new(Exit::Usage, "nothing to start was named, expected an app or a command")
            .hint("`emu start . --profile ID`, or `emu start --profile ID -- COMMAND`"));
    }
    Ok(settings)
}

fn name(settings: &Settings) -> Result<Name, Failure> {
    match &settings.name {
        Some(name) => named(name),
        None => Ok(Name::of_app(&settings.target.app(&settings.command).name)),
    }
}

/// Says what runs under the name.
fn taken(error: BackgroundError, home: &Home, name: &Name) -> Failure {
    let card = home.find(name).ok().flatten().and_then(|seen| seen.card);
    let failure = Failure::from(error);
    match card {
        Some(Card { app, profile, started, address: Some(address), .. }) if failure.exit == Exit::Usage => {
            let message = format!("{}: {app} on {profile} at {address}, since {started}", failure.message);
            Failure { message, ..failure }
        }
        _ => failure,
    }
}

fn no_cradle(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("nobody says what to supervise: {error}")).hint("`emu start` starts a supervisor")
}
