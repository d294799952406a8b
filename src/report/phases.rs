use std::collections::BTreeMap;

use serde::Serialize;

use super::cpu::{Throttled, share_of};
use super::latency::Latency;
use super::memory::optional_bytes;
use super::requests::{Requests, RequestsFold};
use super::share::Standing;
use crate::event::{
    Event, Exit, ExitCause, InstanceId, Kind, LoadFailure, LoadReport, PhaseRole, Sample, Shortfall, Spread,
};
use crate::units::{Elapsed, Memory, Millicores};

/// What happened in one phase of a run's load.
///
/// The first one, `start`, holds what came before the load: the start of the app and its rest.
/// A run without load has no phases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseUse {
    /// Its name.
    pub name: String,
    /// What its figures are good for.
    pub role: PhaseRole,
    /// What was done in it, as a sentence.
    pub what: String,
    /// How many users with a session there were in it. Only where users are what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// When it began.
    #[serde(rename = "from_us")]
    pub from: Elapsed,
    /// When the next one began, or the run ended.
    #[serde(rename = "to_us")]
    pub to: Elapsed,
    /// The need in its first sample.
    #[serde(rename = "need_first_bytes", serialize_with = "optional_bytes")]
    pub need_first: Option<Memory>,
    /// The greatest need in it.
    #[serde(rename = "need_peak_bytes", serialize_with = "optional_bytes")]
    pub need_peak: Option<Memory>,
    /// The need in the last sample before its last answer: what the phase leaves behind.
    #[serde(rename = "need_last_bytes", serialize_with = "optional_bytes")]
    pub need_last: Option<Memory>,
    /// CPU time the app used in it.
    #[serde(rename = "cpu_us")]
    pub cpu: Elapsed,
    /// The average share over the phase, in thousandths of a core.
    #[serde(rename = "cpu_mean_millicores", serialize_with = "super::cpu::optional_millicores")]
    pub cpu_mean: Option<Millicores>,
    /// How often the app stood still for want of CPU share; not while the plan withholds CPU.
    pub throttled: Throttled,
    /// Requests that ended in it, as the front door saw them.
    pub requests: Requests,
    /// What the generator of load saw; `None` where it said nothing.
    pub load: Option<LoadUse>,
    /// Processes killed for want of memory in it, main or child.
    pub kills: u64,
    /// Health checks that failed in it.
    pub health_failures: u64,
}

/// From this share of a core on, in percent, a generator of load is short of CPU itself.
pub const GENERATOR_BUSY_PERCENT: f64 = 80.0;

/// What the generator of load saw in a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadUse {
    /// Requests that were due.
    pub due: u64,
    /// Requests answered as expected.
    pub answered: u64,
    /// Requests that were not, by how they failed, in words: `status 502`.
    pub failures: BTreeMap<String, u64>,
    /// Of those, how many the app itself got wrong: errors and content of its own, not those of a front door
    /// that waited in vain.
    #[serde(skip)]
    pub wrong: u64,
    /// Requests that were due and never sent.
    pub unsent: u64,
    /// Of those answered, how many came in after the phase's time was up.
    pub drained: u64,
    /// How long the phase sent.
    #[serde(rename = "lasted_us")]
    pub lasted: Elapsed,
    /// Requests per second that were asked for. `None` where users set the pace.
    pub asked_per_second: Option<f64>,
    /// Requests per second that were answered as expected.
    pub achieved_per_second: Option<f64>,
    /// From the moment a request was due to its last byte, while the app served.
    pub warm: Latency,
    /// The values behind it, so that phases and runs can be added up.
    #[serde(skip)]
    pub warm_times: Spread,
    /// The same for requests that came while the app was away.
    pub cold: Latency,
    /// From the actual sending to the last byte.
    pub service: Latency,
    /// How late requests were sent.
    pub late: Latency,
    /// CPU the generator used, as a share of one core over the phase, in percent.
    pub generator_percent: Option<f64>,
    /// Who is to blame where less was carried out than was asked for.
    pub shortfall: Option<Shortfall>,
    /// How a program that drove the load in our place ended.
    pub command_exit: Option<i32>,
}

