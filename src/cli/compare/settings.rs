use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::args::CompareArgs;
use crate::app::{self, Project, Target};
use crate::cli::folder::{NamedPlan, Sources};
use crate::cli::load::{LoadArgs, UsersArgs};
use crate::cli::secrets::with_secrets;
use crate::cli::subject::{SubjectArgs, no_target};
use crate::cli::{Exit, Failure, Printer, Surroundings, profile};
use crate::profile::{Library, Profile};
use crate::scenario::Budget;
use crate::spec::{AppSpec, Overrides, PlatformDelay, Variable, looks_secret};
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
pub(in crate::cli) struct AskedArm {
    /// What it is called in every table.
    pub(in crate::cli) label: String,
    /// Under which plan.
    pub(in crate::cli) profile: Arc<Profile>,
    /// What is changed about the plan.
    pub(in crate::cli) overrides: Overrides,
    /// What is run; for a project folder, once it is made.
    pub(in crate::cli) app: AppSpec,
}

impl AskedArm {
    /// The platform's own delay before a wake, which a comparison adds to its figures instead of waiting for it.
    pub(in crate::cli) fn platform_delay(&self) -> Elapsed {
        let changed = self.profile.overridden(&self.overrides.set);
        // What is wrong with a setting is told when the spec is made.
        changed.map_or(self.profile.start.delay, |profile| profile.start.delay)
    }
}

/// The plans, or the values of a variable, as arms of the comparison.
fn asked_arms(
    asked: &Asked<'_>,
    plans: &[String],
    project: Option<&Project>,
    mut secrets: impl FnMut(Overrides, &Profile) -> Result<Overrides, Failure>,
    (subject, surroundings): (&Subject, &Surroundings),
) -> Result<Vec<AskedArm>, Failure> {
    if plans.is_empty() {
        return Err(no_plans(subject.sources.as_ref()));
    }
    if plans.iter().any(String::is_empty) {
        return Err(Failure::new(
            Exit::Usage,
            format!("`--profile {}`: found an empty name, expected `ID,ID`", plans.join(",")),
        )
        .hint("leave out the comma that has nothing on one side of it"));
    }
    let typed = asked.subject.overrides()?;
    let mut environment: Vec<Variable> = subject.sources.iter().flat_map(Sources::variables).collect();
    if let Some(project) = project {
        let file = project.file.display().to_string();
        environment.extend(project.env.iter().map(|(name, value)| Variable::from_file(&file, None, name, value)));
    }
    environment.extend(typed.environment);
    let (platform_delay, spare_cores) = (PlatformDelay::Off, SPARE_CORES);
    let metrics = asked.subject.metrics(project.and_then(|project| project.metrics.clone()));
    let overrides =
        Overrides { environment, platform_delay, spare_cores, metrics, set: typed.set, ..Overrides::default() };
    let profiles = profiles(plans, asked.arms, surroundings)?;
    let adapted = |profile: Arc<Profile>| match &subject.sources {
        Some(sources) => sources.adapted(&profile).map(Arc::new),
        None => Ok(profile),
    };
    let profiles = profiles.into_iter().map(adapted).collect::<Result<Vec<_>, _>>()?;
    let arms = match asked.arms {
        Arms::Values(text) => {
            let overrides =
                profiles.first().map_or(Ok(overrides.clone()), |first| secrets(overrides.clone(), first))?;
            values(text, &profiles, &overrides, &subject.app)?
        }
        Arms::Plans | Arms::Ranges => {
            let arms = profiles
                .into_iter()
                .map(|profile| Ok(arm(&profile, secrets(overrides.clone(), &profile)?, &subject.app)));
            arms.collect::<Result<_, Failure>>()?
        }
    };
    Ok(told_apart(arms))
}

fn arm(profile: &Arc<Profile>, overrides: Overrides, app: &AppSpec) -> AskedArm {
    AskedArm { label: profile.plan.id.clone(), profile: Arc::clone(profile), overrides, app: app.clone() }
}

/// What is run, as far as it is known before there is an engine.
pub(in crate::cli) struct Subject {
    pub(in crate::cli) app: AppSpec,
    /// The project folder of which the app is made, where one is run.
    pub(in crate::cli) sources: Option<Sources>,
}

