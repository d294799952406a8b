use crate::event::Sample;
use crate::report::Status;
use crate::units::Elapsed;

use super::Facts;

/// A limit comes near from this share on, in percent: the one that the lines of a run use as well …
const ON: f64 = 90.0;
/// … and is near no more only below this one.
const OFF: f64 = 80.0;
/// CPU is short when this share of a second's periods is throttled, in percent.
const SHORT_OF_CPU: f64 = 50.0;
/// … and no more below this.
const ENOUGH_CPU: f64 = 25.0;

/// Whether something is near its limit. What goes to and fro about one value does not flap: it is near from
/// `on` percent upwards, and remains so until it is below `off`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct Near {
    on: f64,
    off: f64,
    told: bool,
}

impl Near {
    pub(in crate::tui) fn new(on: f64, off: f64) -> Self {
        Self { on, off, told: false }
    }

    /// Takes the next value, and tells whether it is near now.
    pub(in crate::tui) fn step(&mut self, percent: f64) -> bool {
        self.told = percent >= if self.told { self.off } else { self.on };
        self.told
    }
}

/// What comes near its limit, each with its sentence.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Warnings {
    memory: (Near, String),
    cpu: (Near, String),
    pids: (Near, String),
    files: (Near, String),
    hours: (Near, String),
}

impl Default for Warnings {
    fn default() -> Self {
        let near = |on, off| (Near::new(on, off), String::new());
        let (memory, pids, files, hours) = (near(ON, OFF), near(ON, OFF), near(ON, OFF), near(ON, OFF));
        Self { memory, cpu: near(SHORT_OF_CPU, ENOUGH_CPU), pids, files, hours }
    }
}

impl Warnings {
    pub(super) fn sample(&mut self, sample: &Sample, status: &Status) {
        let percent = sample.need.percent_of(status.kill_at);
        say(&mut self.memory, percent, || {
            format!("memory near its limit: {} of {} ({percent:.0} %)", sample.need.human(), status.kill_at)
        });
        if let Some(percent) = status.throttled_percent {
            say(&mut self.cpu, percent, || {
                let share = status.cpu_share.cores();
                format!("short of CPU: {percent:.0} % of the last second's periods throttled at {share} CPU")
            });
        }
    }

    pub(super) fn pids(&mut self, pids: u32, most: u32) {
        let percent = f64::from(pids) * 100.0 / f64::from(most.max(1));
        say(&mut self.pids, percent, || format!("processes and threads near their limit: {pids} of {most}"));
    }

    pub(super) fn files(&mut self, files: u32, most: u32) {
        let percent = f64::from(files) * 100.0 / f64::from(most.max(1));
        say(&mut self.files, percent, || format!("open files of a process near their limit: {files} of {most}"));
    }

    /// The month's hours, on the platform's own clock.
    pub(super) fn hours(&mut self, awake: Elapsed, facts: &Facts) {
        let Some(most) = facts.hours else { return };
        let spent = awake.secs_f64() * f64::from(facts.warp.max(1)) / 3_600.0;
        let percent = spent * 100.0 / f64::from(most.max(1));
        say(&mut self.hours, percent, || format!("the month's hours run out: {spent:.1} h of {most} h"));
    }

    pub(super) fn nothing_runs(&mut self) {
        let hours = std::mem::take(&mut self.hours.1);
        *self = Self { hours: (self.hours.0, hours), ..Self::default() };
    }

    /// The sentences, the gravest first.
    pub(in crate::tui) fn sentences(&self) -> impl Iterator<Item = &str> {
        let all = [&self.memory, &self.pids, &self.files, &self.hours, &self.cpu];
        all.into_iter().filter(|(near, _)| near.told).map(|(_, sentence)| sentence.as_str())
    }
}

/// A sentence is made only while it is told: there are twenty samples a second.
fn say((near, sentence): &mut (Near, String), percent: f64, text: impl FnOnce() -> String) {
    if near.step(percent) {
        *sentence = text();
    }
}
