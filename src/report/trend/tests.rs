#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the figures of a tale are small"
)]

use proptest::prelude::*;

use super::*;
use crate::event::{Kind, Phase, PhaseRole, Request, Sample};
use crate::report::story::Story;
use crate::report::{Fold, Summary};

const MIB: f64 = 1_048_576.0;
const MINUTE: u64 = 60;

/// A run whose need, in MiB, is a function of the seconds of one phase.
struct Told {
    seconds: u64,
    need: Box<dyn FnMut(f64) -> f64>,
    /// Requests in each second.
    rate: fn(u64) -> u64,
    /// Sockets that open in each second and stay to the end.
    opens: fn(u64) -> u64,
}

fn told(seconds: u64, need: impl FnMut(f64) -> f64 + 'static) -> Told {
    Told { seconds, need: Box::new(need), rate: |_| 2, opens: |_| 0 }
}

impl Told {
    fn summary(mut self) -> Summary {
        let mut story = Story::begin();
        story.boot(5, 1);
        let phase = Phase {
            name: "reading".into(),
            role: PhaseRole::Measure,
            what: "2 requests per second".into(),
            users: None,
        };
        story.at(2_000, Kind::Phase(Box::new(phase)));
        let (mut id, mut sockets) = (0, Vec::new());
        for second in 0..self.seconds {
            let at = 2_000 + second * 1_000;
            for _ in 0..(self.rate)(second) {
                id += 1;
                story.request(at, id, 10, crate::report::story::app(200));
            }
            sockets.extend((0..(self.opens)(second)).map(|_| at));
            let mib = (self.need)(second as f64);
            story.sample(at, 1, 0, [0, 0, 0]);
            need_of_last(&mut story, mib);
        }
        let end = 2_000 + self.seconds * 1_000;
        for opened in sockets {
            id += 1;
            story.request(end, id, end - opened, crate::report::story::app(101));
            websocket_of_last(&mut story);
        }
        story.at(end, Kind::Load(Box::default()));
        let mut fold = Fold::new();
        story.0.iter().for_each(|event| fold.add(event));
        fold.summary()
    }

    fn trend(self) -> Trend {
        self.summary().trend().unwrap().clone()
    }
}

fn need_of_last(story: &mut Story, mib: f64) {
    let Some(Kind::Sample(sample)) = story.0.last_mut().map(|event| &mut event.kind) else { return };
    let sample: &mut Sample = sample;
    sample.need = Memory::from_bytes((mib * MIB) as u64);
}

fn websocket_of_last(story: &mut Story) {
    let Some(Kind::Request(request)) = story.0.last_mut().map(|event| &mut event.kind) else { return };
    let request: &mut Request = request;
    request.client = crate::event::ClientKind::Websocket;
}

/// Numbers between -1 and 1 that look like chance (Knuth's MMIX generator).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 30) - 1.0
    }
}

/// A need that climbs, is collected, and climbs again.
fn sawtooth(time: f64, period: f64, height: f64) -> f64 {
    150.0 + height * (time / period).fract()
}

#[test]
fn a_leak_is_told_with_its_rate_and_the_time_to_the_kill() {
    let mut chance = noise(7);
    let trend = told(10 * MINUTE, move |time| 112.0 + time / 60.0 + 2.0 * chance()).trend();
    assert_eq!(trend.kind, TrendKind::Leak);
    let growth = trend.growth.unwrap();
    assert!((growth.bytes_per_hour as f64 / MIB - 60.0).abs() < 6.0, "{growth:?}");
    assert!(growth.low_bytes_per_hour as f64 <= 60.0 * MIB && growth.high_bytes_per_hour as f64 >= 60.0 * MIB);
    // 400 MiB of room at 1 MiB a minute.
    let limit = trend.limit.unwrap();
    assert!((limit.after.secs_f64() / 60.0 - 400.0).abs() < 40.0, "{limit:?}");
    assert!(limit.soonest < limit.after && limit.after < limit.latest);
    // 120 requests a minute.
    assert!((trend.per_request.unwrap().bytes() as f64 - MIB / 120.0).abs() < 1_000.0, "{trend:?}");
}

