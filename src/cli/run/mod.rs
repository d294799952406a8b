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
pub(super) use play::{Played, play};
pub(super) use prepare::prepare;
pub(super) use screen::{coloured, painted};
pub(super) use settings::{Settings, settle};

use std::sync::Arc;

use screen::Screen;
use settings::IdleReport;
use tokio::runtime::Builder;

use super::signals::Interrupts;
use super::summary::{awake, summary};
use super::{Exit, Failure, Printer, Surroundings};
use crate::edge::Meter;
use crate::trial::Asking;

/// Runs an app under a plan to its end.
pub(super) fn run(args: &RunArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let settings = settle(args, printer, surroundings)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    runtime.block_on(async {
        let asking = Asking::default();
        let interrupts = Interrupts::listen(asking.commands.clone()).map_err(|error| no_runtime(&error))?;
        let prepared = tokio::select! {
            prepared = prepare(&settings, printer, surroundings) => prepared?,
            () = interrupts.first() => return Ok(Exit::Interrupted),
        };
        let meter = Arc::new(Meter::default());
        let mut screen = Screen::new(printer, settings.verbose, Arc::clone(&meter));
        let playing = play(prepared, &settings, asking, meter, |event| screen.show(event));
        let played = tokio::select! {
            played = playing => played?,
            () = interrupts.third() => return Ok(left_behind(printer)),
        };
        screen.close();
        summary(&played.summary, settings.json.into(), printer);
        if settings.idle_report == IdleReport::Always && !settings.json {
            awake(&played.summary, printer);
        }
        played.tell_of_record(printer);
        Ok(played.exit())
    })
}

/// The third Ctrl-C: nothing is waited for, and that is said.
fn left_behind(printer: &Printer) -> Exit {
    printer.warn("left without waiting: an instance may still be there. `emu clean` removes it");
    Exit::Interrupted
}

pub(super) fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}
