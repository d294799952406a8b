//! Arbitrary events of every kind, for property tests.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use proptest::prelude::*;

use crate::event::{
    Asker, Cache, CacheSize, ClientKind, Ending, Event, Exit, ExitCause, Finish, Gate, GaugeValue, Gauges, Header,
    Hold, InstanceId, Kind, LoadFailure, LoadReport, Losses, Lost, Part, Phase, PhaseRole, Request, RequestId, Sample,
    SampleSource, Share, ShareLevel, ShareWhy, Shortfall, Spread, State, Why,
};
use crate::profile::{Billing, Cause, Charge, UsageRates};
use crate::spec::example::{example, machine};
use crate::units::{Amount, Elapsed, Memory, Meter, Millicores, Money};

/// Any event. Numbers stay within what a database column holds.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    (0..u64::MAX / 2, elapsed(), kind()).prop_map(|(seq, at, kind)| Event { seq, at, kind })
}

/// A kind of any sort.
pub(crate) fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![about_instance(), about_visitors(), about_the_run()]
}

fn about_instance() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (state(), state(), why()).prop_map(|(from, to, why)| Kind::State { from, to, why }),
        Just(Kind::PlatformReady),
        instance().prop_map(|instance| Kind::Created { instance }),
        instance().prop_map(|instance| Kind::Started { instance }),
        instance().prop_map(|instance| Kind::PortOpen { instance }),
        instance().prop_map(|instance| Kind::Ready { instance }),
        exit().prop_map(Kind::Exited),
        (instance(), any::<Option<u32>>()).prop_map(|(instance, need)| Kind::ChildOutOfMemory {
            instance,
            need: need.map(|bytes| Memory::from_bytes(bytes.into())),
        }),
        instance().prop_map(|instance| Kind::Removed { instance }),
        losses().prop_map(|losses| Kind::Losses(Box::new(losses))),
        (instance(), any::<String>()).prop_map(|(instance, reason)| Kind::HealthFailed { instance, reason }),
        instance().prop_map(|instance| Kind::HealthRecovered { instance }),
        sample().prop_map(|sample| Kind::Sample(Box::new(sample))),
        share().prop_map(Kind::Share),
        gauges().prop_map(|gauges| Kind::Gauges(Box::new(gauges))),
        (instance(), any::<bool>(), any::<String>()).prop_map(|(instance, stderr, line)| Kind::Log {
            instance,
            stderr,
            line
        }),
    ]
}

fn losses() -> impl Strategy<Value = Losses> {
    let size = || any::<u32>().prop_map(|bytes| Memory::from_bytes(bytes.into()));
    let lost = (any::<String>(), proptest::option::of(size())).prop_map(|(path, size)| Lost { path, size });
    let largest = proptest::collection::vec(lost, 0..3);
    (instance(), any::<u32>(), size(), largest).prop_map(|(instance, count, size, largest)| Losses {
        instance,
        count: count.into(),
        size,
        largest,
    })
}

fn about_visitors() -> impl Strategy<Value = Kind> {
    prop_oneof![
        any::<Option<u64>>().prop_map(|by| Kind::WakeAsked { by: by.map(RequestId) }),
        gate().prop_map(Kind::Gate),
        request().prop_map(|request| Kind::Request(Box::new(request))),
    ]
}

fn about_the_run() -> impl Strategy<Value = Kind> {
    prop_oneof![
        header().prop_map(|header| Kind::Header(Box::new(header))),
        any::<String>().prop_map(|address| Kind::Listening { address }),
        any::<String>().prop_map(|line| Kind::Platform { line }),
        any::<String>().prop_map(|text| Kind::Notice { text }),
        any::<String>().prop_map(|text| Kind::Mark { text }),
        phase().prop_map(|phase| Kind::Phase(Box::new(phase))),
        load().prop_map(|load| Kind::Load(Box::new(load))),
        finish().prop_map(Kind::Finished),
    ]
}

