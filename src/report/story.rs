//! A whole life as a list of events, for the tests of every view: boot, visits, sleep, a wake, the
//! memory limit, a restart, the end.

use crate::event::{
    ClientKind, Ending, Event, Exit, ExitCause, Finish, Header, InstanceId, Kind, Request, RequestId, Sample, State,
    Why,
};
use crate::profile::Cause;
use crate::spec::example::{example, machine};
use crate::spec::{Keeping, Promise};
use crate::units::{Elapsed, Memory};

/// Events in the making: each call adds one at a moment in milliseconds.
pub(super) struct Story(pub(super) Vec<Event>);

impl Story {
    pub(super) fn begin() -> Self {
        let mut story = Self(Vec::new());
        story.at(0, Kind::Header(Box::new(header())));
        story.at(2, Kind::Listening { address: "http://127.0.0.1:8080".into() });
        story
    }

    pub(super) fn at(&mut self, millis: u64, kind: Kind) -> &mut Self {
        let seq = self.0.len() as u64;
        self.0.push(Event { seq, at: Elapsed::from_millis(millis), kind });
        self
    }

    pub(super) fn state(&mut self, millis: u64, from: State, to: State, why: Why) -> &mut Self {
        self.at(millis, Kind::State { from, to, why })
    }

    /// `work` is CPU time in milliseconds, periods, and the throttled ones among them.
    pub(super) fn sample(&mut self, millis: u64, instance: u32, mib: u64, work: [u64; 3]) -> &mut Self {
        let [cpu_ms, periods, throttled] = work;
        let need = Memory::from_mib(mib);
        self.at(
            millis,
            Kind::Sample(Box::new(Sample {
                usage: Memory::from_mib(mib + 40),
                shared: Some(Memory::from_mib(4)),
                cpu: Elapsed::from_millis(cpu_ms),
                periods,
                throttled_periods: throttled,
                throttled: Elapsed::from_millis(throttled * 50),
                pids: Some(5),
                oom_kills: Some(0),
                ..Sample::of_need(InstanceId(instance), need)
            })),
        )
    }

    /// A request that ended at `ended`, `total` after it came.
    pub(super) fn request(&mut self, ended: u64, id: u64, total: u64, how: How) -> &mut Self {
        let first_byte = how.status.map(|_| Elapsed::from_millis(total.saturating_sub(1)));
        self.at(
            ended,
            Kind::Request(Box::new(Request {
                id: RequestId(id),
                arrived: Elapsed::from_millis(ended - total),
                method: "GET".into(),
                path: "/".into(),
                client: ClientKind::Client,
                asker: None,
                status: how.status,
                ending: how.ending,
                held: Elapsed::from_millis(how.held),
                first_byte,
                total: Elapsed::from_millis(total),
                bytes_in: 0,
                bytes_out: 512,
            })),
        )
    }

    /// A start from its decision to its first healthy answer, 1.1 s long.
    pub(super) fn boot(&mut self, from: u64, instance: u32) -> &mut Self {
        let instance = InstanceId(instance);
        self.at(from + 200, Kind::PlatformReady);
        self.at(from + 250, Kind::Created { instance });
        self.at(from + 300, Kind::Started { instance });
        self.sample(from + 350, instance.0, 60, [20, 1, 1]);
        self.sample(from + 900, instance.0, 90, [280, 6, 3]);
        self.at(from + 1_050, Kind::PortOpen { instance });
        self.at(from + 1_100, Kind::Ready { instance });
        self.state(from + 1_100, State::Starting, State::Serving, Why::Ready)
    }

    pub(super) fn exit(
        &mut self,
        millis: u64,
        instance: u32,
        (code, cause): (i32, ExitCause),
        need: Option<u64>,
    ) -> &mut Self {
        let oom = cause == ExitCause::OutOfMemory;
        self.at(
            millis,
            Kind::Exited(Exit {
                instance: InstanceId(instance),
                code,
                cause,
                need: need.map(Memory::from_mib),
                engine_says_oom: oom,
                kernel_oom_kills: Some(u64::from(oom)),
                bank: None,
            }),
        )
    }
}

/// What became of a request.
#[derive(Clone, Copy)]
pub(super) struct How {
    pub(super) status: Option<u16>,
    pub(super) ending: Ending,
    pub(super) held: u64,
}

