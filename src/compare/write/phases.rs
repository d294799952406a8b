use super::super::comparison::Against;
use super::super::phases::{PhaseFacts, PhaseSide};
use super::super::{Asked, Comparison, Difference, Metric};
use super::cells::NONE;
use super::sections::{amount, finding};
use crate::report::{Column, Section, Table};
use crate::units::Memory;

/// Memory and latency phase by phase, where versions or values are compared. `None` without phases.
pub(super) fn phases(comparison: &Comparison) -> Option<Section> {
    if comparison.phases.is_empty() || comparison.question.asked == Asked::Plans {
        return None;
    }
    let only = comparison.phases.iter().filter(|side| !side.missing.is_empty()).map(only);
    let labels: Vec<&str> = comparison.arms.iter().map(|arm| arm.label.as_str()).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let beside = if labels.len() == 2 { 2 } else { (BESIDE / (longest.max(CELL) + 2)).max(1) };
    let tables = labels.chunks(beside).map(|labels| table(comparison, labels));
    Some(tables.fold(Section::new("Phases"), Section::table).lines(only))
}

/// How wide the columns of arms may be together, beside the names of phases and figures.
const BESIDE: usize = 64;
/// The widest figure: `1023.9 MiB`.
const CELL: usize = 10;

/// Every figure of every phase in a row, every arm in a column; where there are two in all, how they differ.
fn table(comparison: &Comparison, labels: &[&str]) -> Table {
    let mut columns = vec![Column::words("phase"), Column::words("")];
    columns.extend(labels.iter().map(|label| Column::numbers(*label)));
    let two = comparison.arms.len() == 2;
    if two {
        columns.extend([Column::words("difference"), Column::words("")]);
    }
    let rows = comparison.phases.iter().flat_map(|side| rows(side, labels, two));
    Table { columns, rows: rows.collect() }
}

/// A figure of a phase: its name, and what it is in an arm.
type Figure = (&'static str, Option<Metric>, fn(&PhaseFacts) -> Option<String>);

const FIGURES: [Figure; 9] = [
    ("need at first", None, |facts| facts.need_first.map(Memory::human)),
    ("peak need", Some(Metric::Need), |facts| facts.need_peak.map(Memory::human)),
    ("need at last", None, |facts| facts.need_last.map(Memory::human)),
    ("p50", Some(Metric::P50), |facts| median(facts, Metric::P50)),
    ("p95", Some(Metric::P95), |facts| median(facts, Metric::P95)),
    ("p99", Some(Metric::P99), |facts| median(facts, Metric::P99)),
    ("errors", Some(Metric::Errors), |facts| median(facts, Metric::Errors)),
    ("throttled", Some(Metric::Throttled), |facts| median(facts, Metric::Throttled)),
    ("kills", None, |facts| Some(facts.kills.to_string()).filter(|_| facts.kills > 0)),
];

fn median(facts: &PhaseFacts, metric: Metric) -> Option<String> {
    facts.median(metric).map(|value| metric.human(value))
}

fn rows(side: &PhaseSide, labels: &[&str], two: bool) -> Vec<Vec<String>> {
    let arm = |label: &str| side.arms.iter().find(|facts| facts.label == label);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (name, metric, of) in FIGURES {
        let found: Vec<Option<String>> = labels.iter().map(|label| arm(label).and_then(of)).collect();
        if found.iter().all(Option::is_none) {
            continue;
        }
        let phase = if rows.is_empty() { side.name.clone() } else { String::new() };
        let mut row = vec![phase, name.to_owned()];
        row.extend(found.into_iter().map(|cell| cell.unwrap_or_else(|| NONE.to_owned())));
        if two {
            row.extend(difference(side, metric));
        }
        rows.push(row);
    }
    rows
}

/// Facts such as a kill need no statistics, and have no difference.
fn difference(side: &PhaseSide, metric: Option<Metric>) -> [String; 2] {
    let find = |against: &Against| against.differences.iter().find(|one| Some(one.metric) == metric).copied();
    let found = side.differences.first().and_then(find);
    found.filter(|one: &Difference| one.by.is_some()).map_or_else(Default::default, |one| [amount(&one), finding(&one)])
}

fn only(side: &PhaseSide) -> String {
    let has: Vec<String> = side.arms.iter().map(|facts| format!("`{}`", facts.label)).collect();
    format!("the phase `{}` is only in {}", side.name, has.join(" and "))
}
