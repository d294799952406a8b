use std::collections::VecDeque;

use rusqlite::params;
use serde_json::value::RawValue;

use super::{RunRow, Store, StoreError, signed, unsigned};
use crate::event::Event;
use crate::event::stored::{self, Decoder, StoredEvent};

/// Rows read at once: enough to make the queries cheap, few enough to hold in memory.
const PAGE: usize = 2_000;

/// The events of a run, in order.
///
/// Reads page by page, so that no read lock is held between two events, and a run that still grows
/// can be read to its present end.
#[derive(Debug)]
pub struct Events<'s> {
    pages: Pages<'s>,
    decoder: Decoder,
    page: VecDeque<Event>,
    /// What stands in the way of the event after this page.
    fault: Option<StoreError>,
}

impl<'s> Events<'s> {
    pub(super) fn new(store: &'s Store, run: &RunRow) -> Result<Self, StoreError> {
        let (pages, decoder) = (Pages::new(store, run), Decoder::new(run.format)?);
        Ok(Self { pages, decoder, page: VecDeque::new(), fault: None })
    }

    /// How many events were skipped so far because a newer emu wrote them.
    pub fn skipped(&self) -> u64 {
        self.decoder.skipped()
    }

    /// Events are decoded where the database holds them: a run may have a million.
    fn fill(&mut self) {
        let (decoder, page, fault) = (&mut self.decoder, &mut self.page, &mut self.fault);
        let read = self.pages.read(|row| match decoder.decode_row(row) {
            _ if fault.is_some() => {}
            Ok(event) => page.extend(event),
            Err(error) => *fault = Some(error.into()),
        });
        if let Err(error) = read {
            self.fault = Some(error);
        }
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.is_empty() && self.fault.is_none() && !self.pages.ended {
            self.fill();
        }
        if let Some(event) = self.page.pop_front() {
            return Some(Ok(event));
        }
        self.pages.ended |= self.fault.is_some();
        self.fault.take().map(Err)
    }
}

/// The same events as they are stored.
#[derive(Debug)]
pub(super) struct StoredEvents<'s> {
    pages: Pages<'s>,
    page: VecDeque<StoredEvent>,
}

impl<'s> StoredEvents<'s> {
    pub(super) fn new(store: &'s Store, run: &RunRow) -> Self {
        Self { pages: Pages::new(store, run), page: VecDeque::new() }
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        let (page, mut fault) = (&mut self.page, None);
        self.pages.read(|row| match RawValue::from_string(row.body.to_owned()) {
            Ok(body) => page.push_back(StoredEvent { seq: row.seq, at_us: row.at_us, kind: row.kind.to_owned(), body }),
            Err(error) => fault = Some(error),
        })?;
        fault.map_or(Ok(()), |error| self.pages.store.ask(Err(super::unreadable(3, error))))
    }
}

impl Iterator for StoredEvents<'_> {
    type Item = Result<StoredEvent, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.page.is_empty() && !self.pages.ended {
            if let Err(error) = self.fill() {
                self.pages.ended = true;
                return Some(Err(error));
            }
        }
        self.page.pop_front().map(Ok)
    }
}

/// The rows of a run, a page at a time.
#[derive(Debug)]
struct Pages<'s> {
    store: &'s Store,
    run: i64,
    after: i64,
    ended: bool,
}

impl<'s> Pages<'s> {
    fn new(store: &'s Store, run: &RunRow) -> Self {
        Self { store, run: run.key, after: -1, ended: false }
    }

    /// Hands the rows of the next page to `take`, which sees them where they lie.
    fn read(&mut self, take: impl FnMut(stored::Row<'_>)) -> Result<(), StoreError> {
        let rows = self.rows(take);
        let rows = self.store.ask(rows);
        self.ended = rows.as_ref().map_or(true, |rows| *rows < PAGE);
        rows.map(drop)
    }

    fn rows(&mut self, mut take: impl FnMut(stored::Row<'_>)) -> rusqlite::Result<usize> {
        let mut statement = self.store.db.prepare_cached(
            "SELECT seq, at_us, kind, body FROM events WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = statement.query(params![self.run, self.after, signed(PAGE as u64)])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            self.after = row.get(0)?;
            let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            let (at_us, kind, body) = (unsigned(row.get(1)?), text(2)?, text(3)?);
            take(stored::Row { seq: unsigned(self.after), at_us, kind, body });
            count += 1;
        }
        Ok(count)
    }
}
