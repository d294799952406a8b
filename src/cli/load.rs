use std::sync::Arc;

use super::{Exit, Failure};
use crate::app::{self, ScenarioError};
use crate::scenario::{Phase, Scenario};
use crate::trial::Script;
use crate::units::Elapsed;

/// What is done to the app.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct LoadArgs {
    /// The load: `20/s for 2m`, `10 users for 1m /search`, or a scenario file.
    #[arg(long, value_name = "SPEC|FILE")]
    pub(super) load: Option<String>,

    /// Let another program drive the load: `k6 run script.js`. It finds the app's address in EMU_URL.
    #[arg(long, value_name = "COMMAND", conflicts_with = "load")]
    pub(super) load_command: Option<String>,
}

impl LoadArgs {
    /// Whether anything was typed.
    pub(super) fn is_said(&self) -> bool {
        self.load.is_some() || self.load_command.is_some()
    }

    /// What is done to the app, as it was typed; `None` when nothing was.
    pub(super) fn script(&self) -> Result<Option<Script>, Failure> {
        match (&self.load, &self.load_command) {
            (Some(text), _) => scenario(text).map(|scenario| Some(Script::Load(Arc::new(scenario)))),
            (None, Some(line)) => Ok(Some(Script::Program(line.clone()))),
            (None, None) => Ok(None),
        }
    }
}

/// The scenario that a text means: a short form, or a file.
pub(super) fn scenario(text: &str) -> Result<Scenario, Failure> {
    app::scenario(text).map_err(|error| wrong(&error))
}

/// What is done to the app, as the phases of the runs will tell it.
pub(super) fn told(script: &Script) -> String {
    match script {
        Script::Visitors | Script::Tour => String::new(),
        Script::Load(scenario) => scenario.phases.iter().map(Phase::what).collect::<Vec<_>>().join("; "),
        Script::Climb(climb) => climb.what(),
        Script::Program(line) => line.clone(),
    }
}

/// How long a scenario takes by its own words; what ends with its last answer is not in it.
pub(super) fn lasts(scenario: &Scenario) -> Elapsed {
    let phases = scenario.phases.iter().filter_map(|phase| phase.model.lasts());
    phases.fold(scenario.warm_up, |sum, lasts| sum + lasts)
}

fn wrong(error: &ScenarioError) -> Failure {
    Failure::new(Exit::Configuration, error.to_string()).hint(error.hint())
}