impl LoadUse {
    /// Whether the app itself got more than half of what was asked wrong.
    pub fn is_mostly_wrong(&self) -> bool {
        self.wrong * 2 > self.due
    }

    /// Requests that failed or were never sent, of those due, in percent. `None` when none was due.
    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
    pub fn failed_percent(&self) -> Option<f64> {
        let failed = self.due.saturating_sub(self.answered);
        (self.due > 0).then(|| failed as f64 * 100.0 / self.due as f64)
    }
}

impl From<&LoadReport> for LoadUse {
    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
    fn from(report: &LoadReport) -> Self {
        let lasted = report.lasted.secs_f64();
        let per_second = |count: u64| (lasted > 0.0).then(|| count as f64 / lasted);
        Self {
            due: report.due,
            answered: report.answered,
            failures: report.failures.iter().map(|(failure, count)| (failure_words(*failure), *count)).collect(),
            wrong: report.failures.iter().filter(|(failure, _)| is_wrong(**failure)).map(|(_, count)| count).sum(),
            unsent: report.unsent,
            drained: report.drained,
            lasted: report.lasted,
            asked_per_second: report.asked_per_second,
            achieved_per_second: per_second(report.answered),
            warm: Latency::of(&report.warm),
            warm_times: report.warm.clone(),
            cold: Latency::of(&report.cold),
            service: Latency::of(&report.service),
            late: Latency::of(&report.late),
            generator_percent: (lasted > 0.0).then(|| report.generator_cpu.secs_f64() * 100.0 / lasted),
            shortfall: report.shortfall,
            command_exit: report.command_exit,
        }
    }
}

/// Whether the app was there and got it wrong. 502 to 504 are what a front door says of an app that was not.
fn is_wrong(failure: LoadFailure) -> bool {
    match failure {
        LoadFailure::Status(status) => !(502..=504).contains(&status),
        LoadFailure::Body | LoadFailure::Raised | LoadFailure::NotCompiled | LoadFailure::NotOffered => true,
        LoadFailure::Refused | LoadFailure::Cut | LoadFailure::TimedOut | LoadFailure::GivenUp => false,
    }
}

