use crate::scenario::{Scenario, ShortError};

/// Why there is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no short form.
    #[error(transparent)]
    Short(#[from] ShortError),
}

impl ScenarioError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Short(error) => error.hint(),
        }
    }
}

/// The scenario that `--load` means: a short form.
pub fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    Ok(Scenario::short(text)?)
}
