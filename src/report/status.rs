use std::collections::VecDeque;

use super::cpu::{Throttled, share_of};
use super::requests::failed;
use crate::event::{Event, InstanceId, Kind, Sample, ShareLevel, State};
use crate::units::{Elapsed, Memory, Millicores};

/// Shares are taken over this much of the past.
const WINDOW: Elapsed = Elapsed::from_secs(1);

/// What a live line shows: the run as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The moment of the last event.
    pub at: Elapsed,
    /// The state; `None` before the first one.
    pub state: Option<State>,
    /// Since when.
    pub since: Elapsed,
    /// The instance that was sampled last; `None` while none runs.
    pub instance: Option<InstanceId>,
    /// Its need now.
    pub need: Memory,
    /// Where the plan kills.
    pub kill_at: Memory,
    /// The greatest need so far.
    pub peak: Memory,
    /// CPU share over the last second. `None` while it cannot be told.
    pub cpu: Option<Millicores>,
    /// The share of the moment.
    pub cpu_share: Millicores,
    /// Throttled periods over the last second, in percent. `None` while it cannot be told, and while the plan
    /// withholds CPU.
    pub throttled_percent: Option<f64>,
    /// Requests that ended.
    pub requests: u64,
    /// Those a visitor would call failed.
    pub failed: u64,
    /// Kills so far.
    pub kills: u64,
}

impl Status {
    /// Need of the limit, in percent.
    pub fn memory_percent(&self) -> f64 {
        self.need.percent_of(self.kill_at)
    }
}

/// Folds events into a [`Status`].
#[derive(Debug, Clone)]
pub struct StatusFold {
    status: Status,
    window: VecDeque<(Elapsed, Elapsed, Throttled)>,
    withheld: bool,
}

impl Default for StatusFold {
    fn default() -> Self {
        Self::new()
    }
}

impl StatusFold {
    /// Before the first event.
    pub fn new() -> Self {
        Self {
            status: Status {
                at: Elapsed::ZERO,
                state: None,
                since: Elapsed::ZERO,
                instance: None,
                need: Memory::default(),
                kill_at: Memory::default(),
                peak: Memory::default(),
                cpu: None,
                cpu_share: Millicores::default(),
                throttled_percent: None,
                requests: 0,
                failed: 0,
                kills: 0,
            },
            window: VecDeque::new(),
            withheld: false,
        }
    }

    /// The run as it stands.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        let status = &mut self.status;
        status.at = status.at.max(event.at);
        match &event.kind {
            Kind::Header(header) => {
                status.kill_at = header.spec.memory.kill_at;
                status.cpu_share = header.spec.cpu.share;
            }
            Kind::State { to, .. } => (status.state, status.since) = (Some(*to), event.at),
            Kind::Request(request) => {
                status.requests += 1;
                status.failed += u64::from(failed(request));
            }
            Kind::ChildOutOfMemory { .. } => status.kills += 1,
            Kind::Exited(exit) => {
                let killed = super::kill::is_kill(exit.cause);
                status.kills += u64::from(killed);
                self.forget();
            }
            Kind::Removed { .. } => self.forget(),
            Kind::Share(share) => {
                status.cpu_share = share.share;
                self.withheld = share.level == ShareLevel::Withheld;
            }
            Kind::Sample(sample) => self.sample(event.at, sample),
            _ => {}
        }
    }

    /// Nothing runs: what was sampled last says nothing any more.
    fn forget(&mut self) {
        self.window.clear();
        let status = &mut self.status;
        (status.instance, status.need, status.cpu, status.throttled_percent) = (None, Memory::default(), None, None);
    }

    fn sample(&mut self, at: Elapsed, sample: &Sample) {
        if self.status.instance != Some(sample.instance) {
            self.forget();
        }
        self.window.push_back((at, sample.cpu, sample.into()));
        // The newest sample older than the window stays: with slow sampling it is the only one to compare with.
        while self.window.get(1).is_some_and(|(second, ..)| *second + WINDOW <= at) {
            self.window.pop_front();
        }
        let status = &mut self.status;
        status.instance = Some(sample.instance);
        status.need = sample.need;
        status.peak = status.peak.max(sample.need);
        if let Some((before, cpu, throttled)) = self.window.front().filter(|(before, ..)| *before < at) {
            status.cpu = share_of(sample.cpu.since(*cpu), at.since(*before));
            let percent = Throttled::from(sample).since(*throttled).percent();
            status.throttled_percent = percent.filter(|_| !self.withheld);
        }
    }
}

/// A bar of `width` characters, filled to `percent`: `####------`. Anything above nothing shows.
pub fn bar(percent: f64, width: usize) -> String {
    let cells = u16::try_from(width).unwrap_or(u16::MAX);
    let full = (percent.clamp(0.0, 100.0) / 100.0 * f64::from(cells)).ceil();
    (0..cells).map(|cell| if f64::from(cell) < full { '#' } else { '-' }).collect()
}
