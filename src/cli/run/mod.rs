//! `emu run`: one app under one plan.
//!
//! [`settings`] turns what was typed into values, [`prepare`] finds the machine and resolves the
//! spec, [`play`] connects the rooms and lets them run, [`screen`] shows what happens.

mod args;
mod play;
mod prepare;
mod screen;
mod settings;

pub use args::RunArgs;
pub(super) use screen::coloured;

use tokio::runtime::Builder;

use super::signals::Interrupts;
use super::{Exit, Failure, Printer, Surroundings};
use crate::trial::Asking;

/// Runs an app under a plan to its end.
pub(super) fn run(args: &RunArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let settings = settings::settle(args, surroundings)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    runtime.block_on(async {
        let asking = Asking::default();
        let interrupts = Interrupts::listen(asking.commands.clone()).map_err(|error| no_runtime(&error))?;
        let prepared = tokio::select! {
            prepared = prepare::prepare(&settings, printer, surroundings) => prepared?,
            () = interrupts.first() => return Ok(Exit::Interrupted),
        };
        let playing = play::play(prepared, &settings, asking, printer);
        tokio::select! {
            ended = playing => ended,
            () = interrupts.third() => Ok(left_behind(printer)),
        }
    })
}

/// The third Ctrl-C: nothing is waited for, and that is said.
fn left_behind(printer: &Printer) -> Exit {
    printer.warn("left without waiting: an instance may still be there. `emu clean` removes it");
    Exit::Interrupted
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}
