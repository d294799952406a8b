//! The record of every run: one SQLite file, to which events are only ever added.
//!
//! Several emu processes may write at once: the file is in write-ahead mode, and every writer holds
//! the lock for one short batch at a time. What a batch has committed survives the death of the
//! process that wrote it.

mod append;
mod error;
mod events;
mod id;
mod living;
mod questions;
mod recorder;
mod schema;
#[cfg(test)]
mod tests;
mod transfer;

pub use error::StoreError;
pub use events::Events;
pub use id::run_id;
pub use recorder::{Kept, Progress, Recorder};

use std::path::{Path, PathBuf};

use living::Living;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::event::Finish;
use crate::event::stored::Version;
use crate::units::{Elapsed, Memory};

/// The name of the file in the folder where emu keeps its state.
pub const FILE: &str = "runs.sqlite3";

/// The record, open for reading and for whole runs. Running runs are written by a [`Recorder`].
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    living: Living,
}

/// One run, as lists show it. Everything else is in its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    key: i64,
    /// Its id.
    pub id: String,
    /// The name its user gave it.
    pub name: Option<String>,
    /// Wall clock at the start, RFC 3339.
    pub started: String,
    /// The question it helps to answer.
    pub part: Option<RunPart>,
    /// The plan's id.
    pub profile: String,
    /// What its user called the app.
    pub app: String,
    /// How it ended; `None` when it is still running, or was cut off.
    pub finish: Option<Finish>,
    /// Whether it is still running. Without an end and without this, it was cut off.
    pub running: bool,
    /// The emu that made it.
    pub emu_version: String,
    /// The version of the stored form of its events.
    pub format: Version,
    /// The moment of its last event.
    pub length: Elapsed,
    /// How many events it has.
    pub events: u64,
    /// The greatest need that was sampled.
    pub peak: Option<Memory>,
    /// Processes killed for want of memory or from outside, main or child.
    pub kills: u64,
}

/// What a run is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPart {
    /// The id of the question.
    pub of: String,
    /// Which of the things compared.
    pub arm: String,
    /// The round, from one.
    pub round: u32,
}

const COLUMNS: &str = "key, id, name, started, profile, app, finish, emu_version, format, length_us, events, peak_bytes, \
                       kills, part_of, arm, round";

impl Store {
    /// Opens the record at `path`, and makes it where there is none. Older files are brought up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { db: schema::open(path)?, path: path.to_owned(), living: Living::beside(path) })
    }

    /// All runs, the newest first.
    pub fn list(&self) -> Result<Vec<RunRow>, StoreError> {
        let order = "ORDER BY julianday(started) DESC, key DESC";
        let mut statement = self.ask(self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM runs {order}")))?;
        let rows = self.ask(statement.query_map([], row))?;
        let mut runs = rows.map(|row| self.ask(row)).collect::<Result<Vec<_>, _>>()?;
        let living = self.living.runs();
        for run in runs.iter_mut().filter(|run| run.finish.is_none()) {
            run.running = living.contains(&run.id);
            if !run.running {
                self.look_again(run)?;
            }
        }
        Ok(runs)
    }

    /// A run may have ended between the look at its row and the look at its life. Now that it is
    /// known to be over, its row says how it ended, or it was cut off.
    fn look_again(&self, run: &mut RunRow) -> Result<(), StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM runs WHERE key = ?1");
        let mut statement = self.ask(self.db.prepare_cached(&sql))?;
        let found = self.ask(statement.query_row(params![run.key], row).optional())?;
        *run = found.unwrap_or_else(|| run.clone());
        Ok(())
    }

    /// The one run that `asked` means: `last`, an id, a name, or the beginning of one id.
    /// A name means the newest run of that name.
    pub fn find(&self, asked: &str) -> Result<RunRow, StoreError> {
        let mut runs = self.list()?;
        let fits: Vec<usize> = match asked {
            "last" => (0..runs.len().min(1)).collect(),
            _ => best(&runs, asked),
        };
        match fits.as_slice() {
            [one] => Ok(runs.swap_remove(*one)),
            [] => Err(unknown(&runs, asked)),
            many => Err(StoreError::Ambiguous {
                asked: asked.to_owned(),
                ids: many.iter().map(|at| runs[*at].id.clone()).collect(),
            }),
        }
    }

    /// The events of a run, in order, read a page at a time.
    pub fn events(&self, run: &RunRow) -> Result<Events<'_>, StoreError> {
        Events::new(self, run)
    }

    /// Removes runs with their events: all of them, or none when one is still going.
    pub fn remove(&mut self, runs: &[RunRow]) -> Result<(), StoreError> {
        if let Some(run) = runs.iter().find(|run| run.running) {
            return Err(StoreError::StillGoing { run: run.id.clone() });
        }
        let removed = delete(&mut self.db, runs);
        self.ask(removed)
    }

    fn ask<T>(&self, answer: rusqlite::Result<T>) -> Result<T, StoreError> {
        answer.map_err(|reason| StoreError::Database { path: self.path.clone(), reason })
    }
}

fn delete(db: &mut Connection, runs: &[RunRow]) -> rusqlite::Result<()> {
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for run in runs {
        change.execute("DELETE FROM runs WHERE key = ?1", params![run.key])?;
    }
    change.commit()
}

/// An id counts before a name, and a name before the beginning of an id. Names are given again and
/// again, so a name means the first run that has it: the newest one. Only beginnings can mean several.
fn best(runs: &[RunRow], asked: &str) -> Vec<usize> {
    let by_id = || runs.iter().position(|run| run.id == asked);
    let by_name = || runs.iter().position(|run| run.name.as_deref() == Some(asked));
    if let Some(one) = by_id().or_else(by_name) {
        return vec![one];
    }
    let begins = |at: &usize| !asked.is_empty() && runs[*at].id.starts_with(asked);
    (0..runs.len()).filter(begins).collect()
}

fn unknown(runs: &[RunRow], asked: &str) -> StoreError {
    if runs.is_empty() {
        return StoreError::NoRuns;
    }
    let words = runs.iter().flat_map(|run| std::iter::once(&run.id).chain(&run.name));
    let likeness = |word: &str| strsim::jaro_winkler(word, asked);
    let nearest = words
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word.clone());
    StoreError::UnknownRun { asked: asked.to_owned(), nearest }
}

fn row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let finish: Option<String> = row.get(6)?;
    let format: String = row.get(8)?;
    Ok(RunRow {
        key: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        started: row.get(3)?,
        profile: row.get(4)?,
        app: row.get(5)?,
        finish: finish.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| unreadable(6, error))?,
        running: false,
        emu_version: row.get(7)?,
        format: format.parse().map_err(|error| unreadable(8, error))?,
        length: Elapsed::from_micros(unsigned(row.get(9)?)),
        events: unsigned(row.get(10)?),
        peak: row.get::<_, Option<i64>>(11)?.map(|bytes| Memory::from_bytes(unsigned(bytes))),
        kills: unsigned(row.get(12)?),
        part: part(row)?,
    })
}

fn part(row: &Row<'_>) -> rusqlite::Result<Option<RunPart>> {
    let of: Option<String> = row.get(13)?;
    of.map(|of| Ok(RunPart { of, arm: row.get(14)?, round: row.get(15)? })).transpose()
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// SQLite's integers have a sign. Ours never do, and none comes near the 63 bits.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
