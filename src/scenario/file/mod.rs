//! Scenario files: TOML text to a [`Scenario`], or everything that is wrong with it.

mod body;
mod deed;
mod headers;
mod json;
mod kind;
mod line;
mod phase;
mod request;
mod sessions;
mod step;
mod user;

use toml::de::DeValue;

use self::phase::Draft;
use self::user::Everybody;
use super::defaults::{self, LONGEST, MOST_CONNECTIONS};
use super::keys::{CONNECTIONS, HEADERS, NAME, PHASE, SCENARIO, SEED, TIMEOUT, WARM_UP};
use super::problem::FileError;
use super::reading::{ReadFile, Reading, Table, count, duration, parsed, read, text, whole};
use super::values::{Phase, Scenario};
use crate::units::Elapsed;

impl Scenario {
    /// Reads a scenario file. `file` is its name for messages; `files` gives the content of the files
    /// that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, content: &str, files: &mut ReadFile<'_>) -> Result<Self, FileError> {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = stem.strip_suffix(".toml").unwrap_or(stem);
        read((file, content), files, &[SCENARIO], |reading, table| scenario(reading, table, stem))
    }
}

/// The scenario in a table: a whole file, or a part of the project's.
pub(super) fn scenario(reading: &mut Reading<'_>, table: &Table<'_, '_>, unnamed: &str) -> Option<Scenario> {
    let name = reading.take(table, &NAME, text);
    let seed = reading.take(table, &SEED, |value| whole(value, 0, u64::MAX));
    let timeout = reading.take(table, &TIMEOUT, duration);
    let warm_up = reading.take(table, &WARM_UP, warm_up);
    let connections = reading.take(table, &CONNECTIONS, |value| count(value, 1, MOST_CONNECTIONS));
    let phases = phases(reading, table)?;
    let standard = Scenario::of(name.as_deref().unwrap_or(unnamed), phases);
    together(reading, table, &standard, (warm_up, connections));
    Some(Scenario {
        seed: seed.unwrap_or(standard.seed),
        timeout: timeout.unwrap_or(standard.timeout),
        warm_up: warm_up.unwrap_or(standard.warm_up),
        connections: connections.unwrap_or(standard.connections),
        ..standard
    })
}

fn warm_up(value: &DeValue<'_>) -> Option<Elapsed> {
    if value.as_str() == Some("none") {
        return Some(Elapsed::ZERO);
    }
    parsed(value).filter(|time| *time <= LONGEST)
}

/// Whether what is said of the whole fits its phases.
fn together(
    reading: &mut Reading<'_>,
    table: &Table<'_, '_>,
    standard: &Scenario,
    (warm_up, connections): (Option<Elapsed>, Option<u32>),
) {
    if warm_up.is_some_and(|time| time > Elapsed::ZERO) && defaults::first_paced(&standard.phases).is_none() {
        let expected = "`\"none\"`: the first phase that sends has neither `rate` nor `users`";
        reading.wrong(table, &WARM_UP, "a warm-up without anything to warm up with", expected);
    }
    let users = defaults::most_users(&standard.phases);
    if connections.is_some_and(|connections| connections < users) {
        let expected = format!("at least {users}: every user has one");
        reading.wrong(table, &CONNECTIONS, format!("`{}`", connections.unwrap_or(0)), expected);
    }
}

/// The phases, named; `None` where there is none, or one that is wrong and told.
fn phases(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Option<Vec<Phase>> {
    let shared = headers::read(reading, table, &HEADERS);
    let everybody = Everybody::read(reading, table, shared);
    let tables = reading.tables(table, &PHASE, phase::KEYS);
    if !table.has(&PHASE) {
        reading.missing(table, &PHASE);
    }
    let drafts: Vec<_> = tables.iter().map(|table| phase::read(reading, table, &everybody)).collect();
    phase::distinct(reading, &tables);
    let phases = named(drafts.into_iter().collect::<Option<_>>()?);
    (!phases.is_empty()).then_some(phases)
}

/// Names for those that have none.
fn named(drafts: Vec<Draft>) -> Vec<Phase> {
    let mut taken: Vec<String> = drafts.iter().filter_map(|draft| draft.name.clone()).collect();
    let named = drafts.into_iter().map(|Draft { name, model, calls, steps }| {
        let name = name.unwrap_or_else(|| {
            let made = defaults::name(&model, &taken);
            taken.push(made.clone());
            made
        });
        Phase { name, model, calls, steps }
    });
    named.collect()
}
