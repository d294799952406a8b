use super::{NONE, percent, time};
use crate::event::PhaseRole;
use crate::report::table::{Column, Section, Table};
use crate::report::{GENERATOR_BUSY_PERCENT, LoadUse, PhaseUse, Summary};
use crate::units::{Elapsed, Memory};

/// Memory, CPU and latency by phase of the load. `None` for a run without load.
pub(super) fn phases(summary: &Summary) -> Option<Section> {
    if summary.phases.is_empty() {
        return None;
    }
    let mut section = Section::new(format!("Phases ({})", summary.phases.len())).table(resources(summary));
    let load = load(summary);
    if !load.rows.is_empty() {
        section = section
            .table(load)
            .line("latency: from the moment a request was due to its last byte, for users in tabs to the end of the script, while the app served")
            .lines(generator(summary));
    }
    Some(section.lines(summary.phases.iter().filter_map(shortfall)).lines(summary.phases.iter().filter_map(program)))
}

fn resources(summary: &Summary) -> Table {
    let columns = vec![
        Column::words("phase"),
        Column::numbers("begins"),
        Column::numbers("lasts"),
        Column::numbers("need at first"),
        Column::numbers("peak"),
        Column::numbers("of limit"),
        Column::numbers("at last"),
        Column::numbers("CPU"),
        Column::numbers("throttled"),
        Column::numbers("kills"),
    ];
    let kill_at = summary.memory.as_ref().map(|memory| memory.kill_at);
    let of_limit = |need: Option<Memory>| {
        need.zip(kill_at).map_or_else(|| NONE.to_owned(), |(need, limit)| percent(need.percent_of(limit)))
    };
    let row = |phase: &PhaseUse| {
        vec![
            phase.name.clone(),
            phase.from.human(),
            phase.to.since(phase.from).human(),
            memory(phase.need_first),
            memory(phase.need_peak),
            of_limit(phase.need_peak),
            memory(phase.need_last),
            phase.cpu_mean.map_or_else(|| NONE.to_owned(), |share| format!("{:.3}", share.cores())),
            phase.throttled.percent().map_or_else(|| NONE.to_owned(), percent),
            phase.kills.to_string(),
        ]
    };
    Table { columns, rows: summary.phases.iter().map(row).collect() }
}

fn load(summary: &Summary) -> Table {
    let columns = vec![
        Column::words("load"),
        Column::numbers("due"),
        Column::numbers("as expected"),
        Column::numbers("asked"),
        Column::numbers("achieved"),
        Column::numbers("p50"),
        Column::numbers("p95"),
        Column::numbers("p99"),
        Column::numbers("most"),
        Column::words("failed by"),
    ];
    // A program that drives the load keeps its own counts.
    let counted = |load: &&LoadUse| load.command_exit.is_none();
    let row = |phase: &PhaseUse| phase.load.as_ref().filter(counted).map(|load| load_row(phase, load));
    Table { columns, rows: summary.phases.iter().filter_map(row).collect() }
}

fn load_row(phase: &PhaseUse, load: &LoadUse) -> Vec<String> {
    let rate = |rate: Option<f64>| rate.map_or_else(|| NONE.to_owned(), |rate| format!("{rate:.1}/s"));
    let counts = phase.role == PhaseRole::Measure;
    let latency = |value: Option<Elapsed>| if counts { time(value) } else { NONE.to_owned() };
    let failed: Vec<String> = load.failures.iter().map(|(how, count)| format!("{count} {how}")).collect();
    vec![
        phase.name.clone(),
        load.due.to_string(),
        load.answered.to_string(),
        rate(load.asked_per_second),
        rate(load.achieved_per_second),
        latency(load.warm.p50),
        latency(load.warm.p95),
        latency(load.warm.p99),
        latency(load.warm.max),
        failed.join(", "),
    ]
}

/// What sending cost. A generator that is short of CPU itself sends late, and what it measures is its own.
fn generator(summary: &Summary) -> Option<String> {
    let most = summary.generator_percent()?;
    let flag = if most >= GENERATOR_BUSY_PERCENT { ": too much, the latencies may be its own" } else { "" };
    Some(format!("sending took at most {most:.0} % of a core{flag}"))
}

/// Less than was asked for is said aloud, with whoever is to blame.
fn shortfall(phase: &PhaseUse) -> Option<String> {
    let load = phase.load.as_ref()?;
    let who = match load.shortfall? {
        crate::event::Shortfall::Generator => {
            "this machine cannot send as fast as was asked: the latencies are its own"
        }
        crate::event::Shortfall::App => "the app is slower than it was asked: requests piled up",
    };
    Some(format!("{}: {who}", phase.name))
}

/// How a program ended that drove the load.
fn program(phase: &PhaseUse) -> Option<String> {
    let code = phase.load.as_ref()?.command_exit?;
    Some(format!("{}: `{}` ended with status {code}; its own output has its counts", phase.name, phase.what))
}

fn memory(need: Option<Memory>) -> String {
    need.map_or_else(|| NONE.to_owned(), Memory::human)
}
