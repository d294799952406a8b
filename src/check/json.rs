use serde::Serialize;

use super::{Finding, Report, Severity};

/// The version of the document that [`json`] gives.
pub const SCHEMA: u32 = 1;

/// What was looked at, and what came of it.
#[derive(Debug, Serialize)]
pub struct Document<'r> {
    schema: u32,
    folder: &'r str,
    profile: Option<&'r str>,
    findings: Vec<Item<'r>>,
    errors: usize,
    warnings: usize,
    hints: usize,
    ignored: usize,
    looked: &'r [&'static str],
    without_profile: &'r [&'static str],
}

#[derive(Debug, Serialize)]
struct Item<'r> {
    check: &'r str,
    severity: &'static str,
    file: &'r str,
    line: Option<u32>,
    found: &'r str,
    why: &'r str,
    fix: &'r str,
}

/// The document of a report, for programs.
pub fn json<'r>(folder: &'r str, profile: Option<&'r str>, report: &'r Report) -> Document<'r> {
    Document {
        schema: SCHEMA,
        folder,
        profile,
        findings: report.findings.iter().map(item).collect(),
        errors: report.count(Severity::Error),
        warnings: report.count(Severity::Warning),
        hints: report.count(Severity::Hint),
        ignored: report.ignored,
        looked: &report.looked,
        without_profile: &report.without_profile,
    }
}

fn item(finding: &Finding) -> Item<'_> {
    Item {
        check: finding.check,
        severity: finding.severity.name(),
        file: &finding.place.file,
        line: finding.place.line,
        found: &finding.found,
        why: &finding.why,
        fix: &finding.fix,
    }
}