#[test]
fn what_is_said_of_each_shape() {
    let mut chance = noise(3);
    let shapes: Vec<(&str, Told)> = vec![
        ("leak", told(600, |time| 112.0 + time / 60.0)),
        ("steady", told(600, move |_| 200.0 + chance())),
        ("collected", told(600, |time| sawtooth(time, 11.0, 40.0))),
        ("logarithm", told(600, |time| 100.0 + 20.0 * (1.0 + time / 5.0).ln())),
        ("plateau", told(600, |time| 100.0 + 80.0 * (1.0 - (-time / 150.0).exp()))),
        ("cache", told(600, |time| if time < 300.0 { 120.0 } else { 220.0 })),
        ("falling", told(600, |time| 300.0 - time / 10.0)),
        ("comes and goes", told(600, |time| sawtooth(time, 290.0, 40.0))),
        ("a little", told(60, |time| 112.0 + time / 100.0)),
        ("ramp", Told { rate: |second| second / 20, ..told(600, |time| 112.0 + time / 60.0) }),
        ("visitors", Told { opens: |second| u64::from(second % 20 == 0), ..told(600, |time| 112.0 + time / 60.0) }),
        ("a minute", told(60, |time| 112.0 + time)),
        ("short", told(50, |time| 112.0 + time)),
        ("far ahead", told(120, |time| 40.0 + time / 60.0)),
        ("to the limit", told(600, |time| (400.0 + time / 3.0).min(512.0))),
    ];
    let said: Vec<String> =
        shapes.into_iter().map(|(shape, told)| format!("{shape}: {}", sentence(&told.trend()))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_leak_ends_in_an_advice_that_names_the_time_a_restart_has() {
    let summary = told(600, |time| 112.0 + time / 60.0).summary();
    let advice = summary.advice.iter().find(|advice| advice.rule == crate::report::AdviceRule::Leak).unwrap();
    insta::assert_snapshot!(format!("{}\n-> {}", advice.seen, advice.action));
    assert!(summary.to_string().contains("trend: a leak in `reading`, 60.0 MiB an hour"), "{summary}");
}

/// Three instances in one phase, each killed: every one begins anew, and none of them is a fall of need.
#[test]
fn each_instance_is_looked_at_on_its_own() {
    let mut story = Story::begin();
    let phase = Phase { name: "reading".into(), role: PhaseRole::Measure, what: String::new(), users: None };
    story.at(3, Kind::Phase(Box::new(phase)));
    for life in 0..3_u32 {
        let from = u64::from(life) * 120_000;
        story.boot(from + 10, life + 1);
        (2..100).for_each(|second| {
            story.sample(from + second * 1_000, life + 1, 100 + second * 4, [0, 0, 0]);
        });
        story.exit(from + 101_000, life + 1, (137, crate::event::ExitCause::OutOfMemory), None);
    }
    let mut fold = Fold::new();
    story.0.iter().for_each(|event| fold.add(event));
    let kinds: Vec<TrendKind> = fold.summary().trends.iter().map(|trend| trend.kind).collect();
    assert_eq!(kinds, [TrendKind::Leak; 3]);
}

/// Before the first healthy answer, in a warm-up and after the last answer, growth is no leak.
#[test]
fn only_what_counts_is_looked_at() {
    let mut story = Story::begin();
    story.boot(5, 1);
    let phase = |role| Kind::Phase(Box::new(Phase { name: "first".into(), role, what: String::new(), users: None }));
    story.at(2_000, phase(PhaseRole::WarmUp));
    (2..200).for_each(|second| {
        story.sample(second * 1_000, 1, second, [0, 0, 0]);
    });
    story.at(200_000, phase(PhaseRole::Measure));
    story.at(200_001, Kind::Load(Box::default()));
    (201..400).for_each(|second| {
        story.sample(second * 1_000, 1, second, [0, 0, 0]);
    });
    let mut fold = Fold::new();
    story.0.iter().for_each(|event| fold.add(event));
    assert_eq!(fold.summary().trends, []);
}

/// Out of 300 runs of noise alone, so many are called leaks.
fn false_alarms(mut need: impl FnMut(u64) -> Box<dyn FnMut(f64) -> f64>) -> usize {
    let leaks = (0..300).filter(|seed| told(300, need(*seed)).trend().kind == TrendKind::Leak);
    leaks.count()
}

#[test]
fn noise_is_rarely_called_a_leak() {
    let plain = false_alarms(|seed| {
        let mut chance = noise(seed);
        Box::new(move |_| 200.0 + 20.0 * chance())
    });
    // Each value clings to the one before, as a heap does; its memory is some ten seconds long.
    let clinging = false_alarms(|seed| {
        let (mut chance, mut now) = (noise(seed), 0.0);
        Box::new(move |_| {
            now = 0.9 * now + 5.0 * chance();
            200.0 + now
        })
    });
    let collected = false_alarms(|seed| {
        let mut chance = noise(seed);
        let (period, height) = (20.0 + 18.0 * chance(), 40.0 + 30.0 * chance());
        Box::new(move |time| sawtooth(time + period, period, height) + chance())
    });
    assert!(plain <= 3 && clinging <= 3 && collected <= 3, "{plain} {clinging} {collected} of 300");
}

/// A cache that is filled once is no leak, wherever in the run that happens. As with any test of ranks, noise that
/// rises by chance before the step is believed now and then.
#[test]
fn a_step_is_rarely_called_a_leak() {
    for height in [5.0, 20.0, 200.0] {
        let alarms = false_alarms(|seed| {
            // Every second of the run is a place of a step.
            let (mut chance, at) = (noise(seed), seed as f64);
            Box::new(move |time| if time < at { 100.0 } else { 100.0 + height } + chance())
        });
        assert!(alarms <= 3, "{alarms} of 300 steps of {height} MiB");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the seed, a leak is found under noise, and its rate lies near the truth.
    #[test]
    fn a_leak_is_found_under_noise(seed: u64, rate in 2.0..30.0_f64) {
        let mut chance = noise(seed);
        let trend = told(600, move |time| 100.0 + rate * time / 60.0 + chance()).trend();
        prop_assert_eq!(trend.kind, TrendKind::Leak);
        let found = trend.growth.unwrap().bytes_per_hour as f64 / MIB / 60.0;
        prop_assert!((found - rate).abs() < 0.3, "{} instead of {}", found, rate);
    }

    /// A plateau is never called a leak, wherever in the run it comes.
    #[test]
    fn a_plateau_is_no_leak(seed: u64, bend in 10.0..200.0_f64, height in 5.0..200.0_f64) {
        let mut chance = noise(seed);
        let need = move |time: f64| 100.0 + height * (1.0 - (-time / bend).exp()) + chance();
        prop_assert_ne!(told(600, need).trend().kind, TrendKind::Leak);
    }

    #[test]
    fn no_run_breaks_it(needs in proptest::collection::vec(0.0..2_000.0_f64, 1..200)) {
        let length = needs.len() as u64;
        let _ = told(length, move |time| needs[time as usize]).trend();
    }
}
