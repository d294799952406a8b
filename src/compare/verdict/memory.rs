use super::{Case, Evidence, Input, Place, settings};
use crate::compare::facts::RoundFacts;
use crate::report::{Kill, Peak, Summary, TrendKind, Victim};
use crate::units::{Elapsed, Memory};

/// Of what the plan sells, at least this much must be left, in percent.
const MARGIN_PERCENT: u64 = 10;
/// Most apps are started anew more seldom than once a day.
const A_DAY: Elapsed = Elapsed::from_secs(86_400);

/// Every kill for want of memory.
pub(super) fn killed(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| summary.kills.iter().filter_map(kill).collect())
}

fn kill(kill: &Kill) -> Option<Input> {
    let (name, kinds): (_, &[&str]) = match kill.victim {
        Victim::Main => ("killed with a need of", &["exited"]),
        Victim::Child => ("a child was killed with a need of", &["child-out-of-memory"]),
        Victim::Outside => return None,
    };
    let need = kill.need.map_or_else(|| "unknown size".to_owned(), Memory::human);
    let input = Input::found(name, need, Place::at(kill.at, kinds));
    Some(input.against(format!("killed at {}", kill.kill_at), settings::MEMORY))
}

/// A need that stood where the plan kills. It is said as it is, and never read as what the app wants.
pub(super) fn at_limit(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| {
        let Some(memory) = summary.memory.as_ref().filter(|memory| memory.at_limit) else { return Vec::new() };
        let input = Input::found("the need stood at the limit,", memory.peak.need.human(), Place::peak(&memory.peak));
        vec![input.against(format!("killed at {}", memory.kill_at), settings::MEMORY)]
    })
}

/// A need above what is sold, where the platform kills later.
pub(super) fn slow_zone(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| {
        let Some(memory) = summary.memory.as_ref() else { return Vec::new() };
        let over = Some(memory.peak).filter(|peak| peak.need > memory.limit);
        over.map(|peak| need("peak need", &peak, format!("{} are sold", memory.limit))).into_iter().collect()
    })
}

/// A leak that is at the place where the plan kills within a day of its load, even at the slowest rate of its band.
pub(super) fn leak(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| {
        let Some(trend) = summary.trend().filter(|trend| trend.kind == TrendKind::Leak) else { return Vec::new() };
        let (Some(growth), Some(limit)) = (trend.growth, trend.limit) else { return Vec::new() };
        if limit.latest > A_DAY {
            return Vec::new();
        }
        let rate = format!("{} an hour", Memory::from_bytes(growth.bytes_per_hour.unsigned_abs()).human());
        let place = Place { from: trend.from, to: trend.to, kinds: &["sample"] };
        let after = format!("killed every {}", limit.after.human());
        vec![Input::found(&format!("leak in `{}`,", trend.phase), rate, place).against(after, settings::MEMORY)]
    })
}

/// Too little left before the first healthy answer.
pub(super) fn start_margin(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| too_near(summary, "peak until ready", |memory| memory.start_peak))
}

/// Too little left after it.
pub(super) fn margin(case: &Case) -> Vec<Evidence> {
    in_runs(case, |summary| too_near(summary, "peak need", |memory| memory.later_peak))
}

fn too_near(summary: &Summary, name: &str, peak: fn(&crate::report::MemoryUse) -> Option<Peak>) -> Vec<Input> {
    let Some(memory) = summary.memory.as_ref() else { return Vec::new() };
    let most = with_margin(memory.limit);
    let near = peak(memory).filter(|peak| peak.need > most);
    near.map(|peak| need(name, &peak, format!("at most {} for a margin of {MARGIN_PERCENT} %", most.human())))
        .into_iter()
        .collect()
}

/// The greatest need that leaves a margin.
pub(in crate::compare) fn with_margin(limit: Memory) -> Memory {
    Memory::from_bytes(limit.bytes() / 100 * (100 - MARGIN_PERCENT))
}

pub(super) fn need(name: &str, peak: &Peak, bound: String) -> Input {
    Input::found(name, peak.need.human(), Place::peak(peak)).against(bound, settings::MEMORY)
}

/// What was found in each run, the one with the greatest need first; the runs without anything left out.
pub(super) fn in_runs(case: &Case, look: impl Fn(&Summary) -> Vec<Input>) -> Vec<Evidence> {
    let found = neediest_first(case)
        .into_iter()
        .map(|(facts, summary)| Evidence { run: facts.run.clone(), inputs: look(summary) });
    found.filter(|evidence| !evidence.inputs.is_empty()).collect()
}

pub(super) fn neediest_first<'c>(case: &Case<'c>) -> Vec<&'c (RoundFacts, &'c Summary)> {
    let mut runs: Vec<_> = case.runs.iter().collect();
    runs.sort_by_key(|(facts, _)| std::cmp::Reverse(facts.peak.map(|peak| peak.need)));
    runs
}
