use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::signed;
use crate::event::stored::{StoredEvent, VERSION, Version, encode};
use crate::event::{Event, Exit, ExitCause, Finish, Header, Kind};

/// A run that is being written: where its events go, and what its row will say about them.
///
/// The row repeats what the events say, so that a list of a hundred runs needs not read them all.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    key: Option<i64>,
    format: Version,
    length_us: u64,
    events: u64,
    peak_bytes: Option<u64>,
    kills: u64,
    finish: Option<Finish>,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppendError {
    /// The first event was not the header.
    #[error("the run has no header")]
    NoHeader,
    /// SQLite refused.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
}

impl Writing {
    /// A run of which nothing is written yet.
    pub(super) fn new(format: Version) -> Self {
        Self { key: None, format, length_us: 0, events: 0, peak_bytes: None, kills: 0, finish: None }
    }

    /// Adds one event. `live` is `None` for an event that only a newer emu understands.
    pub(super) fn add(
        &mut self,
        change: &Transaction<'_>,
        stored: &StoredEvent,
        live: Option<&Event>,
    ) -> Result<(), AppendError> {
        if let (None, Some(Kind::Header(header))) = (self.key, live.map(|event| &event.kind)) {
            self.key = Some(begin(change, header, self.format)?);
        }
        let key = self.key.ok_or(AppendError::NoHeader)?;
        change
            .prepare_cached("INSERT INTO events (run, seq, at_us, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![key, signed(stored.seq), signed(stored.at_us), stored.kind, stored.body.get()])?;
        self.events += 1;
        self.length_us = self.length_us.max(stored.at_us);
        if let Some(event) = live {
            self.note(&event.kind);
        }
        Ok(())
    }

    /// Brings the run's row up to date with its events.
    pub(super) fn settle(&self, change: &Transaction<'_>) -> Result<(), AppendError> {
        let finish = self.finish.as_ref().map(serde_json::to_string).transpose();
        let finish = finish.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        change
            .prepare_cached(
                "UPDATE runs SET length_us = ?2, events = ?3, peak_bytes = ?4, kills = ?5, finish = ?6 WHERE key = ?1",
            )?
            .execute(params![
                self.key.ok_or(AppendError::NoHeader)?,
                signed(self.length_us),
                signed(self.events),
                self.peak_bytes.map(signed),
                signed(self.kills),
                finish,
            ])?;
        Ok(())
    }

    fn note(&mut self, kind: &Kind) {
        match kind {
            Kind::Sample(sample) => self.peak_bytes = self.peak_bytes.max(Some(sample.need.bytes())),
            Kind::Exited(Exit { cause: ExitCause::OutOfMemory | ExitCause::KilledFromOutside, .. })
            | Kind::ChildOutOfMemory { .. } => self.kills += 1,
            Kind::Finished(finish) => self.finish = Some(finish.clone()),
            _ => {}
        }
    }
}

/// Writes a batch as one transaction: all of it or nothing.
pub(super) fn append(db: &mut Connection, run: &mut Writing, batch: &[Event]) -> Result<(), AppendError> {
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut written = run.clone();
    for event in batch {
        written.add(&change, &encode(event), Some(event))?;
    }
    written.settle(&change)?;
    change.commit()?;
    *run = written;
    Ok(())
}

/// The format of runs made here.
pub(super) fn fresh() -> Writing {
    Writing::new(VERSION)
}

fn begin(change: &Transaction<'_>, header: &Header, format: Version) -> rusqlite::Result<i64> {
    let part = header.part.as_ref();
    change
        .prepare_cached(
            "INSERT INTO runs (id, name, started, profile, app, emu_version, format, part_of, arm, round) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .insert(params![
            header.run,
            header.name,
            header.started,
            header.spec.plan.id,
            header.spec.app.name,
            header.emu_version,
            format.to_string(),
            part.map(|part| &part.of),
            part.map(|part| &part.arm),
            part.map(|part| part.round),
        ])
}
