use proptest::prelude::*;

use super::super::story::{Story, app, life, platform};
use super::*;
use crate::event::{InstanceId, Kind, Phase, PhaseRole, State, Why};
use crate::profile::Cause;

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

fn charge(rate: &str, free: Option<&str>, billed: Option<Billing>) -> (Meter, Charge) {
    let rate: Rate = rate.parse().unwrap();
    (rate.meter(), Charge { rate, free: free.map(|free| free.parse().unwrap()), billed })
}

fn price(monthly: &str, included: &str, charges: &[(Meter, Charge)]) -> Price {
    let usage = UsageRates { included: dollars(included), charges: charges.iter().cloned().collect() };
    Price { monthly: dollars(monthly), note: None, usage: Some(usage) }
}

/// One CPU and 512 MiB given; 0.05 CPU and 200 MB used; ten requests a second of 20 kB each, one always open.
fn usage() -> Usage {
    Usage {
        share: Millicores::new(1_000),
        limit: Memory::from_mib(512),
        cpu: Millicores::new(50),
        need: Memory::from_bytes(200_000_000),
        over: Elapsed::from_secs(60),
        serving: Elapsed::from_secs(60),
        requests: 600,
        out: Memory::from_bytes(12_000_000),
        sleeps: false,
    }
}

const TENTH: Portion = Portion::from_millionths(100_000);

fn by_request() -> Price {
    let serving = Some(Billing::Serving);
    price(
        "$0",
        "$0",
        &[
            charge("$0.000024 / vCPU-s", Some("180000 vCPU-s"), serving),
            charge("$0.0000025 / GiB-s", Some("360000 GiB-s"), serving),
            charge("$0.40 / million requests", Some("2 million requests"), None),
        ],
    )
}

/// A tenth of 30 days is 259200 s. CPU: 259200 - 180000 = 79200 s at $0.000024 are $1.9008. Memory: half of
/// 259200 GiB-s is within the 360000 that are free. Requests: 2.592 million less 2 are 0.592 at $0.40, $0.2368.
#[test]
fn what_is_given_while_serving() {
    let estimate = monthly(&by_request(), &usage(), TENTH);
    assert_eq!(estimate.total, dollars("$2.1376"));
    let parts: Vec<String> = estimate.parts.iter().map(Part::to_string).collect();
    assert_eq!(
        parts,
        [
            "cpu: 259200 vCPU-s, of which 180000 vCPU-s are free, at $0.000024 / vCPU-s: $1.90",
            "memory: 129600 GiB-s, of which 129600 GiB-s are free, at $0.0000025 / GiB-s: $0",
            "requests: 2.59 million requests, of which 2 million requests are free, at $0.40 / million requests: $0.24",
        ]
    );
    assert_eq!(
        estimate.assumption,
        "busy as measured for 10 % of a month of 30 days, 72 h, and awake without visitors for the other 648 h"
    );
    let half_open = Usage { serving: Elapsed::from_secs(30), ..usage() };
    assert_eq!(monthly(&by_request(), &half_open, TENTH).total, dollars("$0.2368"), "129600 vCPU-s are free");
}

/// Memory, all month: 0.2 GB for 43200 min at $0.000231 are $1.99584. CPU, a tenth of it: 0.05 for 4320 min at
/// $0.000463 are $0.100008. Bytes: 200 kB/s for 259200 s are 51.84 GB, at $0.05 $2.592. All are $4.687848.
#[test]
fn what_is_used_with_a_flat_price_that_covers_some() {
    let used = Some(Billing::Used);
    let charges = [
        charge("$0.000463 / vCPU-min", None, used),
        charge("$0.000231 / GB-min", None, used),
        charge("$0.05 / GB", None, None),
    ];
    let estimate = monthly(&price("$5", "$5", &charges), &usage(), TENTH);
    assert_eq!((estimate.total, estimate.covered), (dollars("$5"), dollars("$4.687848")));
    let costs: Vec<Money> = estimate.parts.iter().map(|part| part.cost).collect();
    assert_eq!(costs, [dollars("$0.100008"), dollars("$1.99584"), dollars("$2.592")]);
    assert!(estimate.assumption.ends_with("with the same need of memory and no CPU used"), "{}", estimate.assumption);
    let fifth = monthly(&price("$5", "$5", &charges), &usage(), Portion::from_millionths(200_000));
    assert_eq!((fifth.total, fifth.covered), (dollars("$7.379856"), dollars("$5")));
}

/// 72 h of 720 at $2.19 a month are $0.219; 51.84 GB at $0.02 are $1.0368.
#[test]
fn hours_awake_are_fewer_where_the_plan_sleeps() {
    let price = price("$0", "$0", &[charge("$2.19 / month", None, None), charge("$0.02 / GB", None, None)]);
    let sleeps = Usage { sleeps: true, ..usage() };
    let asleep = monthly(&price, &sleeps, TENTH);
    assert_eq!(asleep.total, dollars("$1.2558"));
    assert!(asleep.assumption.ends_with("and asleep for the other 648 h"), "{}", asleep.assumption);
    assert_eq!(monthly(&price, &usage(), TENTH).total, dollars("$3.2268"));
    let all = monthly(&price, &sleeps, Portion::WHOLE);
    assert_eq!(all.assumption, "busy as measured for 100 % of a month of 30 days, 720 h");
}

