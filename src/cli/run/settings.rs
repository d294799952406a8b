use crate::app::Target;
use crate::cli::subject::EngineChoice;
use crate::cli::{Exit, Failure, Surroundings, profile};
use crate::profile::Profile;
use crate::spec::{Overrides, PlatformDelay};
use crate::trial::Script;
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
    /// What is done to the app.
    pub(super) script: Script,
    pub(super) length: Option<Elapsed>,
    pub(super) name: Option<String>,
    pub(super) verbose: bool,
    pub(super) json: bool,
}

/// Turns arguments and files into values.
pub(super) fn settle(args: &RunArgs, surroundings: &Surroundings) -> Result<Settings, Failure> {
    let target = args.subject.target()?;
    let script = script(args, &target)?;
    let profile = profile::load(args.profile.as_deref().ok_or_else(no_plan)?, surroundings)?;
    let overrides = Overrides {
        warp: args.warp.unwrap_or(1),
        spare_cores: u32::from(matches!(script, Script::Load(_) | Script::Program(_))),
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
        script,
        length: args.length,
        name: args.name.clone(),
        verbose: args.verbose,
        json: args.json,
    })
}

/// Without a load, visitors come of their own accord; without an app as well, it is the tour.
fn script(args: &RunArgs, target: &Target) -> Result<Script, Failure> {
    match (args.load.script()?, target) {
        (None, Target::Tour) => Ok(Script::Tour),
        (None, _) => Ok(Script::Visitors),
        (Some(_), Target::Tour) => Err(Failure::new(Exit::Usage, "a load needs an app, found none before `--load`")
            .hint("`emu run mimic --profile ID --load SPEC` loads the app inside emu")),
        (Some(script), _) => Ok(script),
    }
}

fn no_plan() -> Failure {
    Failure::new(Exit::Usage, "no plan was named, expected `--profile ID`").hint("`emu profiles list` names the plans")
}
