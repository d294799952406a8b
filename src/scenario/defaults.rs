//! What a scenario has that says nothing of its own, and how far its numbers may go.

use super::values::{Call, Coming, Model, Phase, Rate, Scenario};
use crate::units::Elapsed;

/// A request without a whole answer after this long has failed.
pub(super) const TIMEOUT: Elapsed = Elapsed::from_secs(30);
/// The longest warm-up that nobody asked for.
pub(super) const WARM_UP: Elapsed = Elapsed::from_secs(5);
/// Below the soft limit of open files that most systems give a process.
pub(super) const CONNECTIONS: u32 = 500;
/// Any fixed number does: the same scenario makes the same requests every time.
pub(super) const SEED: u64 = 1;

/// One address has about 28,000 ports to call another from.
pub(super) const MOST_CONNECTIONS: u32 = 20_000;
/// The most users of a phase. Each has a connection of its own.
pub(super) const MOST_USERS: u32 = 10_000;
/// The most users who come by the clock in a phase. Not all of them are there at the same time.
pub(super) const MOST_STRANGERS: u64 = 100_000;
/// The most times that a phase makes its requests.
pub(super) const MOST_TIMES: u32 = 1_000_000;
/// The longest phase, pause and time limit: a week.
pub(super) const LONGEST: Elapsed = Elapsed::from_secs(7 * 86_400);

impl Scenario {
    /// A scenario of these phases, with everything else as it is where nothing is said.
    pub(super) fn of(name: &str, phases: Vec<Phase>) -> Self {
        Self {
            name: name.to_owned(),
            seed: SEED,
            timeout: TIMEOUT,
            warm_up: warm_up(&phases),
            connections: connections(&phases),
            phases,
        }
    }
}

impl Call {
    /// A plain `GET`.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            weight: 1,
            method: "GET".into(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: super::Body::Empty,
            expect: super::Expect::default(),
        }
    }
}

/// A few seconds, never longer than the phase they are for. Nothing before a rest, which asks what the
/// app needs untouched, and nothing before requests that are made a number of times, because making
/// them more often would change what they do to the app.
pub(super) fn warm_up(phases: &[Phase]) -> Elapsed {
    let paced = phases.get(..1).and_then(first_paced).and_then(|phase| phase.model.lasts());
    paced.map_or(Elapsed::ZERO, |lasts| lasts.min(WARM_UP))
}

/// The phase whose requests can warm the app: the first that sends anything, when it does so at a pace.
pub(super) fn first_paced(phases: &[Phase]) -> Option<&Phase> {
    let first = phases.iter().find(|phase| !matches!(phase.model, Model::Rest { .. }))?;
    matches!(first.model, Model::Open { .. } | Model::Closed { .. }).then_some(first)
}

/// How many requests a rate makes due: the area under a straight line, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a million a second for a week")]
pub(super) fn requests_due(from: Rate, to: Rate, lasts: Elapsed) -> u64 {
    f64::midpoint(from.0, to.0).mul_add(lasts.secs_f64(), 1e-6) as u64
}

/// Enough for every user.
pub(super) fn connections(phases: &[Phase]) -> u32 {
    most_users(phases).max(CONNECTIONS)
}

/// The users of the phase that has the most.
pub(super) fn most_users(phases: &[Phase]) -> u32 {
    let users = phases.iter().map(|phase| match phase.model {
        Model::Closed { coming: Coming::Number { from, users, .. }, .. } => users.max(from),
        _ => 0,
    });
    users.max().unwrap_or(0)
}

/// A name for a phase that was given none, unlike all that are `taken`: `load`, `users`, `rest 2`.
pub(super) fn name(model: &Model, taken: &[String]) -> String {
    let kind = match model {
        Model::Rest { .. } => "rest",
        Model::Each { .. } => "calls",
        Model::Steps { .. } => "steps",
        Model::Open { from, to, .. } if from == to => "load",
        Model::Open { .. } => "ramp",
        Model::Closed { .. } | Model::Sessions { .. } => "users",
    };
    let mut name = kind.to_owned();
    let mut number = 1;
    while taken.contains(&name) {
        number += 1;
        name = format!("{kind} {number}");
    }
    name
}
