use super::{NONE, percent, time};
use crate::report::table::{Column, Section, Table};
use crate::report::{Asker, Start, StartKind, Summary, Throttled, words};

/// How many rows a table of starts or wakes shows.
const ROWS: usize = 12;

/// The first start and the restarts, with the way their time went.
pub(super) fn starts(summary: &Summary) -> Section {
    let starts: Vec<&Start> = summary.starts.iter().filter(|start| start.kind != StartKind::Wake).collect();
    if starts.is_empty() {
        return Section::new("Start: the app was not started");
    }
    let columns = vec![
        Column::words(""),
        Column::numbers("at"),
        Column::numbers("platform"),
        Column::numbers("engine"),
        Column::numbers("to port"),
        Column::numbers("to ready"),
        Column::numbers("total"),
        Column::numbers("throttled"),
    ];
    let rows = starts.iter().take(ROWS).map(|start| {
        let name = if start.kind == StartKind::First { "first" } else { "restart" };
        let mut row = vec![name.to_owned()];
        row.extend(split(start));
        row.push(throttled(start.boot_throttled));
        row
    });
    let mut section = Section::new("Start").table(Table { columns, rows: rows.collect() });
    if starts.iter().any(|start| start.boot_throttled.is_some()) {
        section = section.line("throttled: periods of the boot in which the app ran out of its CPU share");
    }
    section.lines(more(starts.len()))
}

/// The wakes, with what the visitor who asked for them got.
pub(super) fn wakes(summary: &Summary) -> Section {
    let wakes: Vec<&Start> = summary.wakes().collect();
    if wakes.is_empty() {
        return Section::new(format!("Wakes: none ({})", words::count(summary.sleeps, "sleep", "sleeps")));
    }
    let columns = ["at", "platform", "engine", "to port", "to ready", "total", "first byte", "waited"];
    let mut columns: Vec<Column> = columns.map(Column::numbers).into();
    columns.push(Column::words("got"));
    let rows = wakes.iter().take(ROWS).map(|wake| {
        let mut row = split(wake);
        row.push(time(wake.asker.and_then(|asker| asker.after_ready)));
        row.push(time(wake.asker.and_then(|asker| asker.waited)));
        row.push(wake.asker.map_or_else(|| NONE.to_owned(), |asker| answer(&asker)));
        row
    });
    Section::new(format!("Wakes ({} after {})", wakes.len(), words::count(summary.sleeps, "sleep", "sleeps")))
        .table(Table { columns, rows: rows.collect() })
        .line("first byte: from ready to the first byte for the visitor who asked; waited, got: that visitor")
        .lines(more(wakes.len()))
}

fn split(start: &Start) -> Vec<String> {
    let parts = [start.platform, start.engine, start.boot, start.answer, start.total];
    let total = if start.total.is_none() { "never".to_owned() } else { time(start.total) };
    let mut cells = vec![start.at.human()];
    cells.extend(parts[..4].iter().map(|part| time(*part)));
    cells.push(total);
    cells
}

fn answer(asker: &Asker) -> String {
    let status = asker.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!("{status}, {}", words::ending(asker.ending))
}

fn throttled(throttled: Option<Throttled>) -> String {
    throttled.and_then(Throttled::percent).map_or_else(|| NONE.to_owned(), percent)
}

fn more(rows: usize) -> Option<String> {
    (rows > ROWS).then(|| format!("and {} more; `--json` has them all", rows - ROWS))
}
