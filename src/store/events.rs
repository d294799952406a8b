use std::collections::VecDeque;

use rusqlite::params;

use super::{RunRow, Store, StoreError, signed, unsigned};
use crate::event::Event;
use crate::event::stored::{Decoder, StoredEvent};

/// Rows read at once: enough to make the queries cheap, few enough to hold in memory.
const PAGE: usize = 2_000;

/// The events of a run, in order.
///
/// Reads page by page, so that no read lock is held between two events, and a run that still grows
/// can be read to its present end.
#[derive(Debug)]
pub struct Events<'s> {
    stored: StoredEvents<'s>,
    decoder: Decoder,
}

impl<'s> Events<'s> {
    pub(super) fn new(store: &'s Store, run: &RunRow) -> Result<Self, StoreError> {
        Ok(Self { stored: StoredEvents::new(store, run), decoder: Decoder::new(run.format)? })
    }

    /// How many events were skipped so far because a newer emu wrote them.
    pub fn skipped(&self) -> u64 {
        self.decoder.skipped()
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let stored = match self.stored.next()? {
                Ok(stored) => stored,
                Err(error) => return Some(Err(error)),
            };
            match self.decoder.decode(&stored) {
                Ok(Some(event)) => return Some(Ok(event)),
                Ok(None) => {}
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

/// The same events as they are stored.
#[derive(Debug)]
pub(super) struct StoredEvents<'s> {
    store: &'s Store,
    run: i64,
    after: i64,
    page: VecDeque<StoredEvent>,
    ended: bool,
}

impl<'s> StoredEvents<'s> {
    pub(super) fn new(store: &'s Store, run: &RunRow) -> Self {
        Self { store, run: run.key, after: -1, page: VecDeque::new(), ended: false }
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        let page = self.store.ask(self.read())?;
        self.ended = page.len() < PAGE;
        self.after = page.back().map_or(self.after, |last| signed(last.seq));
        self.page = page;
        Ok(())
    }

    fn read(&self) -> rusqlite::Result<VecDeque<StoredEvent>> {
        let mut statement = self.store.db.prepare_cached(
            "SELECT seq, at_us, kind, body FROM events WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        )?;
        let rows = statement.query_map(params![self.run, self.after, signed(PAGE as u64)], |row| {
            let body: String = row.get(3)?;
            Ok(StoredEvent {
                seq: unsigned(row.get(0)?),
                at_us: unsigned(row.get(1)?),
                kind: row.get(2)?,
                body: serde_json::value::RawValue::from_string(body).map_err(|error| super::unreadable(3, error))?,
            })
        })?;
        rows.collect()
    }
}

impl Iterator for StoredEvents<'_> {
    type Item = Result<StoredEvent, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.ended
            && let Err(error) = self.fill()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.page.pop_front().map(Ok)
    }
}