/// 1 CPU for 720 h at $0.05 are $36; 512 MiB for 720 h at $0.01 a GiB are $3.60.
#[test]
fn what_is_given_while_awake_does_not_grow_with_visits() {
    let awake = Some(Billing::Awake);
    let price = price("$0", "$0", &[charge("$0.05 / vCPU-h", None, awake), charge("$0.01 / GiB-h", None, awake)]);
    for busy in [Portion::default(), TENTH, Portion::WHOLE] {
        assert_eq!(monthly(&price, &usage(), busy).total, dollars("$39.60"));
    }
}

#[test]
fn where_nothing_was_measured_nothing_is_used() {
    let nothing = Usage { over: Elapsed::ZERO, ..usage() };
    assert_eq!(monthly(&by_request(), &nothing, Portion::WHOLE).total, Money::default());
}

fn measured(events: &[crate::event::Event]) -> Option<Usage> {
    let mut fold = UsageFold::new();
    for event in events {
        fold.add(event);
    }
    fold.usage()
}

/// Serving from 1 s to 11 s and again from 20 s to 30 s; asleep between.
fn two_stretches() -> Story {
    let mut story = Story::begin();
    story.state(1_000, State::Starting, State::Serving, Why::Ready);
    story.sample(1_500, 1, 100, [500, 0, 0]);
    story.request(3_000, 1, 1_000, app(200)).request(3_500, 2, 1_000, app(200)).request(6_000, 3, 500, app(500));
    // Told a little late, and within the one before it.
    story.request(5_900, 9, 100, app(200));
    story.sample(10_500, 1, 300, [2_000, 0, 0]);
    story.state(11_000, State::Serving, State::Stopping, Why::Idle);
    story.sample(11_500, 1, 900, [9_000, 0, 0]);
    story.request(15_000, 4, 1_000, platform(503, Cause::Asleep));
    story.state(20_000, State::Starting, State::Serving, Why::Ready);
    story
}

#[test]
fn a_run_without_load_is_measured_while_it_serves() {
    let mut story = two_stretches();
    story.at(30_000, Kind::Removed { instance: InstanceId(1) });
    let usage = measured(&story.0).unwrap();
    assert_eq!(usage.over, Elapsed::from_secs(20));
    assert_eq!(usage.serving, Elapsed::from_millis(2_000), "two overlap by half a second");
    assert_eq!((usage.requests, usage.out.bytes()), (4, 4 * 512));
    assert_eq!(usage.need, Memory::from_mib(200));
    assert_eq!(usage.cpu, Millicores::new(100), "2 s of CPU time in 20 s");
}

#[test]
fn a_run_with_load_is_measured_in_its_measuring_phases() {
    let phase = |role| Kind::Phase(Box::new(Phase { name: "x".into(), role, what: "x".into(), users: None }));
    let mut story = two_stretches();
    story.at(22_000, phase(PhaseRole::WarmUp));
    story.request(23_000, 5, 500, app(200));
    story.at(24_000, phase(PhaseRole::Measure));
    story.request(24_500, 6, 1_000, app(200)).request(26_000, 7, 500, app(200));
    story.sample(26_500, 2, 50, [400, 0, 0]);
    story.at(28_000, phase(PhaseRole::WarmUp));
    story.request(29_000, 8, 2_000, app(200));
    let usage = measured(&story.0).unwrap();
    assert_eq!(usage.over, Elapsed::from_secs(4));
    assert_eq!(usage.serving, Elapsed::from_millis(500 + 500 + 1_000), "each as far as it lies in the phase");
    assert_eq!(usage.requests, 2, "those that came in the phase, ended in it or not");
    assert_eq!((usage.need, usage.cpu), (Memory::from_mib(50), Millicores::new(100)));
}

#[test]
fn a_run_without_a_sample_measures_nothing() {
    assert_eq!(measured(&Story::begin().0), None);
    assert!(measured(&life()).is_some());
}

fn usages() -> impl Strategy<Value = Usage> {
    let plan = (any::<u32>(), any::<u64>(), any::<bool>());
    let used = (any::<u32>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>());
    (plan, used).prop_map(|((share, limit, sleeps), (cpu, need, over, serving, requests, out))| Usage {
        share: Millicores::new(share),
        limit: Memory::from_bytes(limit),
        cpu: Millicores::new(cpu),
        need: Memory::from_bytes(need),
        over: Elapsed::from_micros(over),
        serving: Elapsed::from_micros(serving),
        requests,
        out: Memory::from_bytes(out),
        sleeps,
    })
}

