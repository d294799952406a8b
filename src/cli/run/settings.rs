use std::path::Path;

use crate::app::{self, Target};
use crate::cli::engine::EngineArgs;
use crate::cli::folder::Sources;
use crate::cli::secrets::with_secrets;
use crate::cli::summary::IdleReport;
use crate::cli::{Exit, Failure, Printer, Surroundings, profile};
use crate::metrics::Asked;
use crate::profile::Profile;
use crate::spec::{Overrides, PlatformDelay};
use crate::trial::Script;
use crate::units::Elapsed;

use super::RunArgs;

/// What was typed, as values. Everything that can be wrong about it is found before anything runs.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Settings {
    pub(in crate::cli) profile: Profile,
    pub(in crate::cli) target: Target,
    /// The project folder, where one was named.
    pub(in crate::cli) sources: Option<Sources>,
    pub(in crate::cli) command: Vec<String>,
    pub(in crate::cli) overrides: Overrides,
    /// Whether the user chose a warp; the tour chooses one by itself.
    pub(in crate::cli) warp_asked: bool,
    pub(in crate::cli) engine: EngineArgs,
    pub(in crate::cli) port: Option<u16>,
    /// What is done to the app.
    pub(in crate::cli) script: Script,
    pub(in crate::cli) length: Option<Elapsed>,
    pub(in crate::cli) name: Option<String>,
    pub(in crate::cli) verbose: bool,
    /// When what kept the app awake is told.
    pub(in crate::cli) idle_report: IdleReport,
    pub(in crate::cli) json: bool,
}

/// Turns arguments and files into values.
pub(in crate::cli) fn settle(
    args: &RunArgs,
    printer: &Printer,
    surroundings: &Surroundings,
) -> Result<Settings, Failure> {
    let target = args.subject.target(surroundings)?;
    let script = script(args, &target)?;
    let look = |profile: Option<&str>| {
        let profiles: Vec<&str> = profile.into_iter().collect();
        Sources::of(&target, &args.subject.build, &args.subject.command, &profiles, surroundings)
    };
    let mut sources = look(args.profile.as_deref())?;
    let named = match (&args.profile, sources.as_ref().and_then(Sources::plan).cloned()) {
        (Some(named), _) => named.clone(),
        (None, Some(plan)) => {
            printer.say(&plan.told());
            // Of several platforms' files that of the plan's decides, and it is known only now.
            sources = look(Some(&plan.profile))?;
            plan.profile
        }
        (None, None) => return Err(no_plan()),
    };
    let profile = profile::load(&named, surroundings)?;
    let profile = sources.as_ref().map_or_else(|| Ok(profile.clone()), |sources| sources.adapted(&profile))?;
    let typed = args.subject.overrides()?;
    let overrides = Overrides {
        environment: sources.iter().flat_map(Sources::variables).chain(typed.environment).collect(),
        warp: args.warp.unwrap_or(1),
        spare_cores: u32::from(matches!(script, Script::Load(_) | Script::Users(_) | Script::Program(_))),
        platform_delay: if args.no_platform_delay { PlatformDelay::Off } else { PlatformDelay::Kept },
        metrics: args.subject.metrics(metrics(&target, sources.as_ref())?),
        set: typed.set,
        ..Overrides::default()
    };
    let mut notes = Vec::new();
    let mut overrides = with_secrets(overrides, &args.subject, &profile, target.folder(), &mut notes)?;
    if let Some(sources) = &sources {
        overrides.environment = sources.completed(overrides.environment, &mut notes);
    }
    for note in &notes {
        printer.say(note);
    }
    Ok(Settings {
        profile,
        target,
        sources,
        command: args.subject.command.clone(),
        overrides,
        warp_asked: args.warp.is_some(),
        engine: args.subject.engine,
        port: args.port,
        script,
        length: args.length,
        name: args.name.clone(),
        verbose: args.verbose,
        idle_report: args.idle_report.into(),
        json: args.json,
    })
}

/// What the project's file says: the one in the folder that is run, else the one that is about what is run.
fn metrics(target: &Target, sources: Option<&Sources>) -> Result<Option<Asked>, Failure> {
    if let Some(sources) = sources {
        return Ok(sources.metrics());
    }
    let named = match target {
        Target::Image(image) => Some(image.as_str()),
        Target::Mimic => Some("mimic"),
        Target::Program { .. } => None,
        Target::Tour | Target::Folder { .. } => return Ok(None),
    };
    let found = app::project(Path::new("."))
        .map_err(|error| Failure::new(Exit::Configuration, error.to_string()).hint(error.hint()))?;
    Ok(found.filter(|project| project.app.as_deref() == named).and_then(|project| project.metrics))
}

/// Without a load, visitors come of their own accord; without an app as well, it is the tour.
fn script(args: &RunArgs, target: &Target) -> Result<Script, Failure> {
    let typed = args.load.script()?.map_or_else(|| args.users.script(), |script| Ok(Some(script)))?;
    match (typed, target) {
        (None, Target::Tour) => Ok(Script::Tour),
        (None, _) => Ok(Script::Visitors),
        (Some(_), Target::Tour) => Err(Failure::new(Exit::Usage, "a load needs an app, found none")
            .hint("`emu run mimic --profile ID --load SPEC` loads the app inside emu")),
        (Some(script), _) => Ok(script),
    }
}

fn no_plan() -> Failure {
    Failure::new(Exit::Usage, "no plan was named, expected `--profile ID`").hint("`emu profiles list` names the plans")
}
