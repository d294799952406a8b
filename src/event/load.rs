use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::Elapsed;

/// A phase of a run's load begins. What happens from here to the next phase, or to the end of the
/// run, belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// What its user called it: `loading`, `search`.
    pub name: String,
    /// What its figures are good for.
    pub role: PhaseRole,
    /// What is done in it, as a sentence: `20 requests per second for 2 min`.
    pub what: String,
    /// How many users with a session there are in it; `None` where users are not what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
}

/// What a phase's figures are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseRole {
    /// Every request once: does the app answer as the scenario expects?
    Check,
    /// Gets the app warm. Its latencies count nowhere.
    WarmUp,
    /// Its figures count.
    Measure,
}

/// What the generator of load saw in one phase. Told when the phase has ended and its last answer is in.
///
/// Every request that was due is counted exactly once: `due = answered + failed + unsent`, where
/// `failed` is the sum of the failures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LoadReport {
    /// Requests that were due, or that users made.
    pub due: u64,
    /// Requests that were answered as the scenario expects.
    pub answered: u64,
    /// Requests that were not, by how they failed.
    pub failures: BTreeMap<LoadFailure, u64>,
    /// Requests that were due and never sent: the generator had no free connection, or no time.
    pub unsent: u64,
    /// Of those answered, how many were still open when the phase's time was up and were waited for.
    pub drained: u64,
    /// How long the phase sent.
    pub lasted: Elapsed,
    /// Requests per second that were asked for, on average. `None` where users set the pace.
    pub asked_per_second: Option<f64>,
    /// Latency of answered requests while the app served: from the moment a request was due to its last byte.
    pub warm: Spread,
    /// The same for requests that came while the app was asleep, starting or away.
    pub cold: Spread,
    /// From the actual sending to the last byte: what is left of the latency when nobody queues.
    pub service: Spread,
    /// How late requests were sent.
    pub late: Spread,
    /// CPU time that the generator's thread used in the phase.
    pub generator_cpu: Elapsed,
    /// Who is to blame when fewer requests were carried out than were asked for.
    pub shortfall: Option<Shortfall>,
    /// How a program that drives the load in our place ended; `None` when emu drove it.
    pub command_exit: Option<i32>,
}

/// How a request failed, as its sender sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadFailure {
    /// Another status than the scenario expects.
    Status(u16),
    /// The right status, but the answer does not hold what the scenario expects.
    Body,
    /// The page shows an exception of the app.
    Raised,
    /// The app does not compile.
    NotCompiled,
    /// The page does not offer what its user wanted to touch, or refuses what they wanted to put there.
    NotOffered,
    /// No connection.
    Refused,
    /// The connection broke before the answer was whole.
    Cut,
    /// No whole answer within the scenario's time limit.
    TimedOut,
    /// Given up, because the run was interrupted.
    GivenUp,
}

/// Who could not carry out the load that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortfall {
    /// The generator sent late or too little: the machine is too slow for this rate.
    Generator,
    /// The app answered slower than it was asked: requests piled up.
    App,
}

/// How times are spread: how often each value was seen, three significant digits of it, in
/// microseconds, in rising order. Adding two of them loses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spread(pub Vec<(u64, u64)>);

impl Spread {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

impl LoadReport {
    /// Requests that failed, whatever the reason.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}