/// Usages as large as real ones, so that the differences between them are not lost at the end of the range.
fn real_usages() -> impl Strategy<Value = Usage> {
    usages().prop_map(|usage| Usage {
        share: Millicores::new(usage.share.get() % 64_000),
        limit: Memory::from_bytes(usage.limit.bytes() % (1 << 38)),
        cpu: Millicores::new(usage.cpu.get() % 64_000),
        need: Memory::from_bytes(usage.need.bytes() % (1 << 38)),
        over: Elapsed::from_micros(1 + usage.over.micros() % 3_600_000_000),
        serving: Elapsed::from_micros(usage.serving.micros() % 3_600_000_000),
        requests: usage.requests % 1_000_000,
        out: Memory::from_bytes(usage.out.bytes() % (1 << 40)),
        sleeps: usage.sleeps,
    })
}

fn portions() -> impl Strategy<Value = Portion> {
    (0..=1_000_000_u32).prop_map(Portion::from_millionths)
}

fn prices() -> impl Strategy<Value = Price> {
    let charge = |meter: Meter| {
        let billed = prop::option::of(prop::sample::select(Billing::ALL));
        (0..1_000_000_u32, prop::option::of(0..1_000_000_000_000_u64), billed).prop_map(move |(rate, free, billed)| {
            let unit = meter.example();
            let rate = format!("$0.{rate:06} / {unit}").parse().unwrap();
            let free = free.map(|millionths| Amount::from_millionths(millionths, unit));
            (meter, Charge { rate, free, billed })
        })
    };
    let charges = prop::collection::vec(prop::sample::select(Meter::ALL).prop_flat_map(charge), 1..5);
    (0..100_000_000_u64, 0..100_000_000_u64, charges).prop_map(|(monthly, included, charges)| Price {
        monthly: Money::from_micros(monthly),
        note: None,
        usage: Some(UsageRates { included: Money::from_micros(included), charges: charges.into_iter().collect() }),
    })
}

/// `usage` with more of everything that an app uses.
fn more(usage: Usage, by: u32) -> Usage {
    Usage {
        cpu: Millicores::new(usage.cpu.get() + by),
        need: Memory::from_bytes(usage.need.bytes() + u64::from(by)),
        serving: usage.serving + Elapsed::from_micros(by.into()),
        requests: usage.requests + u64::from(by),
        out: Memory::from_bytes(usage.out.bytes() + u64::from(by)),
        ..usage
    }
}

proptest! {
    #[test]
    fn a_month_adds_up_and_is_never_less_than_the_flat_price(price in prices(), usage in usages(), busy in portions()) {
        let estimate = monthly(&price, &usage, busy);
        prop_assert!(estimate.total >= price.monthly && estimate.flat == price.monthly);
        let parts = estimate.parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.cost.micros()));
        prop_assert_eq!(estimate.total.micros(), (parts - estimate.covered.micros()).saturating_add(price.monthly.micros()));
        for part in &estimate.parts {
            prop_assert!(part.free.millionths() <= part.quantity.millionths());
        }
    }

    #[test]
    fn more_use_is_never_cheaper(price in prices(), usage in real_usages(), by in 0..1_000_000_u32, busy in portions()) {
        let (less, more) = (monthly(&price, &usage, busy), monthly(&price, &more(usage, by), busy));
        prop_assert!(less.total <= more.total, "{:?}\n{:?}", less, more);
    }

    #[test]
    fn a_busier_month_is_never_cheaper(price in prices(), usage in real_usages(), one in portions(), other in portions()) {
        let (quiet, busy) = (one.min(other), one.max(other));
        prop_assert!(monthly(&price, &usage, quiet).total <= monthly(&price, &usage, busy).total);
    }

    #[test]
    fn sleep_is_never_dearer(price in prices(), usage in real_usages(), busy in portions()) {
        let asleep = monthly(&price, &Usage { sleeps: true, ..usage }, busy);
        let awake = monthly(&price, &Usage { sleeps: false, ..usage }, busy);
        prop_assert!(asleep.total <= awake.total, "{:?}\n{:?}", asleep, awake);
    }

    #[test]
    fn a_free_allowance_is_never_dearer(price in prices(), usage in real_usages(), busy in portions()) {
        let mut without = price.clone();
        for charge in without.usage.iter_mut().flat_map(|usage| usage.charges.values_mut()) {
            charge.free = None;
        }
        prop_assert!(monthly(&price, &usage, busy).total <= monthly(&without, &usage, busy).total);
        without.usage.as_mut().unwrap().included = Money::default();
        prop_assert!(monthly(&price, &usage, busy).total <= monthly(&without, &usage, busy).total);
    }

    #[test]
    fn use_does_not_change_a_flat_price(micros: u64, usage in usages(), busy in portions()) {
        let price = Price { monthly: Money::from_micros(micros), note: None, usage: None };
        let estimate = monthly(&price, &usage, busy);
        prop_assert_eq!((estimate.total, estimate.parts.len()), (price.monthly, 0));
    }
}
