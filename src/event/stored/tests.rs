use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::strategies::{event, kind};
use super::*;
use crate::event::{
    Cache, CacheSize, ClientKind, Ending, GaugeValue, Gauges, InstanceId, Request, RequestId, Sample, Share,
    ShareLevel, ShareWhy, State, Why,
};
use crate::profile::Cause;
use crate::units::{Memory, Millicores};

proptest! {
    #[test]
    fn every_event_survives_being_stored_as_a_line(event in event()) {
        let line = serde_json::to_string(&encode(&event)).unwrap();
        let stored: StoredEvent = serde_json::from_str(&line).unwrap();
        let mut decoder = Decoder::new(VERSION).unwrap();
        prop_assert_eq!(decoder.decode(&stored).unwrap(), Some(event));
    }

    #[test]
    fn no_text_makes_the_reader_panic(kind in "[a-z-]{1,12}", body in any::<String>()) {
        let Ok(body) = RawValue::from_string(body) else { return Ok(()) };
        let stored = StoredEvent { seq: 1, at_us: 1, kind, body };
        let _ = Decoder::new(VERSION).unwrap().decode(&stored);
    }
}

#[test]
fn the_strategies_reach_every_kind() {
    let mut runner = TestRunner::deterministic();
    let seen: BTreeSet<&str> =
        (0..2_000).map(|_| kind_name(&kind().new_tree(&mut runner).unwrap().current())).collect();
    assert_eq!(seen.len(), 27, "{seen:?}");
}

#[test]
fn the_reference_page_describes_every_kind() {
    let page = include_str!("../../../docs/reference/json.md");
    let mut runner = TestRunner::deterministic();
    for _ in 0..2_000 {
        let name = kind_name(&kind().new_tree(&mut runner).unwrap().current());
        assert!(page.contains(&format!("| `{name}` |")), "docs/reference/json.md has no row for `{name}`");
    }
}

