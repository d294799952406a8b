//! Runs to compare, made of events as a real run makes them, for the tests of this room.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the figures of a tale are small"
)]

use std::collections::BTreeMap;

use super::Arm;
use crate::event::{
    Ending, Event, Exit, ExitCause, Finish, Header, InstanceId, Kind, LoadFailure, LoadReport, Part, Phase, PhaseRole,
    Request, RequestId, Sample, Shortfall, Spread, State, Why,
};
use crate::profile::{Cause, Confidence, Layer, Origin, Range, Source};
use crate::report::{Fold, Summary};
use crate::spec::example::{example, machine};
use crate::units::{Elapsed, Memory, Millicores, Money};

/// What a run is to look like. Tests change the fields they are about.
#[derive(Clone)]
pub(super) struct Tale {
    pub(super) plan: &'static str,
    pub(super) plan_name: &'static str,
    pub(super) range: Range,
    pub(super) dollars: u64,
    pub(super) memory: u64,
    pub(super) millicores: u32,
    /// After how many seconds the plan sleeps.
    pub(super) sleeps: Option<u64>,
    /// The platform's delay that was left out, in milliseconds.
    pub(super) delay: u64,
    /// From the process to the first healthy answer, in milliseconds.
    pub(super) boot: u64,
    /// Need in MiB: until ready, and later.
    pub(super) need: [u64; 2],
    /// How many MiB more it needs each minute, over the phase that counts; that phase is then ten minutes long.
    pub(super) leak: Option<u64>,
    /// Half of the requests are quicker, in milliseconds.
    pub(super) p50: f64,
    /// How many requests were due.
    pub(super) due: u64,
    pub(super) failures: BTreeMap<LoadFailure, u64>,
    /// What the front door answered in the app's place.
    pub(super) platform: Vec<(Cause, u64)>,
    pub(super) check_fails: bool,
    /// How a program ended that drove the load in emu's place.
    pub(super) program: Option<i32>,
    pub(super) shortfall: Option<Shortfall>,
    /// Throttled periods in the measured phase, of a hundred.
    pub(super) throttled: u64,
    pub(super) killed: bool,
    pub(super) slept: bool,
    pub(super) finish: Option<Finish>,
    pub(super) confidence: Confidence,
}

impl Default for Tale {
    fn default() -> Self {
        Self {
            plan: "small",
            plan_name: "Small",
            range: Range::Exact,
            dollars: 7,
            memory: 512,
            millicores: 500,
            sleeps: None,
            delay: 0,
            boot: 1_500,
            need: [150, 300],
            leak: None,
            p50: 20.0,
            due: 1_200,
            failures: BTreeMap::new(),
            platform: Vec::new(),
            check_fails: false,
            program: None,
            shortfall: None,
            throttled: 5,
            killed: false,
            slept: false,
            finish: Some(Finish::Completed),
            confidence: Confidence::Official,
        }
    }
}

impl Tale {
    /// An arm with one run for each factor: how much slower than told its answers were, and as much more it needed.
    pub(super) fn arm(&self, factors: &[f64]) -> Arm {
        let rounds = factors.iter().zip(1..).map(|(factor, round)| self.told(round, *factor)).collect();
        Arm { label: self.plan.to_owned(), rounds }
    }

    pub(super) fn told(&self, round: u32, factor: f64) -> Summary {
        let mut fold = Fold::new();
        self.events(round, factor).iter().for_each(|event| fold.add(event));
        fold.summary()
    }

    pub(super) fn events(&self, round: u32, factor: f64) -> Vec<Event> {
        let mut told = Told(Vec::new());
        told.at(0, Kind::Header(Box::new(self.header(round))));
        told.state(1, State::Asleep, State::Starting, Why::Begin);
        self.boots(&mut told, 10, 1, factor);
        if self.slept {
            told.state(2_600, State::Serving, State::Stopping, Why::Idle);
            told.state(2_700, State::Stopping, State::Asleep, Why::Stopped);
            told.at(2_800, Kind::WakeAsked { by: None });
            told.state(2_800, State::Asleep, State::Starting, Why::Wake);
            self.boots(&mut told, 2_900, 2, factor);
        }
        self.load(&mut told, factor);
        if let Some(finish) = &self.finish {
            told.at(40_000, Kind::Finished(finish.clone()));
        }
        told.0
    }

