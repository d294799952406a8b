//! A project folder that is to be run: what it is said aloud, what its own files say taken over, and an app
//! made of it for the engine that is there.

mod adapt;
mod image;
mod introduce;
mod own;
mod passed;
mod plan;
mod program;
mod progress;

pub(super) use image::Ready;
pub use passed::BuildArgs;
pub use plan::NamedPlan;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::engine::{Kind, Needs};
use super::lab::Lab;
use super::{Exit, Failure, Printer, Surroundings};
use crate::app::{self, Target};
use crate::build::{self, BuildProblem, Options};
use crate::engine::Either;
use crate::engine::docker::{Cache, Docker};
use crate::metrics::Asked;
use crate::profile::Profile;
use crate::project::{self, Because, Folder, Found, NotFound, Place, Recipe, Taken};
use crate::scenario::Choice;
use crate::spec::{AppSpec, Variable};

use passed::Passed;

/// A project folder that is to be run.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    /// Where it is; absolute.
    path: PathBuf,
    folder: Folder,
    found: Found,
    plan: Option<NamedPlan>,
    metrics: Option<Asked>,
    options: Options,
    passed: Passed,
    cache: Cache,
}

/// How an image is made.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    /// By this.
    Dockerfile(String),
    /// Not at all: it is there.
    Image(String),
}

/// What a folder is by its own files alone, the project's own among them, under a plan of this platform.
pub(super) fn found(
    path: &Path,
    folder: &Folder,
    platform: Option<String>,
) -> Result<Result<Found, NotFound>, Failure> {
    look((path, folder), &BuildArgs::default(), platform)
}

/// What it is. The project's own file goes before all others; its command makes an app of anything.
fn look(
    (path, folder): (&Path, &Folder),
    args: &BuildArgs,
    platform: Option<String>,
) -> Result<Result<Found, NotFound>, Failure> {
    let Some(own) = own::project(path)? else {
        return Ok(project::find(folder, &args.asked(Choice::default(), platform)));
    };
    let found = match project::find(folder, &args.asked(own.choice.clone(), platform)) {
        Err(NotFound::Nothing { .. }) if !own.command.is_empty() => Ok(unknown(folder)),
        found => found,
    };
    Ok(found.map(|mut found| {
        own::take(&mut found, &own);
        found
    }))
}

/// The platform that all of these profiles are of; `None` where they are of several, or there is none.
fn platform(profiles: &[&str], surroundings: &Surroundings) -> Result<Option<String>, Failure> {
    let mut platforms = BTreeSet::new();
    for name in profiles {
        platforms.insert(super::profile::load(name, surroundings)?.plan.platform);
    }
    let only = platforms.pop_first();
    Ok(only.filter(|_| platforms.is_empty()))
}

/// An app made of a folder, for one plan on one engine.
#[derive(Debug)]
pub(super) struct Made {
    /// The app.
    pub(super) app: AppSpec,
    /// Variables that go with it, below everything that the user says.
    pub(super) variables: Vec<Variable>,
}

impl Sources {
    /// Looks at the folder that was named; `None` where none was. A command of the user's own runs whatever is
    /// in it. Of several platforms' files that of the one that `profiles` are of decides.
    pub(super) fn of(
        target: &Target,
        args: &BuildArgs,
        command: &[String],
        profiles: &[&str],
        surroundings: &Surroundings,
    ) -> Result<Option<Self>, Failure> {
        let Target::Folder { folder: path } = target else {
            return args.refused().map_or(Ok(None), Err);
        };
        let passed = Passed::of(surroundings);
        let options = args.options(passed.has_certificates())?;
        let folder = app::folder(path).map_err(|error| unreadable(&error))?;
        let found = match look((path, &folder), args, platform(profiles, surroundings)?)? {
            Err(NotFound::Nothing { .. }) if !command.is_empty() => unknown(&folder),
            found => found.map_err(|error| not_found(&error))?,
        };
        let own = own::project(path)?;
        let plan = NamedPlan::find(own.as_ref(), Some(&found));
        let metrics = own.and_then(|own| own.metrics);
        Ok(Some(Self { path: path.clone(), folder, found, plan, metrics, options, passed, cache: args.cache() }))
    }

