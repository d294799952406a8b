use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::share::{BankUse, ServingUse, ShareFold, Standing};

use crate::event::{Event, Header, InstanceId, Kind, Sample};
use crate::units::{Elapsed, Millicores};

/// What an app used of its CPU share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CpuUse {
    /// The plan's guaranteed share.
    #[serde(rename = "share_millicores", serialize_with = "millicores")]
    pub share: Millicores,
    /// CPU time used: the last counter of every instance, added up.
    #[serde(rename = "used_us")]
    pub used: Elapsed,
    /// Time during which an instance's process ran.
    #[serde(rename = "running_us")]
    pub running: Elapsed,
    /// The average share over the time it ran; `None` when it never did.
    #[serde(rename = "mean_millicores", serialize_with = "optional_millicores")]
    pub mean: Option<Millicores>,
    /// How often the app stood still for want of share, over all instances. What was counted while the plan
    /// withholds CPU is left out.
    pub throttled: Throttled,
    /// The bank of unused CPU time; `None` where there is none, or the engine could not play it.
    pub bank: Option<BankUse>,
    /// When the app had CPU, where its plan withholds it while no request is open and the engine does so too.
    pub serving: Option<ServingUse>,
}

/// How often an app stood still for want of CPU share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Throttled {
    /// Enforcement periods in which the app wanted to run.
    pub periods: u64,
    /// Those of them in which it ran out of its share.
    pub throttled_periods: u64,
    /// Time it stood still, as the kernel counts it. Several cores add up.
    #[serde(rename = "throttled_us")]
    pub time: Elapsed,
}

impl Throttled {
    /// Throttled periods of all periods, in percent. `None` when there was no period.
    #[expect(clippy::cast_precision_loss, reason = "periods last milliseconds: 2^53 of them do not happen")]
    pub fn percent(self) -> Option<f64> {
        (self.periods > 0).then(|| self.throttled_periods as f64 * 100.0 / self.periods as f64)
    }

    /// Both accounts together.
    pub fn add(&mut self, other: Self) {
        self.periods += other.periods;
        self.throttled_periods += other.throttled_periods;
        self.time += other.time;
    }

    /// What came on top of an earlier account of the same instance.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            periods: self.periods.saturating_sub(before.periods),
            throttled_periods: self.throttled_periods.saturating_sub(before.throttled_periods),
            time: self.time.since(before.time),
        }
    }
}

impl From<&Sample> for Throttled {
    fn from(sample: &Sample) -> Self {
        Self { periods: sample.periods, throttled_periods: sample.throttled_periods, time: sample.throttled }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct CpuFold {
    share: Millicores,
    instances: BTreeMap<InstanceId, (Elapsed, Throttled)>,
    shares: ShareFold,
    standing: Standing,
    /// How often the app stood still while CPU was withheld.
    withheld: Throttled,
    running: BTreeMap<InstanceId, Elapsed>,
    ran: Elapsed,
    last: Elapsed,
}

impl CpuFold {
    pub(super) fn begin(&mut self, header: &Header) {
        self.share = header.spec.cpu.share;
        self.shares.begin(header);
    }

    pub(super) fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        self.shares.add(event);
        match &event.kind {
            Kind::Started { instance } => {
                self.running.insert(*instance, event.at);
            }
            Kind::Exited(exit) => self.ended(exit.instance, event.at),
            Kind::Removed { instance } => self.ended(*instance, event.at),
            Kind::Share(share) => self.standing.share(share),
            Kind::Sample(sample) => {
                if let (stood, true) = self.standing.sample(sample) {
                    self.withheld.add(stood);
                }
                self.instances.insert(sample.instance, (sample.cpu, sample.as_ref().into()));
            }
            _ => {}
        }
    }

    fn ended(&mut self, instance: InstanceId, at: Elapsed) {
        if let Some(since) = self.running.remove(&instance) {
            self.ran += at.since(since);
        }
    }

    /// `None` when nothing was sampled.
    pub(super) fn cpu(&self) -> Option<CpuUse> {
        if self.instances.is_empty() {
            return None;
        }
        let (mut used, mut all) = (Elapsed::ZERO, Throttled::default());
        for (cpu, throttled) in self.instances.values() {
            used += *cpu;
            all.add(*throttled);
        }
        let running = self.running.values().fold(self.ran, |sum, since| sum + self.last.since(*since));
        Some(CpuUse {
            share: self.share,
            used,
            running,
            mean: share_of(used, running),
            throttled: all.since(self.withheld),
            bank: self.shares.bank(),
            serving: self.shares.serving(),
        })
    }
}

/// JSON holds a share as thousandths of a core.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
pub(crate) fn millicores<S: Serializer>(share: &Millicores, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(share.get())
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
pub(super) fn optional_millicores<S: Serializer>(share: &Option<Millicores>, serializer: S) -> Result<S::Ok, S::Error> {
    share.map(Millicores::get).serialize(serializer)
}

/// CPU time over wall time, in thousandths of a core. `None` when no time passed.
pub(super) fn share_of(used: Elapsed, over: Elapsed) -> Option<Millicores> {
    let thousandths = u128::from(used.micros()) * 1_000;
    let share = thousandths.checked_div(u128::from(over.micros()))?;
    Some(Millicores::new(u32::try_from(share).unwrap_or(u32::MAX)))
}
