//! What emu will do about an app on this machine: profile, app, machine and overrides, resolved.
//!
//! A [`Spec`] holds no "use the default". Where it departs from the profile, the departure stands in
//! its [`Promise`] list. Pure: the machine is described by a value.

mod apart;
mod environment;
#[cfg(test)]
pub(crate) mod example;
mod fidelity;
mod machine;
mod overrides;
mod problem;
mod promise;
mod redactor;
mod resolve;
mod secretive;
mod secrets;
mod share;
#[cfg(test)]
mod tests;

pub use machine::{Capabilities, Isolation, Machine, Network};
pub use overrides::{Overrides, PlatformDelay, Privacy, Variable};
pub use problem::SpecProblem;
pub use promise::{Keeping, Promise, compact};
pub use redactor::Redactor;
pub use resolve::{MIMIC_HEALTH, resolve};
pub use secretive::looks_secret;
pub use secrets::{Secret, SecretFile, Secrets};

use crate::metrics::Asked;
pub use crate::profile::{
    Answer, AtLimit, BootRules, Burst, Cause, CpuRules, DiskKind, DiskRules, HealthCheck, HealthRules, IdleSignal,
    LimitRules, LineKind, MemoryRules, Origin, Plan, PortRules, ProcessRules, QuotaRules, RestartPolicy, RestartRules,
    RouterRules, ShutdownRules, SleepRules, Source, StandIn, StartRules, WakeAnswer, WakeRules,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything one run needs to know, fully resolved. The first event of a run carries it whole.
///
/// The families are those of the profile after overrides; the timers among them that belong to the
/// platform (not to the app) are already divided by [`Spec::warp`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// What the plan is called and costs.
    pub plan: Plan,
    /// What is run.
    pub app: AppSpec,
    /// Memory rules.
    pub memory: MemoryRules,
    /// CPU rules.
    pub cpu: CpuRules,
    /// Disk rules.
    pub disk: DiskRules,
    /// Limits on countable things.
    pub limits: LimitRules,
    /// Where the app must listen.
    pub port: PortRules,
    /// The platform's own delay before the process runs. Zero when switched off.
    pub start: StartRules,
    /// Boot limit.
    pub boot: BootRules,
    /// Health rules.
    pub health: HealthRules,
    /// Sleep rules; `None` when the plan never sleeps.
    pub sleep: Option<SleepRules>,
    /// Wake rules.
    pub wake: WakeRules,
    /// Router rules.
    pub router: RouterRules,
    /// The platform's answers by cause. Complete: every [`Cause`] has one.
    pub answers: BTreeMap<Cause, Answer>,
    /// Shutdown rules.
    pub shutdown: ShutdownRules,
    /// Restart rules.
    pub restart: RestartRules,
    /// Monthly allowances.
    pub quota: QuotaRules,
    /// What the process sees of its surroundings.
    pub process: ProcessRules,
    /// Whose network the app is in.
    #[serde(default)]
    pub network: Network,
    /// What is asked of the app about itself while it serves.
    #[serde(default, skip_serializing_if = "Asked::is_nothing")]
    pub metrics: Asked,
    /// The whole environment given to the process on top of the image's own. In place of a secret stands its name.
    pub environment: BTreeMap<String, String>,
    /// What only the app may see: values in memory, names in a record.
    #[serde(default, skip_serializing_if = "Secrets::is_empty")]
    pub secrets: Secrets,
    /// Templates of the platform's log lines.
    pub lines: BTreeMap<LineKind, String>,
    /// How many times faster the platform's timers run. One is real time.
    pub warp: u32,
    /// What is kept, approximated and not kept. Heads every run.
    pub fidelity: Vec<Promise>,
    /// Where every value comes from, by setting key.
    pub origins: BTreeMap<String, Origin>,
    /// The sources the origins point to, by name.
    pub sources: BTreeMap<String, Source>,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSpec {
    /// What the user called it: `mimic`, `myapp:latest`.
    pub name: String,
    /// Where the program comes from.
    pub image: Image,
    /// The command, in place of the image's own. Empty keeps the image's.
    pub command: Vec<String>,
}

impl AppSpec {
    /// The command in one line, as platforms show it: what a shell is given, without the shell. The app's name
    /// where the command is the image's own.
    pub fn line(&self) -> String {
        match self.command.as_slice() {
            [] => self.name.clone(),
            [shell, flag, line] if shell == "/bin/sh" && flag == "-c" => {
                line.strip_prefix("exec ").unwrap_or(line).to_owned()
            }
            words => words.join(" "),
        }
    }
}

/// Where the program comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// The app inside this very binary.
    Mimic,
    /// An image that the engine knows by this name.
    Named(String),
    /// A program of this machine: the command, run from this folder.
    Host {
        /// Absolute path.
        folder: String,
    },
}
