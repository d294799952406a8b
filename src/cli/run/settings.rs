use crate::app::Target;
use crate::cli::subject::EngineChoice;
use crate::cli::{Exit, Failure, Surroundings, profile};
use crate::profile::Profile;
use crate::spec::{Overrides, PlatformDelay};
use crate::units::Elapsed;

use super::RunArgs;

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
    let target = args.subject.target()?;
    let profile = profile::load(args.profile.as_deref().ok_or_else(no_plan)?, surroundings)?;
    let overrides = Overrides {
        warp: args.warp.unwrap_or(1),
        platform_delay: if args.no_platform_delay { PlatformDelay::Off } else { PlatformDelay::Kept },
        ..args.subject.overrides()?
    };
    Ok(Settings {
        profile,
        target,
        command: args.subject.command.clone(),
        overrides,
        warp_asked: args.warp.is_some(),
        engine: args.subject.engine,
        port: args.port,
        length: args.length,
        name: args.name.clone(),
        verbose: args.verbose,
        json: args.json,
    })
}

fn no_plan() -> Failure {
    Failure::new(Exit::Usage, "no plan was named, expected `--profile ID`").hint("`emu profiles list` names the plans")
}