/// The profiles by name, each followed by the ends of its range where those are wanted.
fn profiles(plans: &[String], arms: Arms<'_>, surroundings: &Surroundings) -> Result<Vec<Arc<Profile>>, Failure> {
    let paths: Vec<&str> = plans.iter().map(String::as_str).filter(|name| app::is_path(name)).collect();
    let library = profile::library(&paths, surroundings)?;
    let mut found: Vec<Arc<Profile>> = Vec::new();
    for name in plans {
        found.push(load(&library, name)?);
        let ends = if arms == Arms::Ranges { library.variants(name) } else { Vec::new() };
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
fn values(
    text: &str,
    profiles: &[Arc<Profile>],
    overrides: &Overrides,
    app: &AppSpec,
) -> Result<Vec<AskedArm>, Failure> {
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
            // What stands behind the sign may be a secret.
            format!("`--ab-env {}`: expected a variable and at least two values", text.split('=').next().unwrap_or("")),
        )
        .hint("for instance `--ab-env WORKERS=1,2`"));
    };
    let with = |value: &String| {
        let mut overrides = overrides.clone();
        overrides.environment.push(Variable::from_flag("--ab-env", name.as_str(), value.as_str()));
        AskedArm { label: format!("{name}={value}"), profile: Arc::clone(profile), overrides, app: app.clone() }
    };
    let arms = values.iter().map(with);
    if values.iter().any(|value| looks_secret(&name, value)) {
        // The values stay out of every table: they are told apart by their number.
        return Ok(arms.zip(1..).map(|(arm, number)| AskedArm { label: format!("{name}=#{number}"), ..arm }).collect());
    }
    Ok(arms.collect())
}

/// The same plan named twice is compared with itself, which shows how much of a difference is noise.
fn told_apart(mut arms: Vec<AskedArm>) -> Vec<AskedArm> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for arm in &mut arms {
        let count = seen.entry(arm.label.clone()).or_default();
        *count += 1;
        if *count > 1 {
            arm.label = format!("{} ({count})", arm.label);
        }
    }
    arms
}

/// What is compared, after flags and the project's file.
#[derive(Debug)]
pub(in crate::cli) struct Wanted {
    pub(in crate::cli) app: AppSpec,
    /// The project folder of which the app is made, where one is run.
    pub(in crate::cli) sources: Option<Sources>,
    pub(in crate::cli) arms: Vec<AskedArm>,
    pub(in crate::cli) script: Script,
    /// The load in its user's words.
    pub(in crate::cli) load: String,
    pub(in crate::cli) rounds: u32,
    pub(in crate::cli) budget: Budget,
}

/// What was typed.
pub(in crate::cli) struct Asked<'a> {
    pub(in crate::cli) subject: &'a SubjectArgs,
    pub(in crate::cli) load: &'a LoadArgs,
    pub(in crate::cli) users: Option<&'a UsersArgs>,
    pub(in crate::cli) plans: &'a [String],
    pub(in crate::cli) arms: Arms<'a>,
    pub(in crate::cli) rounds: Option<u32>,
    pub(in crate::cli) budget: &'a [String],
}

/// What becomes an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Arms<'a> {
    /// Every plan that was named.
    Plans,
    /// These, and the ends of the range that a platform publishes for one of them.
    Ranges,
    /// Every value of a variable: `WORKERS=1,2`.
    Values(&'a str),
}

impl<'a> From<&'a CompareArgs> for Asked<'a> {
    fn from(args: &'a CompareArgs) -> Self {
        let plans = if args.exact { Arms::Plans } else { Arms::Ranges };
        Self {
            subject: &args.subject,
            load: &args.load,
            users: Some(&args.users),
            plans: &args.profile,
            arms: args.ab_env.as_deref().map_or(plans, Arms::Values),
            rounds: args.rounds,
            budget: &args.budget,
        }
    }
}

