mod facts;
mod history;
mod log;
mod outcomes;
mod recent;
mod standing;
mod warnings;

pub(super) use facts::Facts;
pub(super) use history::{Bucket, History, Landmark, What};
pub(super) use log::Log;
pub(super) use outcomes::Outcomes;
pub(super) use standing::Standing;
#[cfg(test)]
pub(super) use warnings::Near;
pub(super) use warnings::Warnings;

use recent::Recent;

use crate::event::{Event, Gauges, Kind};
use crate::report::{Status, StatusFold};
use crate::units::Elapsed;

/// What the live view shows of a run: a fold over its events, of bounded size however long the run lasts.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) facts: Facts,
    pub(super) history: History,
    pub(super) log: Log,
    pub(super) outcomes: Outcomes,
    pub(super) recent: Recent,
    pub(super) standing: Standing,
    pub(super) warnings: Warnings,
    pub(super) gauges: Option<Gauges>,
    /// Processes and threads in the last sample; `None` while nothing runs, or where it is not told.
    pub(super) pids: Option<u32>,
    /// Open files of the process that has the most, by the last sample that told; `None` while nothing runs.
    pub(super) open_files: Option<u32>,
    /// What the load is at, or the chapter that began last.
    pub(super) phase: Option<String>,
    status: StatusFold,
    finished: bool,
}

impl Model {
    /// Before the first event.
    pub fn new() -> Self {
        Self::default()
    }

    /// The run as it stands.
    pub(super) fn status(&self) -> &Status {
        self.status.status()
    }

    /// The moment of the last event.
    pub fn at(&self) -> Elapsed {
        self.status().at
    }

    /// Whether the run is over.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        self.status.add(event);
        self.facts.add(event);
        self.log.add(event);
        self.outcomes.add(event);
        self.recent.add(event);
        self.standing.add(event);
        self.mark(event);
        match &event.kind {
            Kind::Sample(_) => self.sample(event),
            Kind::Gauges(gauges) => self.gauges = Some((**gauges).clone()),
            Kind::Exited(_) | Kind::Removed { .. } => {
                (self.pids, self.open_files) = (None, None);
                self.history.gap(event.at);
                self.warnings.nothing_runs();
            }
            Kind::Phase(phase) => self.phase = Some(format!("{}: {}", phase.name, phase.what)),
            Kind::Mark { text } => self.phase = Some(text.clone()),
            Kind::Finished(_) => self.finished = true,
            _ => {}
        }
        self.warnings.hours(self.standing.awake(event.at), &self.facts);
    }

    fn sample(&mut self, event: &Event) {
        let Kind::Sample(sample) = &event.kind else { return };
        self.pids = sample.pids;
        self.open_files = sample.open_files.or(self.open_files);
        let status = self.status.status();
        let (cpu, throttled_percent) = (status.cpu, status.throttled_percent);
        self.history.sample(event.at, Bucket { need: sample.need, cpu, throttled_percent });
        self.warnings.sample(sample, status);
        if let (Some(pids), Some(most)) = (sample.pids, self.facts.pids_most) {
            self.warnings.pids(pids, most);
        }
        if let (Some(files), Some(most)) = (sample.open_files, self.facts.files_most) {
            self.warnings.files(files, most);
        }
    }

    /// What is worth a letter below the chart.
    fn mark(&mut self, event: &Event) {
        if let Some(what) = What::of(&event.kind) {
            self.history.landmark(Landmark { at: event.at, what });
        }
    }
}
