use serde::Serialize;

use crate::cli::{Exit, Failure, Printer};
use crate::event::Finish;
use crate::report::{Column, Table, table_text};
use crate::store::{RunRow, Store};
use crate::units::{Elapsed, Memory};

/// The list as JSON. Times are in microseconds, memory in bytes.
#[derive(Serialize)]
struct List<'r> {
    schema: u32,
    runs: Vec<Entry<'r>>,
}

/// A run in the list.
#[derive(Serialize)]
pub(super) struct Entry<'r> {
    id: &'r str,
    name: Option<&'r str>,
    part: Option<PartOf<'r>>,
    started: &'r str,
    app: &'r str,
    profile: &'r str,
    length_us: u64,
    finish: Option<&'r Finish>,
    running: bool,
    kills: u64,
    peak_bytes: Option<u64>,
    events: u64,
    emu_version: &'r str,
}

/// The question that a run helps to answer.
#[derive(Serialize)]
struct PartOf<'r> {
    of: &'r str,
    arm: &'r str,
    round: u32,
}

impl<'r> From<&'r RunRow> for Entry<'r> {
    fn from(run: &'r RunRow) -> Self {
        Self {
            id: &run.id,
            name: run.name.as_deref(),
            part: run.part.as_ref().map(|part| PartOf { of: &part.of, arm: &part.arm, round: part.round }),
            started: &run.started,
            app: &run.app,
            profile: &run.profile,
            length_us: run.length.micros(),
            finish: run.finish.as_ref(),
            running: run.running,
            kills: run.kills,
            peak_bytes: run.peak.map(Memory::bytes),
            events: run.events,
            emu_version: &run.emu_version,
        }
    }
}

/// Lists all runs, the newest first. The moment of the start is in the id, so it has no column.
pub(super) fn list(store: &Store, json: bool, printer: &Printer) -> Result<Exit, Failure> {
    let runs = store.list()?;
    if json {
        printer.json(&List { schema: 1, runs: runs.iter().map(Entry::from).collect() });
    } else if runs.is_empty() {
        printer.say("no run is recorded yet; `emu run --profile ID` plays the tour of a plan, and records it");
    } else {
        printer.data(&table_text(&table(&runs)));
    }
    Ok(Exit::Done)
}

fn table(runs: &[RunRow]) -> Table {
    let columns = vec![
        Column::words("run (start in UTC)"),
        Column::words("name"),
        Column::words("app"),
        Column::words("profile"),
        Column::numbers("length"),
        Column::words("end"),
        Column::numbers("kills"),
        Column::numbers("peak need"),
    ];
    let row = |run: &RunRow| {
        vec![
            run.id.clone(),
            name(run),
            run.app.clone(),
            run.profile.clone(),
            Elapsed::human(run.length),
            end(run).to_owned(),
            run.kills.to_string(),
            run.peak.map_or_else(|| "–".to_owned(), Memory::human),
        ]
    };
    Table { columns, rows: runs.iter().map(row).collect() }
}

/// A run of a comparison has no name of its own: it is told by what it is a part of.
fn name(run: &RunRow) -> String {
    let part = || run.part.as_ref().map(|part| format!("{}: {}, round {}", part.of, part.arm, part.round));
    run.name.clone().or_else(part).unwrap_or_else(|| "–".to_owned())
}

/// The end in one or two words; the summary has the sentence.
fn end(run: &RunRow) -> &'static str {
    match &run.finish {
        Some(Finish::Completed) => "completed",
        Some(Finish::Interrupted) => "interrupted",
        Some(Finish::NeverServed(_)) => "never served",
        Some(Finish::GivenUp(_)) => "given up",
        Some(Finish::EngineFailed(_)) => "engine failed",
        Some(Finish::Invalid(_)) => "invalid",
        None if run.running => "running",
        None => "cut off",
    }
}
