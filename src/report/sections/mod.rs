//! A summary as headings, sentences and tables. Every number carries its unit; what there is
//! nothing to say about is said in one line.

mod idle;
mod kills;
mod phases;
mod resources;
mod starts;
mod users;
mod visitors;

pub use idle::idle;

use super::memory::MemoryUse;
use super::table::{Column, Section, Table};
use super::{Summary, words};
use crate::spec::Keeping;
use crate::units::{Elapsed, Memory};

/// Stands where a number is not known, or would say too little.
const NONE: &str = "–";

/// The sections of a summary: the run, Start, States, Memory, CPU, Requests, Wakes, Kills.
pub fn sections(summary: &Summary) -> Vec<Section> {
    let mut sections = vec![
        heading(summary),
        starts::starts(summary),
        states(summary),
        resources::memory(summary),
        resources::cpu(summary),
        visitors::requests(summary),
        starts::wakes(summary),
        kills::kills(summary),
    ];
    sections.extend(users::users(summary));
    sections.extend(idle::kept_awake(summary));
    sections.extend(phases::phases(summary));
    sections.extend(kills::last_words(summary));
    sections.extend(advice(summary));
    sections
}

/// What to do, one thing a line, with what belongs to it below.
fn advice(summary: &Summary) -> Option<Section> {
    const DETAILS: usize = 5;
    if summary.advice.is_empty() {
        return None;
    }
    let mut section = Section::new("What to do");
    for advice in &summary.advice {
        section = section.line(advice.seen.clone());
        let details = advice.details.iter().take(DETAILS).map(|detail| format!("    {detail}"));
        let more = advice.details.len().saturating_sub(DETAILS);
        let more = (more > 0).then(|| format!("    {more} more"));
        section = section.lines(details.chain(more)).line(format!("  -> {}", advice.action));
    }
    Some(section)
}

fn heading(summary: &Summary) -> Section {
    let run = &summary.run;
    let name = run.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let end = match &summary.finish {
        Some(finish) => words::finish(finish),
        None if summary.running => "still running".to_owned(),
        None => "cut off: its end is not recorded".to_owned(),
    };
    let mut section = Section::new(format!("{} on {} {}", run.app, run.platform, run.plan_name))
        .line(format!("run {}{name}, begun {}, {} long: {end}", run.id, run.started, summary.length.human()))
        .line(format!("profile {}, by {} on {}, emu {}", run.plan, run.engine, run.machine, run.emu_version))
        .line(promises(summary));
    if summary.warped() {
        section = section.line(format!(
            "the platform's timers ran {} times faster than real time; the app's own times are real",
            run.warp
        ));
    }
    if summary.missing > 0 {
        let lost = words::count(summary.missing, "event is", "events are");
        section = section.line(format!("the record is incomplete: {lost} missing, so the numbers below are too small"));
    }
    section
}

fn promises(summary: &Summary) -> String {
    let (mut kept, mut nearly, mut not) = (0, 0, 0);
    for promise in &summary.run.fidelity {
        match promise.keeping {
            Keeping::Kept => kept += 1,
            Keeping::Approximated(_) => nearly += 1,
            Keeping::NotKept(_) => not += 1,
        }
    }
    format!("the plan's promises: {kept} kept, {nearly} approximated, {not} not kept")
}

fn states(summary: &Summary) -> Section {
    if summary.states.is_empty() {
        return Section::new("States: none");
    }
    let lived = summary.states.iter().fold(Elapsed::ZERO, |sum, time| sum + time.time);
    let row = |time: &super::StateTime| {
        vec![
            words::state(time.state).to_owned(),
            words::count(time.entered, "time", "times"),
            time.time.human(),
            percent(share(time.time, lived)),
        ]
    };
    let columns = vec![Column::words(""), Column::numbers(""), Column::numbers(""), Column::numbers("")];
    let mut section = Section::new("States").table(Table { columns, rows: summary.states.iter().map(row).collect() });
    if !summary.exits.is_empty() {
        let ends: Vec<String> = summary
            .exits
            .iter()
            .map(|(cause, number)| format!("{} {}", words::exit(*cause), words::count(*number, "time", "times")))
            .collect();
        section = section.line(format!("the process ended: {}", ends.join(", ")));
    }
    if summary.health_failures > 0 {
        let failures = words::count(summary.health_failures, "health check", "health checks");
        section = section.line(format!("{failures} failed"));
    }
    section
}

/// Part of a whole, in percent. Zero when the whole is.
fn share(part: Elapsed, whole: Elapsed) -> f64 {
    if whole == Elapsed::ZERO { 0.0 } else { part.secs_f64() * 100.0 / whole.secs_f64() }
}

fn percent(percent: f64) -> String {
    format!("{percent:.1} %")
}

fn time(time: Option<Elapsed>) -> String {
    time.map_or_else(|| NONE.to_owned(), Elapsed::human)
}

fn of_limit(need: Memory, memory: &MemoryUse) -> String {
    format!("{} of the limit", percent(need.percent_of(memory.kill_at)))
}