/// A run that an emu without prices by use recorded.
#[test]
fn a_run_from_before_there_were_prices_by_use_still_reads() {
    let mut lines = include_str!("../../../tests/fixtures/readme-run.jsonl").lines();
    let line = lines.nth(1).unwrap();
    assert!(line.contains(r#""price":{"monthly":"$0","note":"#) && !line.contains("usage"), "{line}");
    let stored: StoredEvent = serde_json::from_str(line).unwrap();
    let event = Decoder::new(VERSION).unwrap().decode(&stored).unwrap().unwrap();
    let Kind::Header(header) = event.kind else { panic!("the first event is the header") };
    assert_eq!(header.spec.plan.price.usage, None);
}

#[test]
fn a_newer_major_version_is_refused_with_what_to_do() {
    let error = Decoder::new(Version { major: 2, minor: 0 }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the run is stored in format 2.0, this emu reads format 1.x; use a newer emu to read it"
    );
}

#[test]
fn what_a_newer_minor_version_added_is_skipped_and_counted() {
    let mut decoder = Decoder::new(Version { major: 1, minor: VERSION.minor + 1 }).unwrap();
    let kind = stored("teleported", r#"{"to":"mars"}"#);
    let word = stored("state", r#"{"from":"asleep","to":"dreaming","why":"wake"}"#);
    let field = stored("ready", r#"{"instance":1,"mood":"good"}"#);
    assert_eq!(decoder.decode(&kind).unwrap(), None);
    assert_eq!(decoder.decode(&word).unwrap(), None);
    assert!(decoder.decode(&field).unwrap().is_some());
    assert_eq!(decoder.skipped(), 2);
}

#[test]
fn an_unknown_kind_in_a_known_version_is_an_error() {
    let error = Decoder::new(VERSION).unwrap().decode(&stored("teleported", "{}")).unwrap_err();
    assert_eq!(error.to_string(), "event 7 is of the unknown kind `teleported`");
}

#[test]
fn a_version_that_is_none_says_what_was_expected() {
    let error = "one".parse::<Version>().unwrap_err();
    assert_eq!(error.to_string(), "found `one`, expected a format version such as `1.5`");
    assert_eq!("3.14".parse(), Ok(Version { major: 3, minor: 14 }));
}

#[test]
fn the_stored_form_is_exactly_this() {
    let lines: Vec<String> = [
        Kind::State { from: State::Asleep, to: State::Starting, why: Why::Wake },
        Kind::WakeAsked { by: Some(RequestId(4)) },
        Kind::PlatformReady,
        Kind::ChildOutOfMemory { instance: InstanceId(1), need: Some(Memory::from_mib(512)) },
        Kind::Log { instance: InstanceId(1), stderr: false, line: "hello".into() },
        Kind::Sample(Box::new(small_sample())),
        Kind::Request(Box::new(request())),
        Kind::Share(share()),
        Kind::Gauges(Box::new(gauges())),
        Kind::Finished(crate::event::Finish::GivenUp("suspended".into())),
    ]
    .into_iter()
    .map(|kind| serde_json::to_string(&encode(&Event { seq: 1, at: Elapsed::from_millis(20), kind })).unwrap())
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @r###"
    {"seq":1,"at_us":20000,"kind":"state","body":{"from":"asleep","to":"starting","why":"wake"}}
    {"seq":1,"at_us":20000,"kind":"wake-asked","body":{"by":4}}
    {"seq":1,"at_us":20000,"kind":"platform-ready","body":{}}
    {"seq":1,"at_us":20000,"kind":"child-out-of-memory","body":{"instance":1,"need":"512 MiB"}}
    {"seq":1,"at_us":20000,"kind":"log","body":{"i":1,"l":"hello"}}
    {"seq":1,"at_us":20000,"kind":"sample","body":{"i":1,"s":"cgroup-v2","u":100,"n":90,"c":5}}
    {"seq":1,"at_us":20000,"kind":"request","body":{"n":1000,"a":3000000,"m":"GET","p":"/reports","c":"browser","s":503,"e":{"platform":"waking"},"f":350,"t":400,"o":2048}}
    {"seq":1,"at_us":20000,"kind":"share","body":{"instance":1,"level":"guaranteed","share":"0.063 CPU","why":"bank-empty","bank_us":0}}
    {"seq":1,"at_us":20000,"kind":"gauges","body":{"sockets":2,"messages":40,"pings":3,"held":1,"users":2,"caches":[{"name":"load","holds":{"bytes":"50 MiB"}},{"name":"rows","holds":{"entries":7}}],"values":[{"name":"queue","value":0.5,"unit":"seconds"}]}}
    {"seq":1,"at_us":20000,"kind":"finished","body":{"given-up":"suspended"}}
    "###);
}

#[test]
fn the_frequent_kinds_stay_small() {
    assert!(encode(&event_of(Kind::Sample(Box::new(full_sample())))).body.get().len() <= 160);
    assert!(encode(&event_of(Kind::Request(Box::new(request())))).body.get().len() <= 140);
}

fn stored(kind: &str, body: &str) -> StoredEvent {
    StoredEvent { seq: 7, at_us: 1, kind: kind.into(), body: RawValue::from_string(body.into()).unwrap() }
}

fn event_of(kind: Kind) -> Event {
    Event { seq: 1, at: Elapsed::ZERO, kind }
}

fn share() -> Share {
    Share {
        instance: InstanceId(1),
        level: ShareLevel::Guaranteed,
        share: Millicores::new(63),
        why: ShareWhy::BankEmpty,
        bank: Some(Elapsed::ZERO),
    }
}

fn gauges() -> Gauges {
    Gauges {
        sockets: 2,
        messages: 40,
        pings: 3,
        held: 1,
        users: Some(2),
        caches: vec![
            Cache { name: "load".into(), holds: CacheSize::Bytes(Memory::from_mib(50)) },
            Cache { name: "rows".into(), holds: CacheSize::Entries(7) },
        ],
        values: vec![GaugeValue { name: "queue".into(), value: 0.5, unit: "seconds".into() }],
    }
}

fn small_sample() -> Sample {
    Sample {
        usage: Memory::from_bytes(100),
        cpu: Elapsed::from_micros(5),
        ..Sample::of_need(InstanceId(1), Memory::from_bytes(90))
    }
}

fn full_sample() -> Sample {
    Sample {
        usage: Memory::from_mib(500),
        need: Memory::from_mib(400),
        shared: Some(Memory::from_mib(12)),
        cpu: Elapsed::from_secs(1_000),
        periods: 100_000,
        throttled_periods: 50_000,
        throttled: Elapsed::from_secs(900),
        pids: Some(12),
        oom_kills: Some(1),
        sent: Some(100_000),
        open_files: Some(20_000),
        ..small_sample()
    }
}

fn request() -> Request {
    Request {
        id: RequestId(1_000),
        arrived: Elapsed::from_secs(3),
        method: "GET".into(),
        path: "/reports".into(),
        client: ClientKind::Browser,
        asker: None,
        status: Some(503),
        ending: Ending::Platform(Cause::Waking),
        held: Elapsed::ZERO,
        first_byte: Some(Elapsed::from_micros(350)),
        total: Elapsed::from_micros(400),
        bytes_in: 0,
        bytes_out: 2_048,
    }
}
