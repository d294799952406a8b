use super::engine::EngineArgs;
use super::folder::BuildArgs;
use super::{Exit, Failure, Surroundings, mimic};
use crate::app::{self, EnvFileError, Target, TargetError};
use crate::metrics::Asked;
use crate::spec::{Overrides, Variable};

/// What is run, and what is changed about it: the arguments that every command with an app takes.
#[derive(Debug, clap::Args)]
pub struct SubjectArgs {
    /// What to run: a project folder (`.`), an image, or `mimic`, the app inside emu. Nothing, and no command:
    /// `emu run` plays the tour, `emu compare` and `emu fit` look into `emu.toml`.
    pub(super) app: Option<String>,

    /// The command, in place of the image's own. For mimic: its knobs. Without APP: a program of this
    /// machine, run from the current folder.
    #[arg(last = true, value_name = "CMD")]
    pub(super) command: Vec<String>,

    #[command(flatten)]
    pub(super) engine: EngineArgs,

    #[command(flatten)]
    pub(super) build: BuildArgs,

    /// Change one setting of the profile, as its file names it: `memory.limit=256MiB`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,

    /// Do not ask the app what it tells of itself: its users, its caches.
    #[arg(long)]
    pub(super) no_metrics: bool,

    /// Give the app a variable.
    #[arg(long, short, value_name = "NAME=VALUE")]
    pub(super) env: Vec<String>,

    /// Give the app the variables of a file.
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<std::path::PathBuf>,

    /// Give the app the secrets of a file as the platform does: TOML, `NAME=VALUE` lines, or a folder of
    /// secret files. Without it: the file in the project's folder that the profile names.
    #[arg(long, value_name = "PATH")]
    pub(super) secrets: Vec<std::path::PathBuf>,
}

impl SubjectArgs {
    /// What to run.
    pub(super) fn target(&self, surroundings: &Surroundings) -> Result<Target, Failure> {
        let found = Target::find(self.app.as_deref(), &self.command, surroundings.folder());
        let target = found.map_err(|error| no_target(&error))?;
        if target == Target::Mimic {
            mimic::accepts(&self.command)?;
        }
        Ok(target)
    }

    /// What is changed about the profile and the environment.
    pub(super) fn overrides(&self) -> Result<Overrides, Failure> {
        Ok(Overrides { set: self.set.clone(), environment: self.environment()?, ..Overrides::default() })
    }

    /// What is asked of the app about itself. `said` is what the project's file says.
    pub(super) fn metrics(&self, said: Option<Asked>) -> Asked {
        if self.no_metrics { Asked::Nothing } else { said.unwrap_or(Asked::OfItsKind) }
    }

    /// Variables of files first, so that a flag wins over a file.
    fn environment(&self) -> Result<Vec<Variable>, Failure> {
        let mut variables = Vec::new();
        for file in &self.env_file {
            let name = file.display().to_string();
            for pair in app::read_env_file(file).map_err(|error| bad_env_file(&error))? {
                variables.push(Variable::from_file(&name, u32::try_from(pair.line).ok(), pair.name, pair.value));
            }
        }
        for flag in &self.env {
            let Some((name, value)) = flag.split_once('=').filter(|(name, _)| !name.is_empty()) else {
                // What stands behind the sign may be a secret.
                let found = flag.split('=').next().unwrap_or_default();
                return Err(Failure::new(Exit::Usage, format!("`--env {found}`: expected `NAME=VALUE`"))
                    .hint("for instance `--env DEBUG=0`, or `--env-file FILE` for many"));
            };
            variables.push(Variable::from_flag("--env", name, value));
        }
        Ok(variables)
    }
}

/// What is wrong with what was to be run, as a failure with a next step.
pub(super) fn no_target(error: &TargetError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).hint(error.hint())
}

fn bad_env_file(error: &EnvFileError) -> Failure {
    Failure::new(Exit::Configuration, error.to_string()).hint("one `NAME=value` a line; `#` begins a comment")
}
