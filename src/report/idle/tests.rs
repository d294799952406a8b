use super::*;
use crate::event::{Asker, Ending, Gauges, Header, InstanceId, Kind, Request, RequestId, Sample, State, Why};
use crate::report::Fold;
use crate::report::story::{Story, header};
use crate::spec::SleepRules;
use crate::units::Memory;

const MINUTE: u64 = 60_000;

/// A plan that sleeps after 15 minutes without `counts`, and allows 750 hours.
fn plan(counts: &[IdleSignal]) -> Header {
    let mut header = header();
    let after = Elapsed::from_secs(15 * 60);
    header.spec.sleep = Some(SleepRules { after, check_every: Elapsed::ZERO, counts: counts.to_vec() });
    header.spec.quota.hours = Some(750);
    header.spec.warp = 1;
    header
}

fn begin(header: Header) -> Story {
    let mut story = Story(Vec::new());
    story.at(0, Kind::Header(Box::new(header)));
    story.state(0, State::Starting, State::Serving, Why::Ready);
    story
}

fn ask(story: &mut Story, at: u64, path: &str) {
    ask_as(story, at, path, None);
}

fn ask_as(story: &mut Story, at: u64, path: &str, asker: Option<Asker>) {
    let request = Request {
        id: RequestId(1),
        arrived: Elapsed::from_millis(at),
        method: "GET".into(),
        path: path.into(),
        client: ClientKind::Client,
        asker,
        status: Some(200),
        ending: Ending::App,
        held: Elapsed::ZERO,
        first_byte: Some(Elapsed::from_millis(1)),
        total: Elapsed::from_millis(2),
        bytes_in: 0,
        bytes_out: 2,
    };
    story.at(at + 2, Kind::Request(Box::new(request)));
}

fn sample() -> Sample {
    Sample::of_need(InstanceId(1), Memory::from_mib(40))
}

fn gauges(story: &mut Story, at: u64, [sockets, messages, pings]: [u64; 3]) {
    story.at(at, Kind::Gauges(Box::new(Gauges { sockets, messages, pings, ..Gauges::default() })));
}

fn told(story: &Story) -> Idle {
    let mut fold = Fold::new();
    story.0.iter().for_each(|event| fold.add(event));
    fold.summary().idle
}

const USUAL: &[IdleSignal] = &[IdleSignal::Request, IdleSignal::WebsocketMessage];

#[test]
fn a_monitor_is_the_only_reason_and_a_month_of_it_is_told() {
    let mut story = begin(plan(USUAL));
    for at in 0..12 {
        ask(&mut story, at * 5 * MINUTE, "/health");
    }
    ask(&mut story, 7 * MINUTE, "/");
    story.state(60 * MINUTE, State::Serving, State::Stopping, Why::End);
    let idle = told(&story);
    let health = &idle.causes[0];
    assert_eq!((health.count, health.every), (12, Some(Elapsed::from_secs(300))));
    assert_eq!(health.kept, Elapsed::from_secs(3_600));
    assert_eq!(health.alone.millis() / 1_000, 2_699, "the visitor's 15 minutes were not its alone");
    assert_eq!(idle.causes[1].alone, Elapsed::ZERO);
    assert_eq!(idle.hours, Some(Hours { allowed: 750, in_a_month: Some(730) }));
}

#[test]
fn an_open_but_silent_tab_keeps_awake_only_where_its_pings_or_its_socket_count() {
    let with = |counts: &[IdleSignal]| {
        let mut story = begin(plan(counts));
        gauges(&mut story, 1_000, [1, 0, 0]);
        for ping in 1..=60 {
            gauges(&mut story, ping * 30_000, [1, 0, ping * 2]);
        }
        story.state(40 * MINUTE, State::Serving, State::Stopping, Why::End);
        told(&story)
    };
    let usual = with(USUAL);
    assert_eq!(usual.causes, []);
    assert_eq!(usual.ignored[&IdleSignal::WebsocketPing], 120);
    let pings = with(&[IdleSignal::Request, IdleSignal::WebsocketPing]);
    assert_eq!(pings.causes[0].sign, Sign::Pings);
    assert_eq!(pings.causes[0].every, Some(Elapsed::from_secs(30)));
    let open = with(&[IdleSignal::WebsocketOpen]);
    assert_eq!(open.causes[0].sign, Sign::OpenSockets);
    assert_eq!(open.causes[0].kept, Elapsed::from_secs(40 * 60 - 1));
}

