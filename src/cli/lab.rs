use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::subject::EngineChoice;
use super::{Exit, Failure, Printer, Surroundings, engine};
use crate::engine::Engine;
use crate::engine::docker::Docker;
use crate::profile::Profile;
use crate::spec::{AppSpec, Image, Machine, Overrides, Spec, SpecProblem, resolve};
use crate::store::{FILE, Recorder};

/// Where runs are made: an engine that answers, and the place for their record.
#[derive(Debug)]
pub(super) struct Lab<'p> {
    engine: Arc<Docker>,
    record: Option<PathBuf>,
    printer: &'p Printer,
}

impl<'p> Lab<'p> {
    /// Finds the engine. Nothing is made yet.
    pub(super) async fn open(
        choice: EngineChoice,
        surroundings: &Surroundings,
        printer: &'p Printer,
    ) -> Result<Self, Failure> {
        let docker = match choice {
            EngineChoice::Auto | EngineChoice::Docker => engine::docker(surroundings).await?,
        };
        let record = surroundings.state().map(|folder| folder.join(FILE));
        if record.is_none() {
            printer.warn("no place for the record: neither `EMU_HOME` nor `HOME` is set; nothing is recorded");
        }
        Ok(Self { engine: Arc::new(docker), record, printer })
    }

    /// Sees to it that the image is there, and clears what dead runs left.
    pub(super) async fn make_ready(&self, image: &Image) -> Result<(), Failure> {
        if *image == Image::Mimic {
            self.printer.progress("making the image of mimic ready");
        }
        let ready = self.engine.prepare(image).await;
        self.printer.clear_progress();
        ready.map_err(|error| engine::failure(&error))?;
        self.sweep().await;
        Ok(())
    }

    /// The engine.
    pub(super) fn engine(&self) -> Arc<Docker> {
        Arc::clone(&self.engine)
    }

    /// The machine as the engine found it.
    pub(super) fn machine(&self) -> &Machine {
        self.engine.machine()
    }

    /// Where runs are recorded; `None` when there is no place for them.
    pub(super) fn record(&self) -> Option<&PathBuf> {
        self.record.as_ref()
    }

    /// Records one run.
    pub(super) fn recorder(&self) -> Option<Recorder> {
        self.record.clone().map(Recorder::start)
    }

    /// What a profile comes to on this machine.
    pub(super) fn resolve(&self, profile: &Profile, app: AppSpec, overrides: &Overrides) -> Result<Spec, Failure> {
        resolve(profile, app, self.machine(), overrides).map_err(|problems| impossible(&problems))
    }

    /// What runs that were killed have left goes before a new one begins. Failing at it fails nothing.
    async fn sweep(&self) {
        match self.engine.sweep().await {
            Ok(swept) if swept.is_empty() => {}
            Ok(swept) => {
                let removed = engine::instances(swept.len());
                self.printer.say(&format!("removed {removed} that an earlier run had left"));
            }
            Err(error) => self.printer.warn(&format!("leftovers of earlier runs could not be looked for: {error}")),
        }
    }
}

fn impossible(problems: &[SpecProblem]) -> Failure {
    let usage = problems.iter().all(|problem| matches!(problem, SpecProblem::Setting(_)));
    let exit = if usage { Exit::Configuration } else { Exit::Engine };
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let failure = Failure::new(exit, messages.join("\n"));
    // Several problems may have one way out; it is told once.
    let hints: BTreeSet<String> = problems.iter().map(SpecProblem::hint).collect();
    hints.into_iter().fold(failure, Failure::hint)
}
