use crate::app::{self, EnvFileError, Target, TargetError};
use crate::cli::{Exit, Failure, Surroundings, profile};
use crate::profile::Profile;
use crate::spec::{Overrides, PlatformDelay, Variable};
use crate::units::Elapsed;

use super::RunArgs;
use super::args::EngineChoice;

/// What was typed, as values. Everything that can be wrong about it is found before anything runs.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) profile: Profile,
    pub(super) target: Target,
    pub(super) command: Vec<String>,
    pub(super) overrides: Overrides,
    /// Whether the user chose a warp; the tour chooses one by itself.
    pub(super) warp_asked: bool,
    pub(super) engine: EngineChoice,
    pub(super) port: Option<u16>,
    pub(super) length: Option<Elapsed>,
    pub(super) name: Option<String>,
    pub(super) verbose: bool,
    pub(super) json: bool,
}

/// Turns arguments and files into values.
pub(super) fn settle(args: &RunArgs, surroundings: &Surroundings) -> Result<Settings, Failure> {
    let target = Target::find(args.app(), &args.command).map_err(|error| no_target(&error))?;
    let profile = profile::load(args.profile.as_deref().ok_or_else(no_plan)?, surroundings)?;
    let overrides = Overrides {
        set: args.set.clone(),
        environment: environment(args)?,
        warp: args.warp.unwrap_or(1),
        platform_delay: if args.no_platform_delay { PlatformDelay::Off } else { PlatformDelay::Kept },
        ..Overrides::default()
    };
    Ok(Settings {
        profile,
        target,
        command: args.command.clone(),
        overrides,
        warp_asked: args.warp.is_some(),
        engine: args.engine,
        port: args.port,
        length: args.length,
        name: args.name.clone(),
        verbose: args.verbose,
        json: args.json,
    })
}

/// Variables of files first, so that a flag wins over a file.
fn environment(args: &RunArgs) -> Result<Vec<Variable>, Failure> {
    let mut variables = Vec::new();
    for file in &args.env_file {
        let name = file.display().to_string();
        for pair in app::read_env_file(file).map_err(|error| bad_env_file(&error))? {
            variables.push(Variable::from_file(&name, u32::try_from(pair.line).ok(), pair.name, pair.value));
        }
    }
    for flag in &args.env {
        let Some((name, value)) = flag.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::new(Exit::Usage, format!("`--env {flag}`: expected `NAME=VALUE`"))
                .hint("for instance `--env DEBUG=0`, or `--env-file FILE` for many"));
        };
        variables.push(Variable::from_flag("--env", name, value));
    }
    Ok(variables)
}

fn bad_env_file(error: &EnvFileError) -> Failure {
    Failure::new(Exit::Configuration, error.to_string()).hint("one `NAME=value` a line; `#` begins a comment")
}

fn no_plan() -> Failure {
    Failure::new(Exit::Usage, "no plan was named, expected `--profile ID`").hint("`emu profiles list` names the plans")
}

fn no_target(error: &TargetError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).hint(error.hint())
}
