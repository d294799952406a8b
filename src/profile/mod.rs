//! A hosting plan as data: TOML text in, [`Profile`] out, with the origin of every value.
//!
//! The families of settings stand one to a file. Each file holds the plain struct that the rest of
//! the program reads. A profile is complete after loading: no field means "use the default".

mod boot;
mod build;
mod chain;
mod cpu;
mod disk;
#[cfg(test)]
pub(crate) mod example;
mod health;
pub mod key;
mod kind;
mod library;
mod lines;
mod manifest;
mod meaning;
mod memory;
mod named;
mod origin;
mod overriding;
mod plan;
mod price;
mod problem;
mod process;
mod quota;
mod reference;
mod restart;
mod router;
mod schema;
mod secrets;
mod settings;
mod sheet;
mod sleep;
mod start;
pub mod template;
#[cfg(test)]
mod tests;
pub mod vocabulary;

pub use boot::BootRules;
pub use build::{AppKind, BuildRules, BuildStep, DependencyFile, Runtime};
pub use cpu::{Burst, CpuRules};
pub use disk::{DiskKind, DiskRules};
pub use health::{HealthCheck, HealthRules};
pub use kind::{Kind, Value};
pub use library::Library;
pub use lines::LineKind;
pub use manifest::{Manifest, ManifestFormat, Role};
pub use memory::{AtLimit, MemoryRules};
pub use origin::{Confidence, Layer, Origin, Source};
pub use overriding::Assignment;
pub use plan::{Plan, Range};
pub use price::{Billing, Charge, Price, UsageRates};
pub use problem::{Pass, Problem, ProfileError};
pub use process::{LimitRules, PortRules, ProcessRules};
pub use quota::QuotaRules;
pub use reference::reference;
pub use restart::{RestartPolicy, RestartRules, ShutdownRules};
pub use router::{Answer, Cause, RouterRules};
pub use schema::schema;
pub use secrets::{SecretFormat, SecretRules, SecretValue, SecretWins};
pub use settings::{Held, Settings};
pub use sleep::{IdleSignal, SleepRules, StandIn, WakeAnswer, WakeRules};
pub use start::StartRules;

use std::collections::BTreeMap;

/// What a host promises on one plan. Pure data; every number has an origin under its setting key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Name, platform, price, documentation.
    pub plan: Plan,
    /// Memory limit, swap, what happens at the limit.
    pub memory: MemoryRules,
    /// CPU share and how it is enforced.
    pub cpu: CpuRules,
    /// The disk and whether it survives a restart.
    pub disk: DiskRules,
    /// Processes, open files, shared memory.
    pub limits: LimitRules,
    /// Where the app must listen.
    pub port: PortRules,
    /// What the platform does before the process runs.
    pub start: StartRules,
    /// How long the app may take to answer.
    pub boot: BootRules,
    /// How the platform asks whether the app is well.
    pub health: HealthRules,
    /// When the plan puts the app to sleep; `None` when it never does.
    pub sleep: Option<SleepRules>,
    /// What visitors get while the app sleeps or wakes.
    pub wake: WakeRules,
    /// The platform's router.
    pub router: RouterRules,
    /// What the platform answers in place of the app, by cause.
    pub answers: BTreeMap<Cause, Answer>,
    /// How the platform stops an instance.
    pub shutdown: ShutdownRules,
    /// When and how the platform starts an instance again.
    pub restart: RestartRules,
    /// Monthly allowances.
    pub quota: QuotaRules,
    /// User, hostname, directories.
    pub process: ProcessRules,
    /// Variables the platform sets. `{port}` and the like are filled in by the spec.
    pub environment: BTreeMap<String, String>,
    /// How the platform makes a running app of sources.
    pub build: BuildRules,
    /// How the platform gives an app its secrets.
    pub secrets: SecretRules,
    /// The platform's own files in a project, by their names.
    pub manifests: BTreeMap<String, Manifest>,
    /// The platform's own log lines, as templates.
    pub lines: BTreeMap<LineKind, String>,
    /// Every setting as a flat map, with its origin. The fields above are read from it.
    pub settings: Settings,
    /// The sources the origins point to, by name.
    pub sources: BTreeMap<String, Source>,
}
