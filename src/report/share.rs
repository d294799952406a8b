//! What an app had of the shares that its plan gives at different times.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cpu::{Throttled, millicores};
use crate::event::{Event, Header, InstanceId, Kind, Sample, Share, ShareLevel, ShareWhy};
use crate::spec::Burst;
use crate::units::{Elapsed, Millicores};

/// What became of the bank of unused CPU time, over all instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BankUse {
    /// The share while it is not empty.
    #[serde(rename = "burst_millicores", serialize_with = "millicores")]
    pub share: Millicores,
    /// The most CPU time that it holds.
    #[serde(rename = "cap_us")]
    pub cap: Elapsed,
    /// Time with that share.
    #[serde(rename = "at_burst_us")]
    pub at_burst: Elapsed,
    /// Time with the guaranteed share.
    #[serde(rename = "at_guaranteed_us")]
    pub at_guaranteed: Elapsed,
    /// How often it ran dry.
    pub ran_dry: u64,
    /// What it held when it was told last: at the end of an instance, or when the share changed.
    #[serde(rename = "holds_us")]
    pub holds: Option<Elapsed>,
}

/// When an app had CPU whose plan withholds it while no request is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ServingUse {
    /// Time with CPU: at the start, at the end, and while a request was open.
    #[serde(rename = "given_us")]
    pub given: Elapsed,
    /// Time with nearly none.
    #[serde(rename = "withheld_us")]
    pub withheld: Elapsed,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ShareFold {
    burst: Option<Burst>,
    while_serving_only: bool,
    open: BTreeMap<InstanceId, (ShareLevel, Elapsed)>,
    times: BTreeMap<ShareLevel, Elapsed>,
    ran_dry: u64,
    holds: Option<Elapsed>,
    last: Elapsed,
}

impl ShareFold {
    pub(super) fn begin(&mut self, header: &Header) {
        let cpu = &header.spec.cpu;
        (self.burst, self.while_serving_only) = (cpu.burst.clone(), cpu.while_serving_only);
    }

