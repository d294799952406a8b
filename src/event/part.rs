use serde::{Deserialize, Serialize};

use crate::units::Elapsed;

/// What a run is a part of: a comparison has many runs, and so has a search for the smallest plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The id of the whole.
    pub of: String,
    /// Which of the things compared: a plan's id, `before`, `WORKERS=2`.
    pub arm: String,
    /// The round, from one.
    pub round: u32,
    /// The platform's own delay before a wake, where it was left out of the run: it is added to what
    /// a visitor of a sleeping app would wait.
    pub platform_delay: Elapsed,
}
