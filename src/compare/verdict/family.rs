use super::rules::FLOOR_FAILS;
use super::{Evidence, Input, Verdict, Word, settings, verdict};
use crate::compare::facts::ArmFacts;
use crate::profile::Range;

/// Arms that live while the floor of their plan does not. Their new verdicts, by position.
///
/// Plans of one published range are those that a platform calls by one name.
pub(in crate::compare) fn undependable(arms: &[(&str, &ArmFacts, &Verdict)]) -> Vec<(usize, Verdict)> {
    let floors =
        arms.iter().filter(|(_, facts, verdict)| facts.range == Range::Floor && verdict.word == Word::TooSmall);
    let floors: Vec<_> = floors.collect();
    let floor_of = |facts: &ArmFacts| {
        floors.iter().find(|(_, floor, _)| (&floor.platform, &floor.plan_name) == (&facts.platform, &facts.plan_name))
    };
    let changed = arms.iter().enumerate().filter_map(|(at, (_, facts, own))| {
        let above = matches!(facts.range, Range::Typical | Range::Ceiling) && own.word.lives();
        let (label, _, floor) = floor_of(facts).filter(|_| above)?;
        Some((at, verdict(&FLOOR_FAILS, evidence(label, own, floor), facts)))
    });
    changed.collect()
}

fn evidence(label: &str, own: &Verdict, floor: &Verdict) -> Vec<Evidence> {
    let fails = Input {
        name: "its floor".into(),
        value: format!("`{label}` is {}: {}", floor.word.text(), floor.because),
        bound: None,
        place: None,
        rests_on: settings::BOTH,
        ratio: None,
    };
    let floor_runs = floor.evidence.iter().cloned();
    let first = Evidence { run: String::new(), inputs: vec![fails] };
    std::iter::once(first).chain(own.evidence.iter().cloned()).chain(floor_runs).collect()
}
