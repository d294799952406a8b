use tokio::runtime::Builder;

use super::{TopArgs, find, home, not_running, status};
use crate::background::{Home, Seen};
use crate::cli::live::{self, Top, Watched};
use crate::cli::run::no_runtime;
use crate::cli::runs::file;
use crate::cli::{Exit, Failure, Printer, Surroundings};

/// Watches the apps in the background. Without a terminal it says how they stand, once.
pub(in crate::cli) fn run(args: &TopArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let living = living(&home, &args.names)?;
    if living.is_empty() || !live::possible(printer, surroundings) {
        status::tell(&home, living, printer);
        return Ok(Exit::Done);
    }
    let watched = Watched {
        home,
        names: args.names.clone(),
        record: file(surroundings)?,
        folder: surroundings.folder().to_owned(),
    };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let ended =
        runtime.block_on(live::interruptible(live::top(Top::of(watched, living), live::coloured(surroundings))));
    ended
        .map_err(|error| Failure::new(Exit::Mistake, format!("the terminal cannot be used for the live view: {error}")))
}

/// Those that live; of those that were named, all must.
fn living(home: &Home, names: &[String]) -> Result<Vec<Seen>, Failure> {
    if names.is_empty() {
        return Ok(home.all()?.into_iter().filter(|seen| seen.lives).collect());
    }
    let found = |name: &String| {
        let seen = find(home, name)?;
        if seen.lives { Ok(seen) } else { Err(not_running(&seen)) }
    };
    names.iter().map(found).collect()
}