    pub(super) fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        match &event.kind {
            Kind::Share(share) => {
                self.close(share.instance, event.at);
                self.open.insert(share.instance, (share.level, event.at));
                self.ran_dry += u64::from(share.why == ShareWhy::BankEmpty);
                self.holds = share.bank;
            }
            Kind::Exited(exit) => {
                self.close(exit.instance, event.at);
                self.holds = exit.bank;
            }
            Kind::Removed { instance } => self.close(*instance, event.at),
            _ => {}
        }
    }

    fn close(&mut self, instance: InstanceId, at: Elapsed) {
        if let Some((level, since)) = self.open.remove(&instance) {
            *self.times.entry(level).or_default() += at.since(since);
        }
    }

    fn time(&self, wanted: ShareLevel) -> Elapsed {
        let done = self.times.get(&wanted).copied().unwrap_or_default();
        let open = self.open.values().filter(|(level, _)| *level == wanted);
        open.fold(done, |sum, (_, since)| sum + self.last.since(*since))
    }

    pub(super) fn bank(&self) -> Option<BankUse> {
        let burst = self.burst.as_ref()?;
        Some(BankUse {
            share: burst.share,
            cap: burst.cap,
            at_burst: self.time(ShareLevel::Burst),
            at_guaranteed: self.time(ShareLevel::Guaranteed),
            ran_dry: self.ran_dry,
            holds: self.holds,
        })
    }

    pub(super) fn serving(&self) -> Option<ServingUse> {
        self.while_serving_only.then(|| ServingUse {
            given: self.time(ShareLevel::Guaranteed) + self.time(ShareLevel::Burst),
            withheld: self.time(ShareLevel::Withheld),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Given,
    NextSample,
}

/// Tells apart how often an app stood still because its share was used up, and how often because CPU is
/// withheld while nobody asks for it: the second says nothing about how much CPU it needs.
///
/// The kernel counts a time of standing still when it is over, so what the first sample after a change
/// tells is still of the time before.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// Instances whose CPU is withheld, or was until after their last sample.
    withheld: BTreeMap<InstanceId, Until>,
    last: BTreeMap<InstanceId, Throttled>,
}

impl Standing {
    pub(super) fn share(&mut self, share: &Share) {
        if share.level == ShareLevel::Withheld {
            self.withheld.insert(share.instance, Until::Given);
        } else if let Some(until) = self.withheld.get_mut(&share.instance) {
            *until = Until::NextSample;
        }
    }

    /// What came since the last sample of this instance, and whether CPU was withheld meanwhile.
    pub(super) fn sample(&mut self, sample: &Sample) -> (Throttled, bool) {
        let now = Throttled::from(sample);
        let before = self.last.insert(sample.instance, now).unwrap_or_default();
        let until = self.withheld.get(&sample.instance).copied();
        if until == Some(Until::NextSample) {
            self.withheld.remove(&sample.instance);
        }
        (now.since(before), until.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Exit, ExitCause, PhaseRole};
    use crate::report::story::{Story, header};
    use crate::report::{Detail, Fold, Lines, StatusFold, Summary};

    /// Events of a plan whose share changes, in the making.
    fn story(edit: impl FnOnce(&mut crate::spec::CpuRules)) -> Story {
        let mut story = Story::begin();
        let mut header = header();
        header.spec.cpu.share = Millicores::new(63);
        edit(&mut header.spec.cpu);
        story.0[0].kind = Kind::Header(Box::new(header));
        story.at(100, Kind::Started { instance: InstanceId(1) });
        story
    }

    fn banking() -> Story {
        let (start, cap) = (Elapsed::from_secs(5), Elapsed::from_secs(500));
        story(|cpu| cpu.burst = Some(Burst { start, cap, share: Millicores::new(1_000) }))
    }

    fn serving() -> Story {
        story(|cpu| (cpu.share, cpu.while_serving_only) = (Millicores::new(1_000), true))
    }

    fn share(story: &mut Story, millis: u64, level: ShareLevel, why: ShareWhy, bank: Option<u64>) {
        let share = match level {
            ShareLevel::Withheld => 1,
            ShareLevel::Guaranteed => 63,
            ShareLevel::Burst => 1_000,
        };
        let (instance, share) = (InstanceId(1), Millicores::new(share));
        story.at(millis, Kind::Share(Share { instance, level, share, why, bank: bank.map(Elapsed::from_millis) }));
    }

    fn exit(story: &mut Story, millis: u64, bank: Option<u64>) {
        let exit = Exit {
            instance: InstanceId(1),
            code: 0,
            cause: ExitCause::Stopped,
            need: None,
            engine_says_oom: false,
            kernel_oom_kills: None,
            bank: bank.map(Elapsed::from_millis),
        };
        story.at(millis, Kind::Exited(exit));
    }

    fn summary(story: &Story) -> Summary {
        let mut fold = Fold::new();
        story.0.iter().for_each(|event| fold.add(event));
        fold.summary()
    }

    fn cpu_section(story: &Story) -> Vec<String> {
        let printed = summary(story).to_string();
        let lines = printed.lines().skip_while(|line| *line != "CPU").skip(1).take_while(|line| !line.is_empty());
        lines.map(|line| line.trim().to_owned()).collect()
    }

    /// Dry at 6 s, open again for two seconds, dry to the end at 20 s.
    fn a_bank_that_runs_dry_twice() -> Story {
        let mut story = banking();
        share(&mut story, 100, ShareLevel::Burst, ShareWhy::Begin, Some(5_000));
        story.sample(6_000, 1, 60, [5_300, 70, 0]);
        share(&mut story, 6_000, ShareLevel::Guaranteed, ShareWhy::BankEmpty, Some(0));
        share(&mut story, 10_000, ShareLevel::Burst, ShareWhy::BankFilled, Some(101));
        share(&mut story, 12_000, ShareLevel::Guaranteed, ShareWhy::BankEmpty, Some(0));
        story.sample(19_000, 1, 60, [6_000, 200, 90]);
        exit(&mut story, 20_000, Some(37));
        story
    }

    #[test]
    fn a_bank_is_told_in_times_and_counts() {
        let story = a_bank_that_runs_dry_twice();
        let bank = summary(&story).cpu.unwrap().bank.unwrap();
        assert_eq!((bank.at_burst, bank.at_guaranteed), (Elapsed::from_millis(7_900), Elapsed::from_millis(12_000)));
        assert_eq!((bank.ran_dry, bank.holds), (2, Some(Elapsed::from_millis(37))));
        let expected = [
            "share       0.063 CPU, 1 CPU while its bank of unused CPU time is not empty",
            "used        6.0 s of CPU time in 19.9 s of running",
            "on average  0.301 CPU, 477.8 % of the guaranteed share",
            "throttled   45.0 % of its periods (90 of 200), 4.5 s of standing still",
            "had         1 CPU for 7.9 s, 0.063 CPU for 12.0 s",
            "bank        ran dry 2 times; held 37 ms of 8 min 20 s at the end",
        ];
        assert_eq!(cpu_section(&story), expected);
    }

    #[test]
    fn a_run_that_goes_on_counts_the_share_that_it_has() {
        let mut story = banking();
        share(&mut story, 100, ShareLevel::Burst, ShareWhy::Begin, Some(5_000));
        story.sample(3_100, 1, 60, [10, 1, 0]);
        let bank = summary(&story).cpu.unwrap().bank.unwrap();
        assert_eq!((bank.at_burst, bank.holds), (Elapsed::from_secs(3), Some(Elapsed::from_secs(5))));
        assert_eq!(
            cpu_section(&story).last().unwrap(),
            "bank        never ran dry; held 5.0 s of 8 min 20 s at the end"
        );
    }

    /// A worker in the background stands still from 1 s to 9 s; a visitor comes from 9 s to 11 s.
    fn a_worker_and_a_visitor() -> Story {
        let mut story = serving();
        share(&mut story, 100, ShareLevel::Guaranteed, ShareWhy::Begin, None);
        story.sample(900, 1, 60, [400, 8, 2]);
        share(&mut story, 1_000, ShareLevel::Withheld, ShareWhy::NoRequest, None);
        story.sample(5_000, 1, 60, [404, 12, 6]);
        story.sample(8_900, 1, 60, [408, 16, 10]);
        share(&mut story, 9_000, ShareLevel::Guaranteed, ShareWhy::Request, None);
        // The last of the standing still is counted when it is over.
        story.sample(9_040, 1, 60, [448, 17, 11]);
        story.sample(11_000, 1, 60, [1_400, 37, 12]);
        share(&mut story, 11_100, ShareLevel::Withheld, ShareWhy::NoRequest, None);
        exit(&mut story, 12_000, None);
        story
    }

    #[test]
    fn standing_still_while_cpu_is_withheld_is_no_want_of_share() {
        let story = a_worker_and_a_visitor();
        let cpu = summary(&story).cpu.unwrap();
        let serving = cpu.serving.unwrap();
        assert_eq!((serving.given, serving.withheld), (Elapsed::from_secs(3), Elapsed::from_millis(8_900)));
        assert_eq!((cpu.throttled.periods, cpu.throttled.throttled_periods), (28, 3));
        let expected = [
            "share       1 CPU, while a request is open",
            "used        1.4 s of CPU time in 11.9 s of running",
            "on average  0.117 CPU, 11.7 % of the share",
            "throttled   10.7 % of its periods (3 of 28), 150 ms of standing still",
            "given       for 3.0 s; withheld for 8.9 s, while no request was open",
        ];
        assert_eq!(cpu_section(&story), expected);
    }

    #[test]
    fn a_phase_counts_no_standing_still_while_cpu_is_withheld_either() {
        let mut story = a_worker_and_a_visitor();
        let phase =
            crate::event::Phase { name: "visits".into(), role: PhaseRole::Measure, what: String::new(), users: None };
        story.0.insert(5, Event { seq: 0, at: Elapsed::from_millis(950), kind: Kind::Phase(Box::new(phase)) });
        let phases = summary(&story).phases;
        let throttled: Vec<_> =
            phases.iter().map(|phase| (phase.throttled.periods, phase.throttled.throttled_periods)).collect();
        assert_eq!(throttled, [(8, 2), (20, 1)]);
    }

    #[test]
    fn the_live_line_shows_the_share_of_the_moment() {
        let mut fold = StatusFold::new();
        let mut shown = Vec::new();
        for event in a_worker_and_a_visitor().0 {
            fold.add(&event);
            if let Kind::Sample(_) = event.kind {
                shown.push((fold.status().cpu_share.get(), fold.status().throttled_percent.is_some()));
            }
        }
        assert_eq!(shown, [(63, false), (1, false), (1, false), (63, true), (63, true)]);
    }

    #[test]
    fn a_dry_bank_is_a_line_and_not_at_every_turn() {
        let lines = |detail| {
            let mut lines = Lines::new(detail);
            let told = a_bank_that_runs_dry_twice().0.iter().flat_map(|event| lines.add(event)).collect::<Vec<_>>();
            told.iter().map(ToString::to_string).filter(|line| line.contains("] share ")).collect::<Vec<_>>()
        };
        assert_eq!(lines(Detail::Normal), ["[   6.00 s] share    0.063 CPU: the bank of unused CPU time is empty"]);
        let expected = [
            "[   0.10 s] share    1 CPU: the bank of unused CPU time holds 5.0 s",
            "[   6.00 s] share    0.063 CPU: the bank of unused CPU time is empty",
            "[  10.00 s] share    1 CPU: the bank of unused CPU time holds 101 ms again",
            "[  12.00 s] share    0.063 CPU: the bank of unused CPU time is empty",
        ];
        assert_eq!(lines(Detail::Verbose), expected);
    }

    #[test]
    fn that_cpu_is_withheld_is_told_once() {
        let mut lines = Lines::new(Detail::Normal);
        let told: Vec<_> = a_worker_and_a_visitor().0.iter().flat_map(|event| lines.add(event)).collect();
        let told: Vec<String> = told.iter().map(ToString::to_string).filter(|line| line.contains("] share ")).collect();
        assert_eq!(told, ["[   1.00 s] share    0.001 CPU: no request is open"]);
    }

    #[test]
    fn a_plan_with_one_share_says_nothing_of_this() {
        let cpu = summary(&{
            let mut story = story(|_| {});
            story.sample(3_100, 1, 60, [10, 1, 0]);
            story
        });
        let cpu = cpu.cpu.unwrap();
        assert_eq!((cpu.bank, cpu.serving), (None, None));
    }
}