    /// What its own file says is to be asked of it.
    pub(super) fn metrics(&self) -> Option<Asked> {
        self.metrics.clone()
    }

    /// Which engine it needs. A command of the user's own runs on any.
    pub(super) fn kind(&self, command: &[String]) -> Kind<'static> {
        let image = matches!(self.found.recipe, Recipe::Image(_) | Recipe::Dockerfile { .. });
        Kind::Folder(if image && command.is_empty() { Needs::Images } else { Needs::Anything })
    }

    /// What its own files say about variables, the first being the weakest.
    pub(super) fn variables(&self) -> Vec<Variable> {
        adapt::variables(&self.found)
    }

    /// All variables: what its own files ask for and make up beside what is given. What has no value, and how to
    /// give it one, is added to `notes`, once.
    pub(super) fn completed(&self, given: Vec<Variable>, notes: &mut Vec<String>) -> Vec<Variable> {
        let all = app::asked_variables(&self.found.taken.environment, given, super::secrets::made_up);
        for note in all.notes {
            super::secrets::note(notes, note);
        }
        all.variables
    }

    /// The plan as its own files change it.
    pub(super) fn adapted(&self, profile: &Profile) -> Result<Profile, Failure> {
        adapt::profile(&self.found, profile)
    }

    /// Says what it is and why, and what of it is not done.
    pub(super) fn introduce(&self, profiles: &[&Profile], printer: &Printer) {
        introduce::introduce(&self.found, profiles, printer);
    }

    /// The plan that its own files name.
    pub(super) fn plan(&self) -> Option<&NamedPlan> {
        self.plan.as_ref()
    }

    /// The app for this plan. On an engine that runs images it is built, unless it has been before.
    pub(super) async fn made(&self, lab: &Lab<'_>, profile: &Profile, command: &[String]) -> Result<Made, Failure> {
        match &*lab.engine() {
            Either::Docker(docker) => image::made(self, docker, profile, command, lab.printer()).await,
            Either::Native(_) => program::made(self, lab, profile, command),
        }
    }

    /// How its image is made for this plan.
    pub(super) fn shown(&self, profile: &Profile) -> Result<Shown, Failure> {
        Ok(match image::plan(self, profile, &[])? {
            build::Image::Named(name, _) => Shown::Image(name),
            build::Image::Built(build) => Shown::Dockerfile(build.dockerfile),
        })
    }

    /// Its image for this plan.
    pub(super) async fn image(&self, docker: &Docker, profile: &Profile, printer: &Printer) -> Result<Ready, Failure> {
        match image::plan(self, profile, &[])? {
            build::Image::Named(image, _) => Ok(Ready { image, made: false }),
            build::Image::Built(build) => image::ready(self, docker, &build, printer).await,
        }
    }

    /// Why it was taken for what it is: the place, and what it led to.
    pub(super) fn because(&self) -> Vec<[String; 2]> {
        self.found.because.iter().map(|because| [because.place.to_string(), because.what.clone()]).collect()
    }

    fn subject<'s>(&'s self, profile: &'s Profile) -> build::Subject<'s> {
        build::Subject { folder: &self.folder, found: &self.found, profile }
    }
}

fn unreadable(error: &app::FolderError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).hint(error.hint())
}

/// Files of which nobody knows what they are, and which a command of the user's own runs.
fn unknown(folder: &Folder) -> Found {
    let because = Because { place: Place::file("."), what: "whatever the command after `--` makes of it".to_owned() };
    Found {
        name: folder.name.clone(),
        recipe: Recipe::Other,
        because: vec![because],
        taken: Taken::default(),
        notices: Vec::new(),
    }
}

fn not_found(error: &NotFound) -> Failure {
    let exit = if let NotFound::Broken { .. } = error { Exit::Configuration } else { Exit::Usage };
    Failure::new(exit, error.to_string()).hint(error.hint())
}

/// Nothing can be made of the folder.
fn problem(problem: &BuildProblem) -> Failure {
    let exit = match problem {
        BuildProblem::NeedsImages { .. } => Exit::Engine,
        BuildProblem::SeveralBases { .. } => Exit::Usage,
        _ => Exit::NotStarted,
    };
    Failure::new(exit, problem.to_string()).hint(problem.hint())
}
