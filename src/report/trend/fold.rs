use std::collections::{BTreeMap, BTreeSet};

use super::Trend;
use super::stretch::Stretch;
use crate::event::{Event, Header, InstanceId, Kind, PhaseRole, Request, Sample};
use crate::units::{Elapsed, Memory};

/// So many stretches are kept, the longest ones: an app that is killed all day has thousands.
const KEPT: usize = 8;

/// What a run without load, or before it, is called.
const ALONE: &str = "the run";

#[derive(Debug, Clone, Default)]
pub(in crate::report) struct TrendFold {
    kill_at: Memory,
    /// The phase that goes on and counts. `None` in one that does not, and between the last answer and the next one.
    phase: Option<String>,
    loaded: bool,
    ready: BTreeSet<InstanceId>,
    open: BTreeMap<InstanceId, Stretch>,
    done: Vec<Stretch>,
}

impl TrendFold {
    pub(in crate::report) fn begin(&mut self, header: &Header) {
        self.kill_at = header.spec.memory.kill_at;
        self.phase = Some(ALONE.into());
    }

    pub(in crate::report) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Phase(phase) => {
                self.close();
                self.loaded = true;
                self.phase = (phase.role == PhaseRole::Measure).then(|| phase.name.clone());
            }
            // What still comes in is no longer the load that was asked for.
            Kind::Load(_) => {
                self.close();
                self.phase = None;
            }
            Kind::Ready { instance } => {
                self.ready.insert(*instance);
            }
            Kind::Exited(exit) => self.leave(exit.instance),
            Kind::Sample(sample) => self.sample(event.at, sample),
            Kind::Request(request) => self.request(event.at, request),
            _ => {}
        }
    }

    fn sample(&mut self, at: Elapsed, sample: &Sample) {
        let Some(phase) = self.phase.as_ref().filter(|_| self.ready.contains(&sample.instance)) else { return };
        let begin = || Stretch::begin(phase, sample.instance, at);
        let stretch = self.open.entry(sample.instance).or_insert_with(begin);
        stretch.sample(at, sample, self.kill_at);
    }

    /// A request is told when it has ended, so it may belong to a stretch that is over.
    fn request(&mut self, ended: Elapsed, request: &Request) {
        for stretch in self.open.values_mut() {
            stretch.request(request, ended);
        }
        for stretch in &mut self.done {
            stretch.request(request, ended.min(stretch.end()));
        }
    }

    fn leave(&mut self, instance: InstanceId) {
        self.ready.remove(&instance);
        let left = self.open.remove(&instance);
        self.keep(left);
    }

    fn close(&mut self) {
        let all = std::mem::take(&mut self.open);
        self.keep(all.into_values());
    }

    fn keep(&mut self, over: impl IntoIterator<Item = Stretch>) {
        self.done.extend(over);
        self.done.sort_by_key(|stretch| std::cmp::Reverse(stretch.length()));
        self.done.truncate(KEPT);
    }

    /// In the order of time. Of a run with load, what came before it is left out.
    pub(in crate::report) fn trends(&self) -> Vec<Trend> {
        let looked_at = |stretch: &&Stretch| !self.loaded || !stretch.is(ALONE);
        let all = self.done.iter().chain(self.open.values()).filter(looked_at);
        let mut trends: Vec<Trend> = all.map(|stretch| stretch.trend(self.kill_at)).collect();
        trends.sort_by_key(|trend| (trend.from, trend.instance));
        trends
    }
}
