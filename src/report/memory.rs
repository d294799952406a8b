use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::event::{Event, Exit, ExitCause, Header, InstanceId, Kind, Sample, SampleSource};
use crate::units::{Elapsed, Memory};

/// From this share of the limit on, in percent, a peak counts as "at the limit": the true need may be higher.
const AT_LIMIT_PERCENT: f64 = 98.0;

/// What an app needed, against what the plan has.
///
/// Need is usage without inactive file cache. Peaks are the greatest of the samples; a spike between
/// two samples is not seen, which is why the rate of sampling stands beside them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemoryUse {
    /// What the plan sells.
    #[serde(rename = "limit_bytes", serialize_with = "bytes")]
    pub limit: Memory,
    /// Where the app is killed.
    #[serde(rename = "kill_at_bytes", serialize_with = "bytes")]
    pub kill_at: Memory,
    /// The greatest need of the run.
    pub peak: Peak,
    /// The greatest need of an instance before its first healthy answer.
    pub start_peak: Option<Peak>,
    /// The greatest need of an instance after its first healthy answer.
    pub later_peak: Option<Peak>,
    /// The need stood at the limit: a peak of at least 98 % of it, or a kill for want of memory. The
    /// app may want more than the peak says.
    pub at_limit: bool,
    /// The greatest shared memory, a part of the need.
    #[serde(rename = "shared_peak_bytes", serialize_with = "optional_bytes")]
    pub shared_peak: Option<Memory>,
    /// The greatest swap in use.
    #[serde(rename = "swap_peak_bytes", serialize_with = "bytes")]
    pub swap_peak: Memory,
    /// How many samples there are.
    pub samples: u64,
    /// Samples in a second, on average over the time between samples of the same instance.
    pub rate_hz: Option<f64>,
    /// Where they were read.
    pub sources: BTreeSet<SampleSource>,
}

/// The greatest need, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Peak {
    /// How much.
    #[serde(rename = "need_bytes", serialize_with = "bytes")]
    pub need: Memory,
    /// When it was sampled.
    #[serde(rename = "at_us")]
    pub at: Elapsed,
    /// In which instance.
    pub instance: InstanceId,
}

/// Whether a need is so near the place where the plan kills that the true one may be higher.
pub fn at_limit(need: Memory, kill_at: Memory) -> bool {
    need.percent_of(kill_at) >= AT_LIMIT_PERCENT
}

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryFold {
    limits: (Memory, Memory),
    ready: BTreeSet<InstanceId>,
    start_peak: Option<Peak>,
    later_peak: Option<Peak>,
    out_of_memory: bool,
    shared_peak: Option<Memory>,
    swap_peak: Memory,
    samples: u64,
    sources: BTreeSet<SampleSource>,
    last: BTreeMap<InstanceId, Elapsed>,
    intervals: (u64, Elapsed),
}

impl MemoryFold {
    pub(super) fn begin(&mut self, header: &Header) {
        self.limits = (header.spec.memory.limit, header.spec.memory.kill_at);
    }

    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Ready { instance } => {
                self.ready.insert(*instance);
            }
            Kind::Sample(sample) => self.sample(event.at, sample),
            Kind::Exited(Exit { cause: ExitCause::OutOfMemory, .. }) | Kind::ChildOutOfMemory { .. } => {
                self.out_of_memory = true;
            }
            _ => {}
        }
    }

    fn sample(&mut self, at: Elapsed, sample: &Sample) {
        let here = Peak { need: sample.need, at, instance: sample.instance };
        let peak = if self.ready.contains(&sample.instance) { &mut self.later_peak } else { &mut self.start_peak };
        if peak.is_none_or(|peak| here.need > peak.need) {
            *peak = Some(here);
        }
        self.shared_peak = self.shared_peak.max(sample.shared);
        self.swap_peak = self.swap_peak.max(sample.swap);
        self.samples += 1;
        self.sources.insert(sample.source);
        if let Some(before) = self.last.insert(sample.instance, at) {
            self.intervals.0 += 1;
            self.intervals.1 += at.since(before);
        }
    }

    pub(super) fn memory(&self) -> Option<MemoryUse> {
        let (limit, kill_at) = self.limits;
        // On a tie the earlier one stands: it says how soon the need is there.
        let peaks = [self.start_peak, self.later_peak].into_iter().flatten();
        let peak = peaks.min_by_key(|peak| (std::cmp::Reverse(peak.need), peak.at))?;
        Some(MemoryUse {
            limit,
            kill_at,
            peak,
            start_peak: self.start_peak,
            later_peak: self.later_peak,
            at_limit: self.out_of_memory || at_limit(peak.need, kill_at),
            shared_peak: self.shared_peak,
            swap_peak: self.swap_peak,
            samples: self.samples,
            rate_hz: self.rate(),
            sources: self.sources.clone(),
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody takes 2^53 samples")]
    fn rate(&self) -> Option<f64> {
        let (count, time) = self.intervals;
        (time > Elapsed::ZERO).then(|| count as f64 / time.secs_f64())
    }
}

/// JSON holds memory as a number of bytes.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
pub(crate) fn bytes<S: Serializer>(memory: &Memory, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(memory.bytes())
}

#[expect(clippy::ref_option, reason = "serde asks for this shape")]
pub(crate) fn optional_bytes<S: Serializer>(memory: &Option<Memory>, serializer: S) -> Result<S::Ok, S::Error> {
    memory.map(Memory::bytes).serialize(serializer)
}
