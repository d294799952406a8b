use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use super::ReplayArgs;
use super::show::warn_skipped;
use crate::cli::live::{self, Playback};
use crate::cli::run::coloured;
use crate::cli::{Exit, Failure, Printer, Surroundings};
use crate::event::Event;
use crate::event::stored::encode;
use crate::report::{Detail, Lines};
use crate::store::{Events, Store};

/// Reads the factor of `--speed`.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "expected a number such as `1` or `10`".to_owned())?;
    if factor.is_finite() && factor > 0.0 { Ok(factor) } else { Err("expected a number above zero".to_owned()) }
}

/// Prints the lines of a run again: at once, or in its own time.
pub(super) fn replay(store: &Store, args: &ReplayArgs, printer: &Printer) -> Result<Exit, Failure> {
    let run = store.find(&args.run.run)?;
    let mut events = store.events(&run)?;
    let mut teller = Teller::new(args, printer);
    let exit = match args.speed {
        None => at_once(&mut events, &mut teller)?,
        Some(factor) => in_time(&mut events, &mut teller, factor)?,
    };
    warn_skipped(events.skipped(), printer);
    Ok(exit)
}

/// Plays a run again in the live view.
pub(super) fn in_view(
    store: &Store,
    args: &ReplayArgs,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Exit, Failure> {
    if !live::possible(printer, surroundings) {
        return Err(Failure::new(Exit::Usage, "`--tui` needs a terminal, and there is none")
            .hint("without `--tui` the lines of the run are printed"));
    }
    let run = store.find(&args.run.run)?;
    let mut stored = store.events(&run)?;
    let events = stored.by_ref().collect::<Result<Vec<Event>, _>>()?;
    let playback = Playback::new(events, args.speed.unwrap_or(1.0), surroundings.folder().into());
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    let ended = runtime.block_on(live::interruptible(live::replay(playback, live::coloured(surroundings))));
    warn_skipped(stored.skipped(), printer);
    ended
        .map_err(|error| Failure::new(Exit::Mistake, format!("the terminal cannot be used for the live view: {error}")))
}

fn no_runtime(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Mistake, format!("the runtime cannot be made: {error}"))
}

fn at_once(events: &mut Events<'_>, teller: &mut Teller<'_>) -> Result<Exit, Failure> {
    for event in events {
        teller.tell(&event?);
    }
    Ok(Exit::Done)
}

/// Ctrl-C ends a replay at once, as there is nothing to clean up.
fn in_time(events: &mut Events<'_>, teller: &mut Teller<'_>, factor: f64) -> Result<Exit, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| no_runtime(&error))?;
        let begin = Instant::now();
        for event in events {
            let event = event?;
            let due = begin.checked_add(event.at.duration().div_f64(factor.max(1e-6))).unwrap_or(begin);
            tokio::select! {
                biased;
                _ = interrupt.recv() => return Ok(Exit::Interrupted),
                () = sleep_until(due) => teller.tell(&event),
            }
        }
        Ok(Exit::Done)
    })
}

/// Prints events, as lines or as JSON.
struct Teller<'p> {
    lines: Option<Lines>,
    printer: &'p Printer,
}

impl<'p> Teller<'p> {
    fn new(args: &ReplayArgs, printer: &'p Printer) -> Self {
        let detail = if args.verbose { Detail::Verbose } else { Detail::Normal };
        Self { lines: (!args.json).then(|| Lines::new(detail)), printer }
    }

    fn tell(&mut self, event: &Event) {
        match &mut self.lines {
            Some(lines) => lines.add(event).iter().for_each(|line| self.printer.data(&coloured(line))),
            None => self.printer.json_line(&encode(event)),
        }
    }
}