    fn boots(&self, told: &mut Told, from: u64, instance: u32, factor: f64) {
        let id = InstanceId(instance);
        told.at(from + 100, Kind::Created { instance: id });
        told.at(from + 300, Kind::Started { instance: id });
        told.sample(from + 400, instance, scaled(self.need[0], factor), [4, 2]);
        if matches!(self.finish, Some(Finish::NeverServed(_))) {
            return;
        }
        let boot = milli(self.boot, factor);
        told.at(from + 300 + boot / 2, Kind::PortOpen { instance: id });
        told.at(from + 300 + boot, Kind::Ready { instance: id });
        told.state(from + 300 + boot, State::Starting, State::Serving, Why::Ready);
    }

    fn load(&self, told: &mut Told, factor: f64) {
        if matches!(self.finish, Some(Finish::NeverServed(_))) {
            return;
        }
        told.phase(9_000, "check", PhaseRole::Check);
        let failures = BTreeMap::from([(LoadFailure::Status(500), u64::from(self.check_fails))]);
        let answered = 2 - u64::from(self.check_fails);
        told.at(9_500, Kind::Load(Box::new(LoadReport { due: 2, answered, failures, ..LoadReport::default() })));
        told.phase(10_000, "search", PhaseRole::Measure);
        told.sample(10_500, 1, scaled(self.need[1], factor), [4, 2]);
        told.sample(29_000, 1, scaled(self.need[1], factor) - 8_192, [104, 2 + self.throttled]);
        self.leaks(told);
        for (cause, count) in &self.platform {
            (0..*count).for_each(|n| told.answered_by_platform(20_000 + n, *cause));
        }
        if self.killed {
            told.killed(25_000, 1, self.memory);
        }
        told.at(30_000, Kind::Load(Box::new(self.report(factor))));
    }

    /// Told at moments of its own: everything else in a tale is over within a minute.
    fn leaks(&self, told: &mut Told) {
        let Some(leak) = self.leak else { return };
        for second in 20..600 {
            let need = self.need[0] * 1_048_576 + leak * 1_048_576 * second / 60;
            told.sample(10_000 + second * 1_000, 1, need, [4, 2]);
        }
    }

    fn report(&self, factor: f64) -> LoadReport {
        if self.program.is_some() {
            return LoadReport { command_exit: self.program, ..LoadReport::default() };
        }
        let failed: u64 = self.failures.values().sum();
        let answered = self.due - failed;
        LoadReport {
            due: self.due,
            answered,
            failures: self.failures.clone(),
            lasted: Elapsed::from_secs(20),
            asked_per_second: Some(self.due as f64 / 20.0),
            warm: self.spread(answered, factor),
            shortfall: self.shortfall,
            ..LoadReport::default()
        }
    }

    /// Evenly spread up to twice the middle, and a tail.
    fn spread(&self, count: u64, factor: f64) -> Spread {
        let one = |n: u64| {
            let place = n as f64 / count as f64;
            let tail = if place > 0.97 { 2.0 } else { 1.0 };
            ((self.p50 * 2_000.0 * place * tail * factor) as u64 + 1, 1)
        };
        Spread((0..count).map(one).collect())
    }

