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
pub(super) use prepare::{Prepared, prepare};
pub(super) use screen::{coloured, painted};
pub(super) use settings::{Settings, settle};

use std::cell::RefCell;
use std::sync::Arc;

use screen::Screen;
use tokio::runtime::Builder;

use super::live::{self, Hands, View};
use super::signals::Interrupts;
use super::summary::summary_with;
use super::{Exit, Failure, Printer, Surroundings};
use crate::edge::Meter;
use crate::trial::Asking;
use crate::tui::Controls;

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
        let view = !args.plain && !settings.json && live::possible(printer, surroundings);
        let played = if view {
            let hands = Hands { commands: asking.commands.clone(), interrupts, folder: surroundings.folder().into() };
            Box::pin(in_view(prepared, &settings, asking, hands, live::coloured(surroundings))).await?
        } else {
            Box::pin(in_lines(prepared, &settings, asking, &interrupts, printer)).await?
        };
        let Some(played) = played else { return Ok(left_behind(printer)) };
        summary_with(&played.summary, settings.json.into(), settings.idle_report, printer);
        played.tell_of_record(printer);
        Ok(played.exit())
    })
}

/// Plays the run and says it line by line. `None` when nobody waits for its end any more.
async fn in_lines(
    prepared: Prepared<'_>,
    settings: &Settings,
    asking: Asking,
    interrupts: &Interrupts,
    printer: &Printer,
) -> Result<Option<Played>, Failure> {
    let meter = Arc::new(Meter::default());
    let mut screen = Screen::new(printer, settings.verbose, Arc::clone(&meter));
    let playing = play(prepared, settings, asking, meter, |event| screen.show(event));
    let played = tokio::select! {
        played = playing => played?,
        () = interrupts.third() => return Ok(None),
    };
    screen.close();
    Ok(Some(played))
}

/// Plays the run and shows it on the whole terminal, which is given back at its end. `None` as above.
async fn in_view(
    prepared: Prepared<'_>,
    settings: &Settings,
    asking: Asking,
    mut hands: Hands,
    coloured: bool,
) -> Result<Option<Played>, Failure> {
    let view = View::open(Controls::Run, coloured).map_err(|error| no_view(&error))?;
    let (view, interrupts) = (RefCell::new(view), hands.interrupts.clone());
    let playing = play(prepared, settings, asking, Arc::default(), |event| view.borrow_mut().add(event));
    tokio::select! {
        played = playing => played.map(Some),
        () = interrupts.third() => Ok(None),
        () = live::watch(&view, &mut hands) => Ok(None),
    }
}

fn no_view(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the terminal cannot be used for the live view: {error}"))
        .hint("`emu run --plain` says the same in lines")
}

/// The third Ctrl-C: nothing is waited for, and that is said.
fn left_behind(printer: &Printer) -> Exit {
    printer.warn("left without waiting: an instance may still be there. `emu clean` removes it");
    Exit::Interrupted
}

pub(super) fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}
