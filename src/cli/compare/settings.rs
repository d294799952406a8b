use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::args::CompareArgs;
use crate::app::{self, Project, Target};
use crate::cli::subject::no_target;
use crate::cli::{Exit, Failure, Printer, Surroundings, load, profile};
use crate::profile::{Library, Profile};
use crate::scenario::Budget;
use crate::spec::{AppSpec, Overrides, PlatformDelay, Variable};
use crate::trial::Script;
use crate::units::Elapsed;

/// What is done to an app when nobody says anything else.
const USUAL_LOAD: &str = "5/s for 20s";
/// How often every arm runs when nobody says anything else: enough to see how far rounds lie apart.
const USUAL_ROUNDS: u32 = 3;

/// Cores that the load keeps to itself where the plan's share fits on the others.
pub(super) const SPARE_CORES: u32 = 1;

/// One of the things compared.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// What it is called in every table.
    pub(super) label: String,
    /// Under which plan.
    pub(super) profile: Arc<Profile>,
    /// What is changed about the plan.
    pub(super) overrides: Overrides,
}

impl Lane {
    /// The platform's own delay before a wake, which a comparison adds to its figures instead of waiting for it.
    pub(super) fn platform_delay(&self) -> Elapsed {
        self.profile.start.delay
    }
}

/// The plans, or the values of a variable, as arms of the comparison.
fn lanes(
    args: &CompareArgs,
    plans: &[String],
    project: Option<&Project>,
    surroundings: &Surroundings,
) -> Result<Vec<Lane>, Failure> {
    if plans.is_empty() {
        return Err(no_plans());
    }
    if plans.iter().any(String::is_empty) {
        return Err(Failure::new(
            Exit::Usage,
            format!("`--profile {}`: found an empty name, expected `ID,ID`", plans.join(",")),
        )
        .hint("leave out the comma that has nothing on one side of it"));
    }
    let typed = args.subject.overrides()?;
    let mut environment: Vec<Variable> = Vec::new();
    if let Some(project) = project {
        let file = project.file.display().to_string();
        environment.extend(project.env.iter().map(|(name, value)| Variable::from_file(&file, None, name, value)));
    }
    environment.extend(typed.environment);
    let (platform_delay, spare_cores) = (PlatformDelay::Off, SPARE_CORES);
    let overrides = Overrides { environment, platform_delay, spare_cores, set: typed.set, ..Overrides::default() };
    let profiles = profiles(plans, args.exact || args.ab_env.is_some(), surroundings)?;
    let lanes = match &args.ab_env {
        Some(text) => values(text, &profiles, &overrides)?,
        None => profiles.into_iter().map(|profile| lane(profile, &overrides)).collect(),
    };
    Ok(told_apart(lanes))
}

fn lane(profile: Arc<Profile>, overrides: &Overrides) -> Lane {
    Lane { label: profile.plan.id.clone(), profile, overrides: overrides.clone() }
}

/// The profiles by name, each followed by the ends of the range that its platform publishes.
fn profiles(plans: &[String], exact: bool, surroundings: &Surroundings) -> Result<Vec<Arc<Profile>>, Failure> {
    let paths: Vec<&str> = plans.iter().map(String::as_str).filter(|name| app::is_path(name)).collect();
    let library = profile::library(&paths, surroundings)?;
    let mut found: Vec<Arc<Profile>> = Vec::new();
    for name in plans {
        found.push(load(&library, name)?);
        let ends = if exact { Vec::new() } else { library.variants(name) };
        for end in ends.iter().filter(|end| !plans.contains(end)) {
            found.push(load(&library, end)?);
        }
    }
    Ok(found)
}

fn load(library: &Library, name: &str) -> Result<Arc<Profile>, Failure> {
    library.load(name).map(Arc::new).map_err(|error| profile::broken(&error))
}

/// The same app on one plan, once with each value of a variable.
fn values(text: &str, profiles: &[Arc<Profile>], overrides: &Overrides) -> Result<Vec<Lane>, Failure> {
    let [profile] = profiles else {
        return Err(Failure::new(
            Exit::Usage,
            format!("`--ab-env` compares values on one plan, found {} plans", profiles.len()),
        )
        .hint("name one plan with `--profile`"));
    };
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace));
    let values = |(name, values): (&str, &str)| {
        let values: Vec<String> = values.split(',').map(str::to_owned).collect();
        (values.len() > 1).then(|| (name.to_owned(), values))
    };
    let Some((name, values)) = parts.and_then(values) else {
        return Err(Failure::new(
            Exit::Usage,
            format!("`--ab-env {text}`: expected a variable and at least two values"),
        )
        .hint("for instance `--ab-env WORKERS=1,2`"));
    };
    let with = |value: &String| {
        let mut overrides = overrides.clone();
        overrides.environment.push(Variable::from_flag("--ab-env", name.as_str(), value.as_str()));
        Lane { label: format!("{name}={value}"), profile: Arc::clone(profile), overrides }
    };
    Ok(values.iter().map(with).collect())
}

