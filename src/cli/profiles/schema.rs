use super::super::{Exit, Printer};

/// Prints the JSON Schema of profile files.
pub(super) fn run(printer: &Printer) -> Exit {
    printer.json(&crate::profile::schema());
    Exit::Done
}
