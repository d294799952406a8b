use serde::Serialize;

use super::{StatusArgs, fate, find, home};
use crate::background::{self, Answer, BackgroundError, Card, Home, Question, Report, Seen};
use crate::cli::{Exit, Failure, Printer, Surroundings};
use crate::event::State;
use crate::report::{Column, Table, table_text, words};
use crate::units::{Elapsed, Memory};

/// All apps as JSON. Times are in microseconds, memory in bytes.
#[derive(Serialize)]
struct List {
    schema: u32,
    apps: Vec<Row>,
}

/// An app in the background, as far as it is known.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    app: Option<String>,
    profile: Option<String>,
    run: Option<String>,
    /// Wall clock at the start, RFC 3339.
    started: Option<String>,
    pid: Option<u32>,
    /// Where it serves; `None` while it does not run.
    address: Option<String>,
    /// Whether its supervisor lives.
    running: bool,
    /// What its supervisor answers; `None` when there is none, or it does not answer.
    now: Option<Report>,
    /// Why there is nothing to say about now: how it ended, or why its supervisor does not answer.
    trouble: Option<String>,
}

/// Lists the apps in the background. Of one that was named, the exit code says whether it runs.
pub(in crate::cli) fn run(args: &StatusArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let home = home(surroundings)?;
    let seen = match &args.name {
        Some(name) => vec![find(&home, name)?],
        None => home.all()?,
    };
    let rows = rows(&home, seen);
    let runs = rows.iter().all(|row| row.running);
    if args.json {
        printer.json(&List { schema: 1, apps: rows });
    } else {
        print(&rows, printer);
    }
    // Whoever names one asks whether it runs.
    Ok(if args.name.is_some() && !runs { Exit::Unmet } else { Exit::Done })
}

/// How these apps stand, as a table.
pub(super) fn tell(home: &Home, seen: Vec<Seen>, printer: &Printer) {
    print(&rows(home, seen), printer);
}

fn rows(home: &Home, seen: Vec<Seen>) -> Vec<Row> {
    seen.into_iter().filter_map(|seen| row(home, seen)).collect()
}

fn print(rows: &[Row], printer: &Printer) {
    if rows.is_empty() {
        printer.say("nothing runs in the background; `emu start APP --profile ID` starts an app");
    } else {
        printer.data(&table_text(&table(rows)));
    }
}

/// One that ended while it was looked at is looked at again; one that was forgotten then has no row.
fn row(home: &Home, seen: Seen) -> Option<Row> {
    if !seen.lives {
        return Some(dead(seen));
    }
    match background::ask(home, &seen.name, Question::Status) {
        Ok(Answer::Status(report)) => Some(Row { now: Some(*report), ..known(seen) }),
        Ok(_) => Some(Row { trouble: Some("its supervisor talks of something else".to_owned()), ..known(seen) }),
        Err(error) => match after_its_end(home, &seen).ok()? {
            None => None,
            Some(again) if !again.lives => Some(dead(again)),
            // Between its lock and its socket it has nothing to say yet.
            Some(again) if again.card.is_none() => Some(known(again)),
            Some(again) => Some(Row { trouble: Some(error.to_string()), ..known(again) }),
        },
    }
}

/// What is there once a supervisor that was killed is gone.
fn after_its_end(home: &Home, seen: &Seen) -> Result<Option<Seen>, BackgroundError> {
    seen.card.iter().for_each(Card::wait_for_end);
    home.find(&seen.name)
}

fn dead(seen: Seen) -> Row {
    let fate = format!("ended: {}", fate(&seen));
    Row { running: false, trouble: Some(fate), address: None, ..known(seen) }
}

fn known(Seen { name, card, lives }: Seen) -> Row {
    let card = card.as_ref();
    Row {
        name: name.to_string(),
        app: card.map(|card| card.app.clone()),
        profile: card.map(|card| card.profile.clone()),
        run: card.map(|card| card.run.clone()),
        started: card.map(|card| card.started.clone()),
        pid: card.map(|card| card.pid),
        address: card.and_then(|card| card.address.clone()),
        running: lives,
        now: None,
        trouble: None,
    }
}

fn table(rows: &[Row]) -> Table {
    let columns = vec![
        Column::words("name"),
        Column::words("app"),
        Column::words("profile"),
        Column::words("state"),
        Column::words("address"),
        Column::numbers("memory"),
        Column::numbers("since"),
        Column::numbers("restarts"),
    ];
    Table { columns, rows: rows.iter().map(cells).collect() }
}

fn cells(row: &Row) -> Vec<String> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let told = |tell: &dyn Fn(&Report) -> String| row.now.as_ref().map_or_else(|| "–".to_owned(), tell);
    vec![
        row.name.clone(),
        or_none(&row.app),
        or_none(&row.profile),
        state(row),
        or_none(&row.address),
        told(&memory),
        told(&|report| Elapsed::from_micros(report.since_us).human()),
        told(&|report| report.restarts.to_string()),
    ]
}

fn state(row: &Row) -> String {
    let state = |report: &Report| words::state(report.state.unwrap_or(State::Starting)).to_owned();
    match (&row.trouble, &row.now) {
        (Some(trouble), _) if row.running => {
            let process = row.pid.map_or_else(String::new, |pid| format!(" (process {pid})"));
            format!("{trouble}{process}")
        }
        (Some(trouble), _) => trouble.clone(),
        (None, Some(report)) => state(report),
        (None, None) => words::state(State::Starting).to_owned(),
    }
}

fn memory(report: &Report) -> String {
    let of = |bytes| Memory::from_bytes(bytes);
    format!("{} of {}", of(report.need_bytes).human(), of(report.limit_bytes))
}
