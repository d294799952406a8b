//! From the events of a run to what an app used while it was busy.

use std::collections::BTreeMap;

use super::Usage;
use crate::event::{Ending, Event, Header, InstanceId, Kind, PhaseRole, Request, Sample, State};
use crate::units::{Elapsed, Memory, Millicores};

/// Folds events into [`Usage`].
///
/// Busy are the measuring phases of a load; in a run without load, all the time in which the app served.
/// A run knows the CPU share that it gave, so where a plan gives more than all cores of the machine, the
/// month is worked out with those.
#[derive(Debug, Clone, Default)]
pub struct UsageFold {
    plan: Option<Given>,
    /// Whether the run has phases, and whether the one that goes on measures.
    phased: bool,
    measuring: bool,
    up: bool,
    /// Since when there is measured; what was measured before stands in `windows`.
    since: Option<Elapsed>,
    windows: Vec<(Elapsed, Elapsed)>,
    counts: Counts,
    /// Times with a request open, without overlaps, by their end.
    open: Vec<(Elapsed, Elapsed)>,
    counters: BTreeMap<InstanceId, Elapsed>,
    last: Elapsed,
}

/// What the plan gives.
#[derive(Debug, Clone, Copy)]
struct Given {
    share: Millicores,
    limit: Memory,
    sleeps: bool,
}

/// What was counted in the windows.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    cpu: Elapsed,
    need: u128,
    samples: u64,
    requests: u64,
    out: u64,
}

impl UsageFold {
    /// Before the first event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        match &event.kind {
            Kind::Header(header) => self.plan = Some(header.as_ref().into()),
            Kind::State { to, .. } => {
                self.up = matches!(to, State::Serving | State::Draining);
                self.turn(event.at);
            }
            Kind::Phase(phase) => self.phase(phase.role, event.at),
            Kind::Sample(sample) => self.sample(sample),
            Kind::Request(request) => self.request(request),
            _ => {}
        }
    }

    /// What was used. `None` where no time was measured, or nothing was sampled in it.
    pub fn usage(&self) -> Option<Usage> {
        let given = self.plan?;
        let mut windows = self.windows.clone();
        windows.extend(self.since.map(|since| (since, self.last)));
        let over = windows.iter().fold(Elapsed::ZERO, |sum, (from, to)| sum + to.since(*from));
        let Counts { cpu, need, samples, requests, out } = self.counts;
        let mean = need.checked_div(samples.into())?;
        let cpu = (u128::from(cpu.micros()) * 1_000).checked_div(over.micros().into())?;
        Some(Usage {
            share: given.share,
            limit: given.limit,
            cpu: Millicores::new(u32::try_from(cpu).unwrap_or(u32::MAX)),
            need: Memory::from_bytes(u64::try_from(mean).unwrap_or(u64::MAX)),
            over,
            serving: common(&windows, &self.open),
            requests,
            out: Memory::from_bytes(out),
            sleeps: given.sleeps,
        })
    }

    /// With the first phase it is known that the time before it was no load.
    fn phase(&mut self, role: PhaseRole, at: Elapsed) {
        if !self.phased {
            (self.windows, self.counts, self.since) = (Vec::new(), Counts::default(), None);
        }
        self.phased = true;
        self.measuring = role == PhaseRole::Measure;
        self.turn(at);
    }

    /// Begins or ends a window.
    fn turn(&mut self, at: Elapsed) {
        let measured = self.up && (self.measuring || !self.phased);
        match (self.since, measured) {
            (None, true) => self.since = Some(at),
            (Some(since), false) => {
                self.windows.push((since, at));
                self.since = None;
            }
            _ => {}
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let before = self.counters.insert(sample.instance, sample.cpu).unwrap_or_default();
        if self.since.is_some() {
            self.counts.cpu += sample.cpu.since(before);
            self.counts.need += u128::from(sample.need.bytes());
            self.counts.samples += 1;
        }
    }

    /// Only what reached the app: what the platform answers by itself is not charged for.
    fn request(&mut self, request: &Request) {
        if matches!(request.ending, Ending::Platform(_) | Ending::StandIn) {
            return;
        }
        let (from, to) = (request.arrived + request.held, request.arrived + request.total);
        if self.measured_at(from) {
            self.counts.requests += 1;
            self.counts.out = self.counts.out.saturating_add(request.bytes_out);
        }
        self.keep_open(from, to.max(from));
    }

    fn measured_at(&self, at: Elapsed) -> bool {
        let now = self.since.is_some_and(|since| at >= since);
        now || self.windows.iter().rev().any(|(from, to)| (*from..*to).contains(&at))
    }

    /// Adds a time with a request open. Requests are told in the order of their ends, so only the last times
    /// can overlap a new one.
    fn keep_open(&mut self, mut from: Elapsed, mut to: Elapsed) {
        while let Some((earlier, later)) = self.open.pop_if(|(_, end)| *end >= from) {
            (from, to) = (from.min(earlier), to.max(later));
        }
        self.open.push((from, to));
    }
}

impl From<&Header> for Given {
    fn from(header: &Header) -> Self {
        let spec = &header.spec;
        Self { share: spec.cpu.share, limit: spec.memory.limit, sleeps: spec.sleep.is_some() }
    }
}

/// How long two lists of times, each in order and without overlaps, have in common.
fn common(windows: &[(Elapsed, Elapsed)], open: &[(Elapsed, Elapsed)]) -> Elapsed {
    let mut sum = Elapsed::ZERO;
    let mut windows = windows.iter().peekable();
    let mut open = open.iter().peekable();
    while let (Some((from, to)), Some((opened, closed))) = (windows.peek(), open.peek()) {
        sum += (*to.min(closed)).since(*from.max(opened));
        if to <= closed {
            windows.next()
        } else {
            open.next()
        };
    }
    sum
}