#[test]
fn the_time_asleep_is_nobodys_and_takes_no_hours() {
    let mut story = begin(plan(USUAL));
    ask(&mut story, 0, "/");
    story.state(15 * MINUTE, State::Serving, State::Stopping, Why::Idle);
    story.state(15 * MINUTE, State::Stopping, State::Asleep, Why::Stopped);
    story.state(60 * MINUTE, State::Asleep, State::Gone, Why::End);
    let idle = told(&story);
    assert_eq!(idle.causes[0].kept, Elapsed::from_secs(15 * 60));
    assert_eq!(idle.hours.and_then(|hours| hours.in_a_month), Some(183), "a quarter of 730 hours");
}

#[test]
fn a_warped_run_says_nothing_about_a_month_and_a_plan_that_never_sleeps_has_no_causes() {
    let mut warped = plan(USUAL);
    warped.spec.warp = 10;
    let mut story = begin(warped);
    ask(&mut story, 0, "/");
    assert_eq!(told(&story).hours.and_then(|hours| hours.in_a_month), None);
    let mut never = plan(USUAL);
    never.spec.sleep = None;
    let mut story = begin(never);
    ask(&mut story, 0, "/");
    let idle = told(&story);
    assert!(idle.causes.is_empty() && idle.ignored.is_empty() && idle.after.is_none());
}

#[test]
fn people_have_no_rhythm() {
    let mut story = begin(plan(USUAL));
    for at in [0, 1, 9, 11, 20, 31] {
        ask(&mut story, at * MINUTE, "/");
    }
    assert_eq!(told(&story).causes[0].every, None);
}

#[test]
fn whoever_says_who_they_are_is_named_and_the_rest_has_a_rhythm_at_most() {
    let mut story = begin(plan(USUAL));
    let (monitor, tool) = (Asker::Monitor("UptimeRobot".into()), Asker::Tool("curl".into()));
    for at in 0..6 {
        ask_as(&mut story, at * 5 * MINUTE, "/health", Some(monitor.clone()));
        ask(&mut story, (at * 5 + 1) * MINUTE, "/health");
        ask_as(&mut story, (at * 5 + 2) * MINUTE, "/", Some(tool.clone()));
    }
    ask(&mut story, 29 * MINUTE, "/once");
    let mut fold = Fold::new();
    story.0.iter().for_each(|event| fold.add(event));
    let text = crate::report::text(&[crate::report::idle(&fold.summary())], 120);
    for line in [
        "GET /health (monitor: UptimeRobot)",
        "GET /health (a client with a rhythm) ",
        "GET / (a client with a rhythm: curl)",
        "GET /once (a client) ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn packets_that_an_app_sends_keep_it_awake_where_they_count() {
    let with = |counts: &[IdleSignal]| {
        let mut story = begin(plan(counts));
        // Telemetry: every four minutes two samples in which the count has grown, and one in which it has not.
        for round in 0..6_u64 {
            for (late, sent) in [(0, 5), (400, 8), (60_000, 8)] {
                let sample = Sample { sent: Some(round * 8 + sent), ..sample() };
                story.at(round * 4 * MINUTE + late, Kind::Sample(Box::new(sample)));
            }
        }
        story.state(40 * MINUTE, State::Serving, State::Stopping, Why::Idle);
        told(&story)
    };
    let idle = with(&[IdleSignal::Outbound]);
    let packets = &idle.causes[0];
    assert_eq!((&packets.sign, packets.count, packets.every), (&Sign::Packets, 48, Some(Elapsed::from_secs(240))));
    assert_eq!(packets.kept.millis(), (20 + 15) * MINUTE + 400);
    let usual = with(USUAL);
    assert!(usual.causes.is_empty() && usual.ignored.is_empty());
}
