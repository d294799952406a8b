use crate::cli::summary::{Form, IdleReport, summary_with};
use crate::cli::{Exit, Failure, Printer};
use crate::report::{Fold, Summary};
use crate::store::Store;

/// Shows the summary of a run, the same one it ended with.
pub(super) fn show(
    store: &Store,
    asked: &str,
    (form, report): (Form, IdleReport),
    printer: &Printer,
) -> Result<Exit, Failure> {
    let summary = summary(store, asked, printer)?;
    summary_with(&summary, form, report, printer);
    Ok(Exit::Done)
}

fn summary(store: &Store, asked: &str, printer: &Printer) -> Result<Summary, Failure> {
    let run = store.find(asked)?;
    let mut events = store.events(&run)?;
    let mut fold = Fold::new();
    for event in &mut events {
        fold.add(&event?);
    }
    warn_skipped(events.skipped(), printer);
    let mut summary = fold.summary();
    // It may have ended after its row was read.
    summary.running = run.running && summary.finish.is_none();
    Ok(summary)
}

/// A newer emu may have written kinds of events that this one cannot read.
pub(super) fn warn_skipped(skipped: u64, printer: &Printer) {
    if skipped > 0 {
        let events = crate::report::words::count(skipped, "event", "events");
        printer.warn(&format!("a newer emu wrote this run; {events} of it cannot be read here and are left out"));
    }
}
