use super::values::{Act, Call, Expect, Model, Phase, Scenario, Step, Think};
use crate::units::Elapsed;

/// Of a hundred turns so many may take longer than they should: what is left is the 95th percentile.
const SLOW_OF_HUNDRED: u64 = 5;
/// The pause after a turn when nobody says anything else.
const USUAL_THINK: Think = Think::always(Elapsed::from_secs(1));

/// Users who come one by one, each with a session, until the app gives way; or so many of them who then stay.
#[derive(Debug, Clone, PartialEq)]
pub struct Climb {
    /// How they use the app.
    pub who: Who,
    /// What each goes through again and again. Empty for the usual: the script, or the page, once more.
    pub round: Vec<Step>,
    /// The pause after each turn.
    pub think: Think,
    /// No more of them come.
    pub most: u32,
    /// How long a turn may take, for 95 of 100.
    pub within: Elapsed,
    /// What happens when all of them are there; `None` where it ends then.
    pub stay: Option<Stay>,
    /// A turn without an end after this long has failed.
    pub timeout: Elapsed,
    /// The same number gives the same pauses.
    pub seed: u64,
}

/// How users use an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// As the app wants it, which is found out when it serves.
    Found,
    /// In a tab of a Streamlit app.
    Tabs {
        /// The page that each opens first: `/`.
        page: String,
        /// Headers of what their tab asks for. Names in lower case.
        headers: Vec<(String, String)>,
    },
    /// With requests, and cookies of their own.
    Requests,
}

/// What becomes of users who have all come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// For so long all of them are there.
    pub holds: Elapsed,
    /// Then half of them leave, and the app is watched for so long; `None` for not at all.
    pub closed: Option<Elapsed>,
}

impl Stay {
    /// The phase in which all of them are there.
    pub const HOLD: &str = "hold";
    /// The phase in which half of them have left.
    pub const LEFT: &str = "half have left";
    /// The phase in which somebody new comes.
    pub const VISIT: &str = "a new visitor";
    /// The phase in which they have left again: some apps tidy up only then.
    pub const AFTER: &str = "after the visit";
}

impl Climb {
    /// Users of an app that nobody has told anything about.
    pub fn usual(most: u32, within: Elapsed) -> Self {
        let Scenario { timeout, seed, .. } = Scenario::of("", Vec::new());
        let (who, round, timeout) = (Who::Found, Vec::new(), timeout.max(within));
        Self { who, round, think: USUAL_THINK, most, within, stay: None, timeout, seed }
    }

    /// Users who do what those of a scenario's first phase of users do. `None` where it has no such phase.
    pub fn of(scenario: &Scenario, most: u32, within: Elapsed) -> Option<Self> {
        let users = |phase: &'_ Phase| match phase.model {
            Model::Closed { think, .. } | Model::Sessions { think, .. } => Some(think),
            _ => None,
        };
        let (phase, think) = scenario.phases.iter().find_map(|phase| Some((phase, users(phase)?)))?;
        let (who, round) = match phase.model {
            Model::Sessions { .. } => (Who::tabs(phase.calls.first()), phase.steps.clone()),
            _ => (Who::Requests, phase.calls.iter().map(asked).collect()),
        };
        // Whoever may take their time is not cut off before.
        let timeout = scenario.timeout.max(within);
        Some(Self { who, round, think, timeout, seed: scenario.seed, ..Self::usual(most, within) })
    }

    /// In a sentence: `users come one by one, at most 100, thinking 1 s`.
    pub fn what(&self) -> String {
        let Self { think, most, .. } = self;
        let think = if *think == Think::NONE { String::new() } else { format!(", thinking {think}") };
        format!("users come one by one, at most {most}{think}")
    }

    /// Whether so many slow turns of so many are more than may be.
    pub fn is_too_slow(slow: u64, turns: u64) -> bool {
        slow * 100 > turns * SLOW_OF_HUNDRED
    }

    /// How long it takes at least when all of them come: what is said of the time that is left rests on it.
    pub fn lasts(&self) -> Elapsed {
        let stay = self.stay.map_or(Elapsed::ZERO, |stay| stay.holds + stay.closed.unwrap_or_default());
        let coming = Elapsed::from_micros(self.think.usual().micros().saturating_mul(self.most.into()));
        coming + stay
    }
}

impl Who {
    fn tabs(page: Option<&Call>) -> Self {
        Self::Tabs {
            page: page.map_or_else(|| "/".to_owned(), |page| page.path.clone()),
            headers: page.map(|page| page.headers.clone()).unwrap_or_default(),
        }
    }
}

/// A request of a phase as somebody's step.
fn asked(call: &Call) -> Step {
    let name = format!("{} {}", call.method, call.path);
    let expect: Expect = call.expect.clone();
    Step { name, user: "visitor".into(), act: Act::Ask(call.clone()), expect, within: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn climb(load: &str) -> Option<Climb> {
        Climb::of(&Scenario::short(load).unwrap(), 10, Elapsed::from_secs(3))
    }

    #[test]
    fn users_do_what_the_load_says() {
        let tabs = climb("rest for 1s then 1 streamlit user thinking 2s for 5s /orders").unwrap();
        assert_eq!(tabs.who, Who::Tabs { page: "/orders".into(), headers: Vec::new() });
        assert_eq!((tabs.round.len(), tabs.think.usual()), (0, Elapsed::from_secs(2)));
        let requests = climb("3 users for 5s /search?q=tea").unwrap();
        assert_eq!((requests.who, requests.round[0].name.as_str()), (Who::Requests, "GET /search?q=tea"));
        assert_eq!(climb("20/s for 2m"), None);
    }

    #[test]
    fn a_turn_is_waited_for_as_long_as_it_may_take() {
        let slow = Elapsed::from_secs(90);
        assert_eq!(Climb::usual(10, slow).timeout, slow);
        assert_eq!(Climb::of(&Scenario::short("1 user for 5s").unwrap(), 10, slow).unwrap().timeout, slow);
        assert_eq!(climb("1 user for 5s").unwrap().timeout, Scenario::short("1 user for 5s").unwrap().timeout);
    }

    #[test]
    fn five_of_a_hundred_turns_may_be_slow() {
        assert!(!Climb::is_too_slow(5, 100));
        assert!(Climb::is_too_slow(6, 100));
        assert!(Climb::is_too_slow(1, 3));
        assert!(!Climb::is_too_slow(0, 0));
    }
}