    fn header(&self, round: u32) -> Header {
        let mut spec = example();
        spec.plan.id = self.plan.into();
        spec.plan.name = self.plan_name.into();
        spec.plan.range = self.range;
        spec.plan.price.monthly = Money::from_micros(self.dollars * 1_000_000);
        spec.memory.limit = Memory::from_mib(self.memory);
        spec.memory.kill_at = spec.memory.limit;
        spec.cpu.share = Millicores::new(self.millicores);
        match (self.sleeps, &mut spec.sleep) {
            (Some(after), Some(sleep)) => sleep.after = Elapsed::from_secs(after),
            _ => spec.sleep = None,
        }
        let source =
            |confidence| Source { url: "https://example.com".into(), date: "2026-01".into(), confidence, note: None };
        spec.sources.insert("docs".into(), source(Confidence::Official));
        spec.sources.insert("memory".into(), source(self.confidence));
        let from = |source: &str| Origin {
            layer: Layer::Plan,
            place: "example.toml".into(),
            line: Some(1),
            source: Some(source.into()),
        };
        spec.origins.insert("memory.limit".into(), from("memory"));
        spec.origins.insert("cpu.share".into(), from("docs"));
        Header {
            run: format!("{}-{round}", self.plan),
            name: None,
            part: Some(Part {
                of: "20260102-1000-aaaa".into(),
                arm: self.plan.into(),
                round,
                platform_delay: Elapsed::from_millis(self.delay),
            }),
            emu_version: "0.1.0".into(),
            started: "2026-01-02T10:00:00+00:00".into(),
            machine: machine(),
            spec,
        }
    }
}

fn scaled(mib: u64, factor: f64) -> u64 {
    (mib as f64 * 1_048_576.0 * factor) as u64
}

fn milli(time: u64, factor: f64) -> u64 {
    (time as f64 * factor) as u64
}

struct Told(Vec<Event>);

impl Told {
    fn at(&mut self, millis: u64, kind: Kind) {
        let seq = self.0.len() as u64;
        self.0.push(Event { seq, at: Elapsed::from_millis(millis), kind });
    }

    fn state(&mut self, millis: u64, from: State, to: State, why: Why) {
        self.at(millis, Kind::State { from, to, why });
    }

    fn phase(&mut self, millis: u64, name: &str, role: PhaseRole) {
        self.at(
            millis,
            Kind::Phase(Box::new(Phase {
                name: name.into(),
                role,
                what: "60.0 requests per second".into(),
                users: None,
            })),
        );
    }

    fn sample(&mut self, millis: u64, instance: u32, need: u64, [periods, throttled]: [u64; 2]) {
        self.at(
            millis,
            Kind::Sample(Box::new(Sample {
                cpu: Elapsed::from_millis(periods * 10),
                periods,
                throttled_periods: throttled,
                throttled: Elapsed::from_millis(throttled),
                ..Sample::of_need(InstanceId(instance), Memory::from_bytes(need))
            })),
        );
    }

    fn answered_by_platform(&mut self, millis: u64, cause: Cause) {
        self.at(
            millis,
            Kind::Request(Box::new(Request {
                id: RequestId(millis),
                arrived: Elapsed::from_millis(millis - 1),
                method: "GET".into(),
                path: "/".into(),
                client: crate::event::ClientKind::Client,
                asker: None,
                status: Some(502),
                ending: Ending::Platform(cause),
                held: Elapsed::ZERO,
                first_byte: Some(Elapsed::from_millis(1)),
                total: Elapsed::from_millis(1),
                bytes_in: 0,
                bytes_out: 0,
            })),
        );
    }

    fn killed(&mut self, millis: u64, instance: u32, mib: u64) {
        self.at(
            millis,
            Kind::Exited(Exit {
                instance: InstanceId(instance),
                code: 137,
                cause: ExitCause::OutOfMemory,
                need: Some(Memory::from_mib(mib - 1)),
                engine_says_oom: true,
                kernel_oom_kills: Some(1),
                bank: None,
            }),
        );
        self.state(millis, State::Serving, State::Backoff, Why::OutOfMemory);
        self.state(millis + 1_000, State::Backoff, State::Starting, Why::BackoffOver);
    }
}
