use std::sync::Arc;

use super::prepare::Prepared;
use super::settings::Settings;
use crate::cli::{Exit, Failure, Printer};
use crate::edge::Meter;
use crate::event::{Event, Finish};
use crate::report::{Fold, Summary};
use crate::store::{Kept, Recorder};
use crate::trial::{self, Asking, Trial, Until};

/// What a run came to.
pub(in crate::cli) struct Played {
    pub(in crate::cli) finish: Finish,
    pub(in crate::cli) summary: Summary,
    /// What became of its record, where there is a place for one.
    pub(in crate::cli) kept: Option<Kept>,
}

/// Lets the run take its course, and records it. Every event is shown to `watch`, which cannot fail the run.
pub(in crate::cli) async fn play(
    prepared: Prepared<'_>,
    settings: &Settings,
    asking: Asking,
    meter: Arc<Meter>,
    mut watch: impl FnMut(&Event),
) -> Result<Played, Failure> {
    let Prepared { lab, header, listener, port: _port } = prepared;
    let (mut fold, recorder) = (Fold::new(), lab.recorder());
    let (engine, script) = (lab.engine(), settings.script.clone());
    let trial = Trial { engine, header, listener, script, length: settings.length, until: Until::End, meter };
    let publish = |event: Event| {
        watch(&event);
        fold.add(&event);
        if let Some(recorder) = &recorder {
            recorder.record(event);
        }
    };
    let finish = trial::play(trial, asking, publish).await.map_err(|error| no_door(&error))?;
    Ok(Played { finish, summary: fold.summary(), kept: recorder.map(Recorder::finish) })
}

fn no_door(error: &std::io::Error) -> Failure {
    Failure::new(Exit::NotStarted, format!("the front door cannot be opened: {error}"))
}

impl Played {
    /// Says what became of the record.
    pub(in crate::cli) fn tell_of_record(&self, printer: &Printer) {
        match &self.kept {
            Some(Kept { trouble: Some(trouble), .. }) => printer.warn(&format!("record incomplete: {trouble}")),
            Some(_) => printer.say(&format!("`emu runs show {}` shows this again", self.summary.run.id)),
            None => {}
        }
    }

    /// How the run's end is told to scripts.
    pub(in crate::cli) fn exit(&self) -> Exit {
        match (exit_of(&self.finish), self.summary.load_holds()) {
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
