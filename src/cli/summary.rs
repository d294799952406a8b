use super::Printer;
use crate::report::{Summary, idle, sections, text};

/// The form of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people, as wide as their terminal.
    Text,
    /// For programs.
    Json,
}

impl From<bool> for Form {
    /// From the flag `--json`.
    fn from(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// When what kept an app awake is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdleReport {
    /// Where the app should have slept and did not.
    WhereItMatters,
    /// In every summary.
    Always,
}

impl From<bool> for IdleReport {
    /// From the flag `--idle-report`.
    fn from(asked: bool) -> Self {
        if asked { Self::Always } else { Self::WhereItMatters }
    }
}

/// Prints what a run came to, and what kept its app awake as far as that was asked for. JSON has it anyway.
pub(super) fn summary_with(summary: &Summary, form: Form, report: IdleReport, printer: &Printer) {
    self::summary(summary, form, printer);
    if report == IdleReport::Always && form == Form::Text {
        awake(summary, printer);
    }
}

/// Prints what a run came to: at its end, and whenever it is shown again.
pub(super) fn summary(summary: &Summary, form: Form, printer: &Printer) {
    match form {
        Form::Json => printer.json(summary),
        Form::Text => printer.data(&text(&sections(summary), printer.data_width())),
    }
}

/// Prints what kept the app awake, unless its summary has it already.
fn awake(summary: &Summary, printer: &Printer) {
    let section = idle(summary);
    if !sections(summary).contains(&section) {
        printer.data(&format!("\n{}", text(&[section], printer.data_width())));
    }
}
