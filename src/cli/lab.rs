use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::engine::{self, EngineArgs, Held, Kind, Places};
use super::{Exit, Failure, Printer, Surroundings};
use crate::app;
use crate::engine::{Chosen, Either, Engine};
use crate::profile::Profile;
use crate::spec::{AppSpec, Image, Machine, Overrides, Spec, SpecProblem, resolve};
use crate::store::{FILE, Recorder};

/// Where runs are made: an engine that answers, and the place for their record.
#[derive(Debug)]
pub(super) struct Lab<'p> {
    engine: Arc<Chosen>,
    places: Places,
    /// Where programs of this machine are looked for.
    path: String,
    record: Option<PathBuf>,
    printer: &'p Printer,
}

impl<'p> Lab<'p> {
    /// Finds the engine for such an app. Nothing is made yet.
    pub(super) async fn open(
        args: EngineArgs,
        kind: Kind<'_>,
        surroundings: &Surroundings,
        printer: &'p Printer,
    ) -> Result<Self, Failure> {
        let engine = engine::open(args, kind, surroundings, printer).await?;
        let record = surroundings.state().map(|folder| folder.join(FILE));
        if record.is_none() {
            printer.warn("no place for the record: neither `EMU_HOME` nor `HOME` is set; nothing is recorded");
        }
        let path = surroundings.get("PATH").unwrap_or_default().to_owned();
        Ok(Self { places: Places::new(args, &engine), engine: Arc::new(engine), path, record, printer })
    }

    /// Sees to it that the image is there, and clears what dead runs left.
    pub(super) async fn make_ready(&self, image: &Image) -> Result<(), Failure> {
        if (matches!(*self.engine, Either::Docker(_)), image) == (true, &Image::Mimic) {
            self.printer.progress("making the image of mimic ready");
        }
        let ready = self.engine.prepare(image).await;
        self.printer.clear_progress();
        ready.map_err(|error| engine::failure(&error))?;
        self.sweep().await;
        Ok(())
    }

    /// Who is told how things go.
    pub(super) fn printer(&self) -> &'p Printer {
        self.printer
    }

    /// Where programs of this machine are looked for.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The engine.
    pub(super) fn engine(&self) -> Arc<Chosen> {
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

    /// What a profile comes to on this machine, before a place is found for the app.
    pub(super) fn resolve(&self, profile: &Profile, app: AppSpec, overrides: &Overrides) -> Result<Spec, Failure> {
        let overrides = Overrides { network: self.places.usual(), ..overrides.clone() };
        self.spec(profile, app, &overrides)
    }

    /// The spec of one run, in a place that no other run has until what is returned with it is dropped.
    pub(super) fn settle(
        &self,
        profile: &Profile,
        app: AppSpec,
        overrides: &Overrides,
    ) -> Result<(Spec, Option<Held>), Failure> {
        let planned = self.resolve(profile, app.clone(), overrides)?;
        let (overrides, held) = self.places.find(&planned, overrides, self.printer)?;
        Ok((self.spec(profile, app, &overrides)?, held))
    }

    fn spec(&self, profile: &Profile, app: AppSpec, overrides: &Overrides) -> Result<Spec, Failure> {
        let spec = resolve(profile, app, self.machine(), overrides).map_err(|problems| impossible(&problems))?;
        self.printer.hide(&spec.secrets);
        self.has_program(&spec)?;
        Ok(spec)
    }

    /// A program that is not there is found out before anything runs.
    fn has_program(&self, spec: &Spec) -> Result<(), Failure> {
        let (Image::Host { folder }, Some(program)) = (&spec.app.image, spec.app.command.first()) else {
            return Ok(());
        };
        let path = spec.environment.get("PATH").unwrap_or(&self.path);
        match app::find_program(program, path, Path::new(folder)) {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::new(Exit::NotStarted, error.to_string()).hint(error.hint())),
        }
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