/// The same plan named twice is compared with itself, which shows how much of a difference is noise.
fn told_apart(mut lanes: Vec<Lane>) -> Vec<Lane> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for lane in &mut lanes {
        let count = seen.entry(lane.label.clone()).or_default();
        *count += 1;
        if *count > 1 {
            lane.label = format!("{} ({count})", lane.label);
        }
    }
    lanes
}

/// What is compared, after flags and the project's file.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) app: AppSpec,
    pub(super) lanes: Vec<Lane>,
    pub(super) script: Script,
    /// The load in its user's words.
    pub(super) load: String,
    pub(super) rounds: u32,
    pub(super) budget: Budget,
}

/// Flags go before the project's file. Whoever names an app on the command line means that one, so the
/// project's file is not asked then.
pub(super) fn wanted(args: &CompareArgs, surroundings: &Surroundings, printer: &Printer) -> Result<Wanted, Failure> {
    let named = args.subject.app.is_some();
    let project = if named { None } else { project()? };
    if let Some(project) = &project {
        printer.say(&format!("taking what is not said from {}", project.file.display()));
    }
    let project = project.as_ref();
    let (target, command) = target(args, project)?;
    let plans = project.filter(|_| args.profile.is_empty()).map_or(&args.profile, |project| &project.profiles);
    let (script, load) = script(args, project)?;
    let budget = budget(&args.budget, project.map(|project| project.budget).unwrap_or_default())?;
    Ok(Wanted {
        app: target.app(&command),
        lanes: lanes(args, plans, project, surroundings)?,
        script,
        load,
        rounds: args.rounds.or(project.and_then(|project| project.rounds)).unwrap_or(USUAL_ROUNDS),
        budget,
    })
}

/// The lines of `--budget` over those of the project's file.
pub(in crate::cli) fn budget(settings: &[String], mut budget: Budget) -> Result<Budget, Failure> {
    for setting in settings {
        budget.set(setting).map_err(|problem| {
            Failure::new(Exit::Usage, format!("`--budget`: {problem}"))
                .hint("for instance `--budget p95=800ms --budget kills=0`")
        })?;
    }
    Ok(budget)
}

fn project() -> Result<Option<Project>, Failure> {
    app::project(Path::new("."))
        .map_err(|error| Failure::new(Exit::Configuration, error.to_string()).hint(error.hint()))
}

fn script(args: &CompareArgs, project: Option<&Project>) -> Result<(Script, String), Failure> {
    if let (Some(script), Some(words)) = (args.load.script()?, args.load.words()) {
        return Ok((script, words));
    }
    let scenario = match project.and_then(|project| project.load.clone()) {
        Some(scenario) => scenario,
        None => load::scenario(USUAL_LOAD)?,
    };
    let words = scenario.name.clone();
    Ok((Script::Load(Arc::new(scenario)), words))
}

/// What is run. The tour has no load, so a comparison needs an app.
fn target(args: &CompareArgs, project: Option<&Project>) -> Result<(Target, Vec<String>), Failure> {
    let Some(app) = project.and_then(|project| project.app.as_deref()) else {
        return match args.subject.target()? {
            Target::Tour => Err(no_app()),
            target => Ok((target, args.subject.command.clone())),
        };
    };
    let command = project.map(|project| project.command.clone()).unwrap_or_default();
    let command = if args.subject.command.is_empty() { command } else { args.subject.command.clone() };
    Target::find(Some(app), &command).map(|target| (target, command)).map_err(|error| no_target(&error))
}

fn no_app() -> Failure {
    Failure::new(Exit::Usage, "no app was named, expected an image or `mimic`").hint(
        "`emu compare mimic --profile ID,ID` compares plans with the app inside emu; `app` in an `emu.toml` names one",
    )
}

fn no_plans() -> Failure {
    Failure::new(Exit::Usage, "no plan was named, expected `--profile ID,ID`")
        .hint("`emu profiles list` names the plans; `profiles = [...]` in `emu.toml` does as well")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(count: usize) -> Vec<Arc<Profile>> {
        let library = Library::shipped();
        library.ids().iter().take(count).map(|id| Arc::new(library.load(id).unwrap())).collect()
    }

    #[test]
    fn a_variable_gives_one_arm_for_each_value() {
        let lanes = values("WORKERS=1,2,4", &shipped(1), &Overrides::default()).unwrap();
        let labels: Vec<&str> = lanes.iter().map(|lane| lane.label.as_str()).collect();
        assert_eq!(labels, ["WORKERS=1", "WORKERS=2", "WORKERS=4"]);
        assert_eq!(lanes[2].overrides.environment[0].value, "4");
        for wrong in ["WORKERS", "WORKERS=1", "=1,2", "WORK ERS=1,2"] {
            assert_eq!(values(wrong, &shipped(1), &Overrides::default()).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
        assert!(values("A=1,2", &shipped(2), &Overrides::default()).unwrap_err().message.contains("found 2 plans"));
    }

    #[test]
    fn the_same_plan_twice_is_told_apart() {
        let profile = shipped(1).remove(0);
        let twice =
            told_apart(vec![lane(Arc::clone(&profile), &Overrides::default()), lane(profile, &Overrides::default())]);
        assert_eq!(twice[1].label, format!("{} (2)", twice[0].label));
    }
}
