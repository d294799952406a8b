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

/// Users of an app, whatever its kind.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct UsersArgs {
    /// So many users at once, each with a session where the app is one of Streamlit, which is found out:
    /// `20`, `"20 thinking 1s to 5s for 10m"`, `"0 to 50 over 5m"`. Without more words they think 2 s,
    /// for a minute.
    #[arg(long, value_name = "NUMBER|WORDS", conflicts_with_all = ["load", "load_command"])]
    pub(super) users: Option<String>,
}

/// What users do of whom nothing but their number is said.
const USUAL: &str = "thinking 2s for 1m";

impl UsersArgs {
    /// The load of those users; `None` when nothing was typed.
    pub(super) fn script(&self) -> Result<Option<Script>, Failure> {
        let Some(words) = self.users.as_deref().map(str::trim) else { return Ok(None) };
        let scenario = Scenario::short(&in_full(words)).map_err(|error| {
            Failure::new(Exit::Usage, format!("`--users {words}`: {error}"))
                .hint("for instance `--users 20`, or `--users \"20 thinking 1s to 5s for 10m\"`")
        })?;
        Ok(Some(Script::Users(Arc::new(scenario))))
    }
}

/// The short form of a load that the words mean: `20` is `20 users thinking 2s for 1m`.
fn in_full(words: &str) -> String {
    let end = ["thinking", "for", "over"].iter().filter_map(|word| words.find(&format!(" {word} "))).min();
    let (number, rest) = words.split_at(end.unwrap_or(words.len()));
    let rest = if rest.is_empty() { USUAL } else { rest.trim() };
    format!("{number} users {rest}")
}

/// The scenario that a text means: a short form, or a file.
pub(super) fn scenario(text: &str) -> Result<Scenario, Failure> {
    app::scenario(text).map_err(|error| wrong(&error))
}

/// What is done to the app, as the phases of the runs will tell it.
pub(super) fn told(script: &Script) -> String {
    match script {
        Script::Visitors | Script::Tour => String::new(),
        Script::Load(scenario) | Script::Users(scenario) => {
            scenario.phases.iter().map(Phase::what).collect::<Vec<_>>().join("; ")
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_users_is_enough() {
        assert_eq!(in_full("20"), "20 users thinking 2s for 1m");
        assert_eq!(in_full("20 thinking 1s to 5s for 10m"), "20 users thinking 1s to 5s for 10m");
        assert_eq!(in_full("0 to 50 over 5m"), "0 to 50 users over 5m");
        let wrong = UsersArgs { users: Some("many".into()) }.script().unwrap_err();
        assert_eq!(wrong.exit, Exit::Usage);
        assert!(wrong.message.contains("found `many`, expected a number of users"), "{}", wrong.message);
    }
}