fn header() -> impl Strategy<Value = Header> {
    (any::<String>(), any::<Option<String>>(), prop::option::of(part()), 1..200_u32, usage()).prop_map(
        |(run, name, part, warp, usage)| {
            let mut spec = example();
            spec.warp = warp;
            spec.plan.price.usage = usage;
            let (emu_version, started) = ("0.1.0".to_owned(), "2026-11-22T16:18:00+00:00".to_owned());
            Header { run, name, part, emu_version, started, machine: machine(), spec }
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    (any::<String>(), any::<String>(), any::<u32>(), elapsed()).prop_map(|(of, arm, round, platform_delay)| Part {
        of,
        arm,
        round,
        platform_delay,
    })
}

fn phase() -> impl Strategy<Value = Phase> {
    let role = prop::sample::select(vec![PhaseRole::Check, PhaseRole::WarmUp, PhaseRole::Measure]);
    (any::<String>(), role, any::<String>(), any::<Option<u32>>()).prop_map(|(name, role, what, users)| Phase {
        name,
        role,
        what,
        users,
    })
}

fn load() -> impl Strategy<Value = LoadReport> {
    let counts = (0..u64::MAX / 4, 0..u64::MAX / 4, 0..u64::MAX / 4, any::<u32>());
    let failures = prop::collection::btree_map(load_failure(), 1..1_000_000_u64, 0..4);
    let spreads = (spread(), spread(), spread(), spread());
    let shortfall = prop::option::of(prop::sample::select(vec![Shortfall::Generator, Shortfall::App]));
    let rest = (elapsed(), elapsed(), prop::option::of(0_u32..1_000_000), shortfall, any::<Option<i32>>());
    (counts, failures, spreads, rest).prop_map(|(counts, failures, spreads, rest)| {
        let (due, answered, unsent, drained) = counts;
        let (warm, cold, service, late) = spreads;
        let (lasted, generator_cpu, asked, shortfall, command_exit) = rest;
        LoadReport {
            due,
            answered,
            failures,
            unsent,
            drained: drained.into(),
            lasted,
            asked_per_second: asked.map(|asked| f64::from(asked) / 8.0),
            warm,
            cold,
            service,
            late,
            generator_cpu,
            shortfall,
            command_exit,
        }
    })
}

fn load_failure() -> impl Strategy<Value = LoadFailure> {
    prop_oneof![
        (100..600_u16).prop_map(LoadFailure::Status),
        Just(LoadFailure::Body),
        Just(LoadFailure::Raised),
        Just(LoadFailure::NotCompiled),
        Just(LoadFailure::NotOffered),
        Just(LoadFailure::Refused),
        Just(LoadFailure::Cut),
        Just(LoadFailure::TimedOut),
        Just(LoadFailure::GivenUp),
    ]
}

fn spread() -> impl Strategy<Value = Spread> {
    prop::collection::vec((0..u64::MAX / 2, 1..1_000_000_u64), 0..5).prop_map(Spread)
}

fn usage() -> impl Strategy<Value = Option<UsageRates>> {
    let charge = (prop::sample::select(Meter::ALL), any::<Option<u64>>(), any::<bool>()).prop_map(charge);
    let charges = prop::collection::vec(charge, 1..4);
    prop::option::of((any::<u64>(), charges).prop_map(|(included, charges)| UsageRates {
        included: Money::from_micros(included),
        charges: charges.into_iter().collect(),
    }))
}

fn charge((meter, free, billed): (Meter, Option<u64>, bool)) -> (Meter, Charge) {
    let unit = meter.example();
    let rate = format!("$0.0000025 / {unit}").parse().expect("a rate that the units read");
    let free = free.map(|millionths| Amount::from_millionths(millionths, unit));
    (meter, Charge { rate, free, billed: billed.then_some(Billing::Serving) })
}

fn exit() -> impl Strategy<Value = Exit> {
    let cause = prop::sample::select(vec![
        ExitCause::Finished,
        ExitCause::Crashed,
        ExitCause::OutOfMemory,
        ExitCause::Stopped,
        ExitCause::KilledFromOutside,
    ]);
    let bank = prop::option::of(elapsed());
    (instance(), any::<i32>(), cause, prop::option::of(memory()), any::<bool>(), any::<Option<u64>>(), bank).prop_map(
        |(instance, code, cause, need, engine_says_oom, kernel_oom_kills, bank)| Exit {
            instance,
            code,
            cause,
            need,
            engine_says_oom,
            kernel_oom_kills,
            bank,
        },
    )
}

fn share() -> impl Strategy<Value = Share> {
    let level = prop::sample::select(vec![ShareLevel::Withheld, ShareLevel::Guaranteed, ShareLevel::Burst]);
    let why = prop::sample::select(vec![
        ShareWhy::Begin,
        ShareWhy::BankEmpty,
        ShareWhy::BankFilled,
        ShareWhy::Request,
        ShareWhy::Health,
        ShareWhy::NoRequest,
        ShareWhy::Stop,
    ]);
    (instance(), level, any::<u32>(), why, prop::option::of(elapsed())).prop_map(
        |(instance, level, share, why, bank)| Share { instance, level, share: Millicores::new(share), why, bank },
    )
}

fn gauges() -> impl Strategy<Value = Gauges> {
    let size = prop_oneof![memory().prop_map(CacheSize::Bytes), any::<u64>().prop_map(CacheSize::Entries)];
    let cache = (any::<String>(), size).prop_map(|(name, holds)| Cache { name, holds });
    let value = (any::<String>(), any::<i32>(), any::<String>());
    let value = value.prop_map(|(name, value, unit)| GaugeValue { name, value: f64::from(value) / 8.0, unit });
    let lists = (prop::collection::vec(cache, 0..3), prop::collection::vec(value, 0..3));
    (any::<(u64, u64, u64, u64)>(), any::<Option<u64>>(), lists).prop_map(
        |((sockets, messages, pings, held), users, (caches, values))| Gauges {
            sockets,
            messages,
            pings,
            held,
            users,
            caches,
            values,
        },
    )
}

fn sample() -> impl Strategy<Value = Sample> {
    let source = prop::sample::select(vec![SampleSource::CgroupV1, SampleSource::CgroupV2, SampleSource::EngineStream]);
    let sizes = (memory(), memory(), prop::option::of(memory()), memory());
    let work = (elapsed(), any::<u64>(), any::<u64>(), elapsed());
    let counts = (any::<Option<u32>>(), any::<Option<u64>>(), any::<Option<u64>>(), any::<Option<u32>>());
    (instance(), source, sizes, work, counts).prop_map(
        |(instance, source, (usage, need, shared, swap), (cpu, periods, throttled_periods, throttled), counts)| {
            let (pids, kills, sent, open_files) = counts;
            Sample {
                instance,
                source,
                usage,
                need,
                shared,
                swap,
                cpu,
                periods,
                throttled_periods,
                throttled,
                pids,
                oom_kills: kills,
                sent,
                open_files,
            }
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let client = prop::sample::select(vec![ClientKind::Browser, ClientKind::Websocket, ClientKind::Client]);
    let asker = prop_oneof![any::<String>().prop_map(Asker::Monitor), any::<String>().prop_map(Asker::Tool)];
    let client = (client, prop::option::of(asker));
    let head = (any::<u64>(), elapsed(), any::<String>(), any::<String>(), client);
    let times = (elapsed(), prop::option::of(elapsed()), elapsed());
    (head, any::<Option<u16>>(), ending(), times, any::<u64>(), any::<u64>()).prop_map(
        |(
            (id, arrived, method, path, (client, asker)),
            status,
            ending,
            (held, first_byte, total),
            bytes_in,
            bytes_out,
        )| {
            Request {
                id: RequestId(id),
                arrived,
                method,
                path,
                client,
                asker,
                status,
                ending,
                held,
                first_byte,
                total,
                bytes_in,
                bytes_out,
            }
        },
    )
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::App),
        cause().prop_map(Ending::Platform),
        Just(Ending::StandIn),
        cause().prop_map(Ending::Cut),
        Just(Ending::ClientLeft),
    ]
}

fn gate() -> impl Strategy<Value = Gate> {
    prop_oneof![
        any::<(u32, u16)>()
            .prop_map(|(ip, port)| Gate::Open(SocketAddr::new(IpAddr::V4(Ipv4Addr::from_bits(ip)), port))),
        prop::sample::select(vec![Hold::Asleep, Hold::Waking, Hold::Booting]).prop_map(Gate::Hold),
        cause().prop_map(Gate::Refuse),
    ]
}

fn finish() -> impl Strategy<Value = Finish> {
    prop_oneof![
        Just(Finish::Completed),
        Just(Finish::Interrupted),
        any::<String>().prop_map(Finish::NeverServed),
        any::<String>().prop_map(Finish::GivenUp),
        any::<String>().prop_map(Finish::EngineFailed),
        any::<String>().prop_map(Finish::Invalid),
    ]
}

fn cause() -> impl Strategy<Value = Cause> {
    prop::sample::select(example().answers.keys().copied().collect::<Vec<_>>())
}

fn state() -> impl Strategy<Value = State> {
    prop::sample::select(vec![
        State::Asleep,
        State::Starting,
        State::Serving,
        State::Draining,
        State::Stopping,
        State::Backoff,
        State::Suspended,
        State::Gone,
    ])
}

fn why() -> impl Strategy<Value = Why> {
    prop::sample::select(vec![
        Why::Begin,
        Why::Wake,
        Why::Ready,
        Why::Idle,
        Why::Crashed,
        Why::OutOfMemory,
        Why::KilledFromOutside,
        Why::BootTimeout,
        Why::Unhealthy,
        Why::Healthy,
        Why::Scheduled,
        Why::Asked,
        Why::BackoffOver,
        Why::Stopped,
        Why::QuotaSpent,
        Why::EngineFailed,
        Why::End,
    ])
}

fn instance() -> impl Strategy<Value = InstanceId> {
    any::<u32>().prop_map(InstanceId)
}

fn memory() -> impl Strategy<Value = Memory> {
    (0..1_u64 << 50).prop_map(Memory::from_bytes)
}

fn elapsed() -> impl Strategy<Value = Elapsed> {
    (0..u64::MAX / 2).prop_map(Elapsed::from_micros)
}