pub(super) fn app(status: u16) -> How {
    How { status: Some(status), ending: Ending::App, held: 0 }
}

pub(super) fn held(millis: u64) -> How {
    How { held: millis, ..app(200) }
}

pub(super) fn platform(status: u16, cause: Cause) -> How {
    How { status: Some(status), ending: Ending::Platform(cause), held: 0 }
}

pub(super) fn header() -> Header {
    let mut spec = example();
    spec.fidelity = vec![
        Promise { what: "memory 512 MiB, no swap".into(), keeping: Keeping::Kept },
        Promise { what: "start delay".into(), keeping: Keeping::Approximated("the middle of what was seen".into()) },
        Promise { what: "disk size".into(), keeping: Keeping::NotKept("the engine cannot limit it".into()) },
    ];
    Header {
        run: "20260102-1000-aaaa".into(),
        name: Some("before".into()),
        part: None,
        emu_version: "0.1.0".into(),
        started: "2026-01-02T10:00:00+00:00".into(),
        machine: machine(),
        spec,
    }
}

/// The whole life.
pub(super) fn life() -> Vec<Event> {
    let mut story = Story::begin();
    story.state(5, State::Asleep, State::Starting, Why::Begin).boot(5, 1);
    story.at(1_200, Kind::Log { instance: InstanceId(1), stderr: false, line: "hello from the app".into() });
    (0..30).for_each(|n| {
        story.request(1_500 + n * 20, n + 1, 10 + n, app(200));
    });
    story.sample(2_200, 1, 120, [700, 20, 6]);
    sleep_and_wake(&mut story);
    killed_at_the_limit(&mut story);
    story.state(31_000, State::Serving, State::Stopping, Why::End);
    story.exit(31_200, 3, (143, ExitCause::Stopped), Some(95));
    story.at(31_300, Kind::Removed { instance: InstanceId(3) });
    story.state(31_300, State::Stopping, State::Gone, Why::Stopped);
    story.at(31_310, Kind::Finished(Finish::Completed));
    story.0
}

fn sleep_and_wake(story: &mut Story) {
    story.at(17_100, Kind::Platform { line: "No traffic: spinning down".into() });
    story.state(17_100, State::Serving, State::Stopping, Why::Idle);
    story.exit(17_300, 1, (143, ExitCause::Stopped), Some(110));
    story.at(17_350, Kind::Removed { instance: InstanceId(1) });
    story.state(17_350, State::Stopping, State::Asleep, Why::Stopped);
    story.at(20_000, Kind::WakeAsked { by: Some(RequestId(31)) });
    story.state(20_000, State::Asleep, State::Starting, Why::Wake).boot(20_000, 2);
    story.request(21_125, 31, 1_125, held(1_101));
    story.request(21_300, 32, 12, app(200));
}

fn killed_at_the_limit(story: &mut Story) {
    story.sample(24_000, 2, 300, [900, 40, 10]);
    story.sample(24_050, 2, 480, [920, 41, 11]);
    story.sample(24_100, 2, 511, [930, 42, 11]);
    story.request(24_145, 33, 400, How { status: None, ending: Ending::Cut(Cause::BadResponse), held: 0 });
    story.exit(24_150, 2, (137, ExitCause::OutOfMemory), Some(511));
    story.state(24_150, State::Serving, State::Backoff, Why::OutOfMemory);
    story.request(24_160, 34, 300, platform(502, Cause::BadResponse));
    story.at(24_170, Kind::Platform { line: "Instance exceeded its memory limit".into() });
    (0..9).for_each(|n| {
        story.request(24_400 + n * 50, 35 + n, 1, platform(502, Cause::Unreachable));
    });
    story.state(25_150, State::Backoff, State::Starting, Why::BackoffOver).boot(25_150, 3);
    story.request(26_300, 44, 15, app(200));
    story.sample(27_000, 3, 95, [350, 12, 4]);
    story.at(28_000, Kind::ChildOutOfMemory { instance: InstanceId(3), need: Some(Memory::from_mib(505)) });
    story.at(28_500, Kind::Notice { text: "request 44 was slow".into() });
    story.request(29_000, 45, 20, app(500));
}