/// Flags go before the project's file. Whoever names an app on the command line means that one, so the
/// project's file is not asked then.
pub(in crate::cli) fn wanted(
    asked: &Asked<'_>,
    surroundings: &Surroundings,
    printer: &Printer,
) -> Result<Wanted, Failure> {
    let named = asked.subject.app.is_some();
    let project = if named { None } else { project()? };
    if let Some(project) = &project {
        printer.say(&format!("taking what is not said from {}", project.file.display()));
    }
    let project = project.as_ref();
    let (target, command) = target(asked.subject, project, surroundings)?;
    let plans = project.filter(|_| asked.plans.is_empty()).map_or(asked.plans, |project| &project.profiles);
    let profiles: Vec<&str> = plans.iter().map(String::as_str).collect();
    let sources = Sources::of(&target, &asked.subject.build, &command, &profiles, surroundings)?;
    let subject = Subject { app: target.app(&command), sources };
    let (script, load) = script((asked.load, asked.users), project)?;
    let mut notes = Vec::new();
    let secrets = |overrides: Overrides, profile: &Profile| {
        let mut overrides = with_secrets(overrides, asked.subject, profile, target.folder(), &mut notes)?;
        if let Some(sources) = &subject.sources {
            overrides.environment = sources.completed(overrides.environment, &mut notes);
        }
        Ok(overrides)
    };
    let arms = asked_arms(asked, plans, project, secrets, (&subject, surroundings))?;
    for note in &notes {
        printer.say(note);
    }
    let budget = budget(asked.budget, project.map(|project| project.budget).unwrap_or_default())?;
    Ok(Wanted {
        app: subject.app,
        sources: subject.sources,
        arms,
        script,
        load,
        rounds: asked.rounds.or(project.and_then(|project| project.rounds)).unwrap_or(USUAL_ROUNDS),
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

fn script(
    (load, users): (&LoadArgs, Option<&UsersArgs>),
    project: Option<&Project>,
) -> Result<(Script, String), Failure> {
    let users = users.map_or(Ok(None), UsersArgs::script)?;
    let script = match (load.script()?.or(users), project.and_then(|project| project.load.clone())) {
        (Some(script), _) => script,
        (None, Some(scenario)) => Script::Load(Arc::new(scenario)),
        (None, None) => Script::Load(Arc::new(crate::cli::load::scenario(USUAL_LOAD)?)),
    };
    let words = crate::cli::load::told(&script);
    Ok((script, words))
}

/// What is run. The tour has no load, so a comparison needs an app.
///
/// A command of the project's file without an app is a program of this machine, and runs in the file's folder.
fn target(
    subject: &SubjectArgs,
    project: Option<&Project>,
    surroundings: &Surroundings,
) -> Result<(Target, Vec<String>), Failure> {
    let typed = !subject.command.is_empty();
    match project {
        Some(project) if project.app.is_some() || !(typed || project.command.is_empty()) => {
            let command = if typed { &subject.command } else { &project.command };
            let found = Target::find(project.app.as_deref(), command, &project.folder);
            found.map(|target| (target, command.clone())).map_err(|error| no_target(&error))
        }
        _ => match subject.target(surroundings)? {
            Target::Tour => Err(no_app()),
            target => Ok((target, subject.command.clone())),
        },
    }
}

fn no_app() -> Failure {
    Failure::new(Exit::Usage, "no app was named, expected an image, `mimic`, or `-- COMMAND`").hint(
        "`emu compare mimic --profile ID,ID` compares plans with the app inside emu; `app` in an `emu.toml` names one",
    )
}

fn no_plans(sources: Option<&Sources>) -> Failure {
    let failure = Failure::new(Exit::Usage, "no plan was named, expected `--profile ID,ID`");
    let suggested = sources.and_then(Sources::plan).map(NamedPlan::suggestion).into_iter();
    suggested
        .fold(failure, Failure::hint)
        .hint("`emu profiles list` names the plans; `profiles = [...]` in `emu.toml` does as well")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> AppSpec {
        Target::Mimic.app(&[])
    }

    fn shipped(count: usize) -> Vec<Arc<Profile>> {
        let library = Library::shipped();
        library.ids().iter().take(count).map(|id| Arc::new(library.load(id).unwrap())).collect()
    }

    #[test]
    fn values_of_a_secret_are_told_apart_by_their_number() {
        let arms = values("API_KEY=aaaaaaaa,bbbbbbbb", &shipped(1), &Overrides::default(), &app()).unwrap();
        let labels: Vec<&str> = arms.iter().map(|arm| arm.label.as_str()).collect();
        assert_eq!(labels, ["API_KEY=#1", "API_KEY=#2"]);
        assert!(!format!("{arms:?}").contains("aaaaaaaa"));
    }

    #[test]
    fn a_variable_gives_one_arm_for_each_value() {
        let arms = values("WORKERS=1,2,4", &shipped(1), &Overrides::default(), &app()).unwrap();
        let labels: Vec<&str> = arms.iter().map(|arm| arm.label.as_str()).collect();
        assert_eq!(labels, ["WORKERS=1", "WORKERS=2", "WORKERS=4"]);
        assert_eq!(arms[2].overrides.environment[0].value, "4");
        for wrong in ["WORKERS", "WORKERS=1", "=1,2", "WORK ERS=1,2"] {
            assert_eq!(
                values(wrong, &shipped(1), &Overrides::default(), &app()).unwrap_err().exit,
                Exit::Usage,
                "{wrong}"
            );
        }
        assert!(
            values("A=1,2", &shipped(2), &Overrides::default(), &app()).unwrap_err().message.contains("found 2 plans")
        );
    }

    #[test]
    fn a_delay_that_was_set_by_hand_is_the_one_that_is_added() {
        let set = |settings: &[&str]| Overrides {
            set: settings.iter().map(|one| (*one).to_owned()).collect(),
            ..Overrides::default()
        };
        let profile = shipped(1).remove(0);
        assert_eq!(arm(&profile, set(&[]), &app()).platform_delay(), profile.start.delay);
        let slow = set(&["start.delay=7s", "start.delay_low=7s", "start.delay_high=7s"]);
        assert_eq!(arm(&profile, slow, &app()).platform_delay(), Elapsed::from_secs(7));
    }

    #[test]
    fn the_same_plan_twice_is_told_apart() {
        let profile = shipped(1).remove(0);
        let twice =
            told_apart(vec![arm(&profile, Overrides::default(), &app()), arm(&profile, Overrides::default(), &app())]);
        assert_eq!(twice[1].label, format!("{} (2)", twice[0].label));
    }
}