/// How a request failed, in words.
fn failure_words(failure: LoadFailure) -> String {
    match failure {
        LoadFailure::Status(status) => format!("status {status}"),
        LoadFailure::Body => "wrong content".into(),
        LoadFailure::Raised => "showed an exception".into(),
        LoadFailure::NotCompiled => "the app does not compile".into(),
        LoadFailure::NotOffered => "not on the page".into(),
        LoadFailure::Refused => "no connection".into(),
        LoadFailure::Cut => "cut off".into(),
        LoadFailure::TimedOut => "timed out".into(),
        LoadFailure::GivenUp => "given up".into(),
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct PhasesFold {
    done: Vec<PhaseUse>,
    open: Option<Open>,
    /// The last counter of CPU time of every instance.
    counters: BTreeMap<InstanceId, Elapsed>,
    standing: Standing,
    last: Elapsed,
}

/// The phase that goes on.
#[derive(Debug, Clone)]
struct Open {
    name: String,
    role: PhaseRole,
    what: String,
    users: Option<u32>,
    from: Elapsed,
    needs: Option<(Memory, Memory, Memory)>,
    cpu: Elapsed,
    throttled: Throttled,
    requests: RequestsFold,
    load: Option<LoadUse>,
    kills: u64,
    health_failures: u64,
}

impl PhasesFold {
    pub(super) fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        let open =
            self.open.get_or_insert_with(|| Open::begin("start", PhaseRole::Measure, "the app starts", Elapsed::ZERO));
        match &event.kind {
            Kind::Phase(phase) => {
                let next = Open::begin(&phase.name, phase.role, &phase.what, event.at);
                let next = Open { users: phase.users, ..next };
                let before = std::mem::replace(open, next);
                self.done.push(before.end(event.at));
            }
            Kind::Sample(sample) => {
                let before = self.counters.insert(sample.instance, sample.cpu);
                open.sample(sample, before.unwrap_or_default());
                if let (stood, false) = self.standing.sample(sample) {
                    open.throttled.add(stood);
                }
            }
            Kind::Share(share) => self.standing.share(share),
            Kind::Load(report) => open.load = Some(report.as_ref().into()),
            Kind::ChildOutOfMemory { .. } | Kind::Exited(Exit { cause: ExitCause::OutOfMemory, .. }) => open.kills += 1,
            Kind::HealthFailed { .. } => open.health_failures += 1,
            _ => {}
        }
        open.requests.add(event);
    }

    /// Empty for a run without load.
    pub(super) fn phases(&self) -> Vec<PhaseUse> {
        if self.done.is_empty() {
            return Vec::new();
        }
        let last = self.open.clone().map(|open| open.end(self.last));
        self.done.iter().cloned().chain(last).collect()
    }
}

impl Open {
    fn begin(name: &str, role: PhaseRole, what: &str, from: Elapsed) -> Self {
        Self {
            name: name.into(),
            role,
            what: what.into(),
            users: None,
            from,
            needs: None,
            cpu: Elapsed::ZERO,
            throttled: Throttled::default(),
            requests: RequestsFold::default(),
            load: None,
            kills: 0,
            health_failures: 0,
        }
    }

    fn sample(&mut self, sample: &Sample, before: Elapsed) {
        let need = sample.need;
        let (first, peak, last) = self.needs.unwrap_or((need, need, need));
        // With its last answer in, the phase is over: what comes then is the app's own end.
        let last = if self.load.is_some() { last } else { need };
        self.needs = Some((first, peak.max(need), last));
        self.cpu += sample.cpu.since(before);
    }

    fn end(self, at: Elapsed) -> PhaseUse {
        PhaseUse {
            name: self.name,
            role: self.role,
            what: self.what,
            users: self.users,
            from: self.from,
            to: at,
            need_first: self.needs.map(|(first, ..)| first),
            need_peak: self.needs.map(|(_, peak, _)| peak),
            need_last: self.needs.map(|(.., last)| last),
            cpu: self.cpu,
            cpu_mean: share_of(self.cpu, at.since(self.from)),
            throttled: self.throttled,
            requests: self.requests.requests(),
            load: self.load,
            kills: self.kills,
            health_failures: self.health_failures,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Phase;
    use crate::report::Fold;

    fn told(role: PhaseRole, generator_cpu: u64) -> Option<f64> {
        let phase = Phase { name: "search".into(), role, what: String::new(), users: None };
        let (lasted, generator_cpu) = (Elapsed::from_secs(20), Elapsed::from_secs(generator_cpu));
        let report = LoadReport { due: 40, answered: 40, lasted, generator_cpu, ..LoadReport::default() };
        let kinds = [Kind::Phase(Box::new(phase)), Kind::Load(Box::new(report))];
        let mut fold = Fold::new();
        for (seq, kind) in (0..).zip(kinds) {
            fold.add(&Event { seq, at: Elapsed::from_secs(seq), kind });
        }
        fold.summary().generator_percent()
    }

    #[test]
    fn what_a_phase_leaves_behind_is_not_what_is_left_when_the_app_has_stopped() {
        let sample = |mib: u64| {
            let need = Memory::from_mib(mib);
            Kind::Sample(Box::new(Sample::of_need(InstanceId(1), need)))
        };
        let phase = Phase { name: "search".into(), role: PhaseRole::Measure, what: String::new(), users: None };
        let load = Kind::Load(Box::default());
        let kinds = [Kind::Phase(Box::new(phase)), sample(100), sample(300), sample(200), load, sample(2)];
        let mut fold = PhasesFold::default();
        for (seq, kind) in (0..).zip(kinds) {
            fold.add(&Event { seq, at: Elapsed::from_secs(seq), kind });
        }
        let last = fold.phases().pop().unwrap();
        let mib = |need: Option<Memory>| need.map(|need| need.bytes() >> 20);
        assert_eq!((mib(last.need_first), mib(last.need_peak), mib(last.need_last)), (Some(100), Some(300), Some(200)));
    }

    #[test]
    fn what_sending_cost_is_told_of_phases_that_count() {
        assert_eq!(told(PhaseRole::Measure, 18), Some(90.0));
        assert_eq!(told(PhaseRole::Measure, 2), Some(10.0));
        assert_eq!(told(PhaseRole::WarmUp, 18), None);
    }
}
