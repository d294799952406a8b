use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::key::{Key, in_backticks, key, meant};
use super::problem::Problem;
use super::reading::{Reading, Table, describe, printed};
use crate::units::{Elapsed, Portion};

const AN_ELAPSED: &str = "a duration such as `\"800 ms\"`, more than 0 s";

const MEMORY: Key = key(
    "memory",
    "a share such as `\"90 %\"`, above `0 %` and at most `100 %`",
    "The peak need, against the memory that the plan sells.",
    "no bound",
);
const P95: Key = key("p95", AN_ELAPSED, "What 95 of 100 requests must not exceed while the app serves.", "no bound");
const P99: Key = key("p99", AN_ELAPSED, "The same for 99 of 100.", "no bound");
const COLD_START: Key = key("cold_start", AN_ELAPSED, "A cold start, the platform's own delay included.", "no bound");
const ERRORS: Key = key(
    "errors",
    "a share such as `\"1 %\"`, at most `100 %`",
    "Failed requests against all that were due.",
    "no bound",
);
const KILLS: Key =
    key("kills", "a whole number such as `0`", "How often the app may be killed, in all rounds together.", "no bound");

/// `[budget]`
pub(super) const BUDGET: &[Key] = &[MEMORY, P95, P99, COLD_START, ERRORS, KILLS];

/// What an app must not exceed to live up to the question asked. Without a bound, a figure is only told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    /// The peak need, against the memory that the plan sells.
    pub memory: Option<Portion>,
    /// What 95 of 100 warm requests must not exceed.
    pub p95: Option<Elapsed>,
    /// What 99 of 100 warm requests must not exceed.
    pub p99: Option<Elapsed>,
    /// A cold start, the platform's own delay included.
    pub cold_start: Option<Elapsed>,
    /// Failed requests against all that were due.
    pub errors: Option<Portion>,
    /// How often the app may be killed, in all rounds together.
    pub kills: Option<u64>,
}

impl Budget {
    /// Whether it holds no bound at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Sets one bound as typed on a command line: `p95=800ms`. `none` takes a bound away.
    ///
    /// # Errors
    /// What is wrong with the key or the value.
    pub fn set(&mut self, setting: &str) -> Result<(), Problem> {
        let names = || BUDGET.iter().map(|key| key.name);
        let problem = |key: &str, found: String, expected: String, hint| {
            Err(Problem { line: None, key: key.to_owned(), found, expected, hint })
        };
        let Some((name, value)) = setting.split_once('=') else {
            return problem("", format!("`{setting}`"), "KEY=VALUE such as `p95=800ms`".into(), None);
        };
        let (name, value) = (name.trim(), value.trim());
        let Some(key) = BUDGET.iter().find(|key| key.name == name) else {
            let expected = format!("one of {}", in_backticks(names()));
            return problem("", format!("`{name}`"), expected, meant(name, names()));
        };
        match self.put(key, value) {
            Some(()) => Ok(()),
            None => problem(name, format!("`{value}`"), format!("{} or `none`", key.value.replace('"', "")), None),
        }
    }

    /// The bounds in a table of the project's file.
    pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Self {
        let mut budget = Self::default();
        for key in table.said(BUDGET) {
            let Some(leaf) = table.get(key) else { continue };
            if printed(leaf.get_ref()).and_then(|value| budget.put(key, &value)).is_none() {
                reading.wrong(table, key, describe(leaf.get_ref()), key.value);
            }
        }
        budget
    }

    /// `None` where the value is not what the key needs.
    fn put(&mut self, key: &Key, value: &str) -> Option<()> {
        match key.name {
            name if name == MEMORY.name => {
                self.memory = bound(value, |share| (LEAST..=Portion::WHOLE).contains(&share))?;
            }
            name if name == P95.name => self.p95 = bound(value, passes)?,
            name if name == P99.name => self.p99 = bound(value, passes)?,
            name if name == COLD_START.name => self.cold_start = bound(value, passes)?,
            name if name == ERRORS.name => self.errors = bound(value, |share| share <= Portion::WHOLE)?,
            _ => self.kills = bound(value, |_| true)?,
        }
        Some(())
    }
}

/// The least share above nothing.
const LEAST: Portion = Portion::from_millionths(1);

fn passes(time: Elapsed) -> bool {
    time > Elapsed::ZERO
}

/// A bound, or the word for none; `None` for what is neither.
#[expect(clippy::option_option, reason = "whether it can be read, and whether there is a bound")]
fn bound<T: FromStr + Copy>(value: &str, fits: impl Fn(T) -> bool) -> Option<Option<T>> {
    if value == "none" {
        return Some(None);
    }
    value.parse().ok().filter(|bound| fits(*bound)).map(Some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(settings: &[&str]) -> Result<Budget, String> {
        let mut budget = Budget::default();
        for setting in settings {
            budget.set(setting).map_err(|problem| problem.to_string())?;
        }
        Ok(budget)
    }

    #[test]
    fn every_bound_is_set_and_taken_away() {
        let all = ["memory=90%", "p95=800ms", "p99 = 2 s", "cold_start=60s", "errors=0.5 %", "kills=0"];
        let expected = Budget {
            memory: Some(Portion::from_millionths(900_000)),
            p95: Some(Elapsed::from_millis(800)),
            p99: Some(Elapsed::from_secs(2)),
            cold_start: Some(Elapsed::from_secs(60)),
            errors: Some(Portion::from_millionths(5_000)),
            kills: Some(0),
        };
        assert_eq!(set(&all), Ok(expected));
        let none = BUDGET.iter().map(|key| format!("{}=none", key.name));
        let both: Vec<String> = all.iter().map(|one| (*one).to_owned()).chain(none).collect();
        assert!(set(&both.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_bound_is_refused() {
        let cases = [
            ("p95", "found `p95`, expected KEY=VALUE such as `p95=800ms`"),
            (
                "p96=1s",
                "found `p96`, expected one of `memory`, `p95`, `p99`, `cold_start`, `errors`, `kills` (did you mean `p95`?)",
            ),
            (
                "memory=0.9",
                "`memory`: found `0.9`, expected a share such as `90 %`, above `0 %` and at most `100 %` or `none`",
            ),
            ("memory=0%", "`memory`: found `0%`"),
            ("memory=101%", "`memory`: found `101%`"),
            ("p99=0s", "`p99`: found `0s`, expected a duration such as `800 ms`, more than 0 s or `none`"),
            ("p95=fast", "`p95`: found `fast`"),
            ("cold_start=-1s", "`cold_start`: found `-1s`"),
            ("errors=200%", "`errors`: found `200%`"),
            ("kills=some", "`kills`: found `some`, expected a whole number such as `0` or `none`"),
        ];
        for (setting, expected) in cases {
            let problem = set(&[setting]).unwrap_err();
            assert!(problem.starts_with(expected), "{setting}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn any_setting_is_read_or_refused(setting in "(memory|p95|p99|cold_start|errors|kills|.{0,9})=?.{0,12}") {
            let _ = Budget::default().set(&setting);
        }
    }
}
