use super::super::comparison::ArmResult;
use super::super::{Comparison, Metric};

/// A column: its name with its unit, and what it says of an arm. Empty where nothing is known.
type Field = (&'static str, fn(&ArmResult) -> String);

const FIELDS: [Field; 29] = [
    ("label", |arm| arm.label.clone()),
    ("plan", |arm| arm.facts.plan.clone()),
    ("verdict", |arm| arm.verdict.word.text().to_owned()),
    ("rule", |arm| arm.verdict.rule.to_owned()),
    ("because", |arm| arm.verdict.because.clone()),
    ("weakest_setting", |arm| arm.verdict.weakest.as_ref().map(|weakest| weakest.setting.clone()).unwrap_or_default()),
    ("weakest_confidence", |arm| some(arm.verdict.weakest.as_ref().map(|weakest| weakest.confidence.name()))),
    ("rounds", |arm| arm.facts.rounds.len().to_string()),
    ("rounds_left_out", |arm| arm.left_out.len().to_string()),
    ("price_monthly_microdollars", |arm| arm.facts.price.monthly.micros().to_string()),
    ("memory_limit_bytes", |arm| arm.facts.memory_limit.bytes().to_string()),
    ("cpu_share_millicores", |arm| arm.facts.cpu_share.get().to_string()),
    ("cold_start_us", |arm| some(arm.facts.median(Metric::ColdStart).map(|micros| format!("{micros:.0}")))),
    ("p50_us", |arm| some(arm.facts.latency.p50.map(crate::units::Elapsed::micros))),
    ("p95_us", |arm| some(arm.facts.latency.p95.map(crate::units::Elapsed::micros))),
    ("p99_us", |arm| some(arm.facts.latency.p99.map(crate::units::Elapsed::micros))),
    ("requests", |arm| arm.facts.errors.of.to_string()),
    ("asked_per_second", |arm| some(arm.facts.rate.and_then(|rate| rate.asked).map(|rate| format!("{rate:.3}")))),
    ("achieved_per_second", |arm| some(arm.facts.rate.map(|rate| format!("{:.3}", rate.achieved)))),
    ("errors", |arm| arm.facts.errors.failed().to_string()),
    ("errors_by_cause", |arm| super::cells::causes(&arm.facts)),
    ("peak_need_bytes", |arm| some(arm.facts.peak.map(crate::units::Memory::bytes))),
    ("at_limit", |arm| arm.facts.at_limit.to_string()),
    ("start_peak_bytes", |arm| some(arm.facts.start_peak.map(crate::units::Memory::bytes))),
    ("throttled_periods", |arm| arm.facts.throttled.throttled_periods.to_string()),
    ("periods", |arm| arm.facts.throttled.periods.to_string()),
    ("kills", |arm| arm.facts.kills.to_string()),
    ("sleeps", |arm| arm.facts.sleeps.to_string()),
    ("wakes", |arm| arm.facts.wakes.to_string()),
];

fn some(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// One row for each arm, with a heading; as RFC 4180 has it, but with plain line ends.
pub fn csv(comparison: &Comparison) -> String {
    let mut lines = vec![FIELDS.map(|(name, _)| name.to_owned()).join(",")];
    lines.extend(comparison.arms.iter().map(|arm| FIELDS.map(|(_, of)| quoted(&of(arm))).join(",")));
    lines.join("\n")
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
