use std::io::{BufRead, Write};

use rusqlite::{Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};

use super::append::{AppendError, Writing};
use super::events::StoredEvents;
use super::{RunRow, Store, StoreError};
use crate::event::Kind;
use crate::event::stored::{Decoder, StoredEvent, Version};

/// The first line of an exported run. Every further line is an event.
#[derive(Debug, Serialize, Deserialize)]
struct FirstLine {
    emu_run_format: Version,
    run: String,
    events: u64,
}

const FIRST_LINE: &str = "the first line of an exported run, such as `{\"emu_run_format\":\"1.0\",…}`";

impl Store {
    /// Writes a run as JSON lines.
    pub fn export(&self, run: &RunRow, out: &mut impl Write) -> Result<(), StoreError> {
        let first = FirstLine { emu_run_format: run.format, run: run.id.clone(), events: run.events };
        write_line(out, &first)?;
        // A run that still grows is exported as far as its row, and so the first line, says.
        let events = usize::try_from(run.events).unwrap_or(usize::MAX);
        for event in StoredEvents::new(self, run).take(events) {
            write_line(out, &event?)?;
        }
        out.flush()?;
        Ok(())
    }

    /// Adds an exported run to the record: the whole run, or nothing of it. Returns the run's row.
    pub fn import(&mut self, lines: &mut impl BufRead) -> Result<RunRow, StoreError> {
        let mut lines = lines.lines().zip(1..);
        let (first, _) = lines.next().ok_or_else(|| wrong(1, format!("the file is empty, expected {FIRST_LINE}")))?;
        let first: FirstLine =
            serde_json::from_str(&first?).map_err(|error| wrong(1, format!("{error}, expected {FIRST_LINE}")))?;
        let mut reader = Incoming { decoder: Decoder::new(first.emu_run_format)?, first, last: None, count: 0 };
        if self.list()?.iter().any(|run| run.id == reader.first.run) {
            return Err(StoreError::AlreadyThere { run: reader.first.run });
        }
        let path = self.path.clone();
        let refused = |reason| StoreError::Database { path: path.clone(), reason };
        let change = self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(refused)?;
        let mut run = Writing::new(reader.first.emu_run_format);
        for (line, number) in lines {
            reader.take(&change, &mut run, (number, &line?))?;
        }
        reader.complete()?;
        run.settle(&change).map_err(|error| wrong(reader.count + 1, error.to_string()))?;
        change.commit().map_err(refused)?;
        self.find(&reader.first.run)
    }
}

/// The lines of a run on their way in.
struct Incoming {
    first: FirstLine,
    decoder: Decoder,
    last: Option<u64>,
    count: u64,
}

impl Incoming {
    fn take(
        &mut self,
        change: &Transaction<'_>,
        run: &mut Writing,
        (number, line): (u64, &str),
    ) -> Result<(), StoreError> {
        let stored: StoredEvent = serde_json::from_str(line).map_err(|error| wrong(number, error.to_string()))?;
        if self.last.is_some_and(|last| stored.seq <= last) {
            return Err(wrong(number, format!("event {} does not come after the one before it", stored.seq)));
        }
        let event = self.decoder.decode(&stored).map_err(|error| wrong(number, error.to_string()))?;
        match event.as_ref().map(|event| &event.kind) {
            Some(Kind::Header(header)) if self.last.is_some() || header.run != self.first.run => {
                return Err(wrong(number, format!("the header of run `{}` stands in the wrong place", header.run)));
            }
            _ => {}
        }
        (self.last, self.count) = (Some(stored.seq), self.count + 1);
        run.add(change, &stored, event.as_ref()).map_err(|error| match error {
            AppendError::NoHeader => wrong(number, format!("found `{}`, expected the run's header", stored.kind)),
            AppendError::Database(_) => wrong(number, error.to_string()),
        })
    }

    fn complete(&self) -> Result<(), StoreError> {
        if self.count == self.first.events && self.count > 0 {
            return Ok(());
        }
        let reason =
            format!("the file ends after {} events, its first line promises {}", self.count, self.first.events);
        Err(wrong(self.count + 1, reason))
    }
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *out, line).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn wrong(line: u64, reason: String) -> StoreError {
    StoreError::Line { line, reason }
}
