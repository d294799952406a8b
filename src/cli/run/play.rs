use std::sync::Arc;

use super::prepare::Prepared;
use super::screen::Screen;
use super::settings::Settings;
use crate::cli::summary::summary as show;
use crate::cli::{Exit, Failure, Printer};
use crate::edge::Meter;
use crate::event::{Event, Finish};
use crate::report::Fold;
use crate::store::{Kept, Recorder};
use crate::trial::{self, Asking, Trial, Until};

/// Lets the run take its course, and shows what it came to.
pub(super) async fn play(
    prepared: Prepared<'_>,
    settings: &Settings,
    asking: Asking,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let Prepared { lab, header, listener } = prepared;
    let meter = Arc::new(Meter::default());
    let mut audience = Audience {
        screen: Screen::new(printer, settings.verbose, Arc::clone(&meter)),
        fold: Fold::new(),
        recorder: lab.recorder(),
    };
    let (engine, script) = (lab.engine(), settings.script.clone());
    let trial = Trial { engine, header, listener, script, length: settings.length, until: Until::End, meter };
    let finish = trial::play(trial, asking, |event| audience.take(event)).await.map_err(|error| no_door(&error))?;
    Ok(audience.close(&finish, printer, settings))
}

fn no_door(error: &std::io::Error) -> Failure {
    Failure::new(Exit::NotStarted, format!("the front door cannot be opened: {error}"))
}

/// Everybody who reads a run's events. None of them can fail the run.
struct Audience<'p> {
    screen: Screen<'p>,
    fold: Fold,
    recorder: Option<Recorder>,
}

impl Audience<'_> {
    fn take(&mut self, event: Event) {
        self.screen.show(&event);
        self.fold.add(&event);
        if let Some(recorder) = &self.recorder {
            recorder.record(event);
        }
    }

    fn close(self, finish: &Finish, printer: &Printer, settings: &Settings) -> Exit {
        self.screen.close();
        let summary = self.fold.summary();
        show(&summary, settings.json.into(), printer);
        match self.recorder.map(Recorder::finish) {
            Some(Kept { trouble: Some(trouble), .. }) => printer.warn(&format!("record incomplete: {trouble}")),
            Some(_) => printer.say(&format!("`emu runs show {}` shows this again", summary.run.id)),
            None => {}
        }
        match (exit_of(finish), summary.load_holds()) {
            (Exit::Done, Some(false)) => Exit::Unmet,
            (exit, _) => exit,
        }
    }
}

/// How a run's end is told to scripts.
fn exit_of(finish: &Finish) -> Exit {
    match finish {
        Finish::Completed => Exit::Done,
        Finish::Interrupted => Exit::Interrupted,
        Finish::NeverServed(_) => Exit::NotStarted,
        Finish::GivenUp(_) => Exit::Unmet,
        Finish::EngineFailed(_) => Exit::Engine,
        Finish::Invalid(_) => Exit::Invalid,
    }
}
