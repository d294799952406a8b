use serde::Serialize;

use super::Format;
use crate::check::{CHECKS, SCHEMA};
use crate::cli::Printer;

#[derive(Serialize)]
struct Document {
    schema: u32,
    checks: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    looks_at: &'static str,
    why: &'static str,
    needs_profile: bool,
    documentation: &'static str,
}

/// Names all checks.
pub(super) fn print(format: Format, printer: &Printer) {
    if format != Format::Text {
        return printer.json(&document());
    }
    let wide = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or_default();
    for check in CHECKS {
        let plan = if check.needs_profile { " (asks the plan)" } else { "" };
        printer.data(&format!("{:wide$}  {:7}  {}{plan}", check.id, check.severity, check.title));
    }
}

fn document() -> Document {
    let item = |check: &&crate::check::Check| Item {
        id: check.id,
        severity: check.severity.name(),
        title: check.title,
        looks_at: check.looks_at,
        why: check.why,
        needs_profile: check.needs_profile,
        documentation: check.documentation,
    };
    Document { schema: SCHEMA, checks: CHECKS.iter().map(item).collect() }
}
