use crate::compare::story::Tale;
use crate::compare::{Arm, ArmFacts, Asked, CompareError, Finding, Metric, Question, SeenBy, Sort, compare};
use crate::profile::Price;
use crate::report::BankUse;
use crate::units::{Elapsed, Millicores, Money};

const STEADY: &[f64] = &[1.0, 1.02, 0.99];

fn facts_of(arm: Arm) -> ArmFacts {
    compare(&[arm], &Question::default()).unwrap().arms.remove(0).facts
}

#[test]
fn a_need_at_the_limit_is_not_compared_as_if_it_were_a_demand() {
    let (full, half) = (Tale { need: [150, 505], ..Tale::default() }, Tale { plan: "half", ..Tale::default() });
    let compared = compare(&[full.arm(STEADY), half.arm(STEADY)], &Question::default()).unwrap();
    let need = compared.differences[0].differences.iter().find(|one| one.metric == Metric::Need).unwrap();
    assert_eq!((need.finding, need.by), (Finding::Unmeasured, None));
    assert!(compared.arms[0].facts.at_limit);
}

#[test]
fn percentiles_are_those_of_all_rounds_together() {
    // 800 requests in a round are too few for p99; 2,400 are enough.
    let facts = facts_of(Tale { due: 800, ..Tale::default() }.arm(STEADY));
    assert_eq!(facts.rounds[0].latency.p99, None);
    assert!(facts.latency.p99.is_some());
    assert_eq!((facts.latency.count, facts.errors.of), (2_400, 2_400));
    assert_eq!(facts.values(Metric::P99), [0.0; 0]);
}

#[test]
fn a_cold_start_is_the_delay_that_was_left_out_and_the_boot_without_the_engine() {
    let sleeps = Tale { sleeps: Some(900), delay: 50_000, slept: true, ..Tale::default() };
    let cold = facts_of(sleeps.arm(&[1.0])).rounds[0].cold.unwrap();
    assert_eq!((cold.total, cold.platform), (Elapsed::from_millis(51_500), Elapsed::from_secs(50)));
    assert!(cold.added && cold.sleeps);
    // Nobody waits for a platform's delay where nothing sleeps.
    let awake = facts_of(Tale { delay: 50_000, ..Tale::default() }.arm(&[1.0])).rounds[0].cold.unwrap();
    assert_eq!((awake.total, awake.added, awake.sleeps), (Elapsed::from_millis(1_500), false, false));
}

#[test]
fn a_run_without_load_is_told_by_the_front_door() {
    let mut arm = Tale::default().arm(&[1.0]);
    arm.rounds[0].phases.clear();
    let times = &mut arm.rounds[0].requests.warm.total;
    (times.count, times.p50) = (20, Some(Elapsed::from_millis(7)));
    let compared = compare(&[arm], &Question::default()).unwrap();
    let facts = &compared.arms[0].facts;
    assert_eq!((facts.seen_by, facts.rate), (Some(SeenBy::Door), None));
    assert_eq!(facts.latency.p50, Some(Elapsed::from_millis(7)));
    assert!(compared.caveats.iter().any(|caveat| caveat.contains("front door")), "{:?}", compared.caveats);
}

#[test]
fn a_load_that_was_over_before_the_bank_was_is_told() {
    let told = |ran_dry: u64, millicores: u32| {
        let mut arm = Tale { millicores: 63, ..Tale::default() }.arm(&[1.0]);
        let (share, cap) = (Millicores::new(1_000), Elapsed::from_secs(500));
        let times = Elapsed::from_secs(20);
        let bank = BankUse { share, cap, at_burst: times, at_guaranteed: times, ran_dry, holds: None };
        arm.rounds[0].cpu.as_mut().unwrap().bank = Some(bank);
        arm.rounds[0].usage.as_mut().unwrap().cpu = Millicores::new(millicores);
        compare(&[arm], &Question::default()).unwrap().caveats
    };
    let caveat = "`small`: it used up to 0.163 CPU while busy, its plan guarantees 0.063 CPU: it lived on its bank of \
                  unused CPU time, which lasts 1 h 23 min of that when it is full";
    assert_eq!(told(0, 163), [caveat]);
    assert_eq!(told(0, 63), [""; 0], "its share is enough");
    assert_eq!(told(1, 163), [""; 0], "the run has met the guaranteed share");
}

#[test]
fn a_price_by_use_is_worked_out_from_the_middle_round() {
    let mut arm = Tale::default().arm(STEADY);
    let price: Price = serde_json::from_value(serde_json::json!({
        "monthly": "$1", "note": null,
        "usage": {"included": "$0", "charges": {"hours": {"rate": "$0.01 / h", "free": null, "billed": null}}},
    }))
    .unwrap();
    for round in &mut arm.rounds {
        round.run.price = price.clone();
    }
    let price = facts_of(arm).price;
    assert_eq!((price.monthly, price.use_unknown), (Money::from_micros(8_200_000), false));
    assert_eq!(price.to_string(), "~$8.20");
    let how = price.by_use().unwrap();
    assert!(
        how.starts_with("$8.20 a month: flat $1; hours: 720") && how.contains("busy as measured for 10 %"),
        "{how}"
    );
}

#[test]
fn a_price_by_use_without_any_use_measured_says_so() {
    let mut arm = Tale::default().arm(&[1.0]);
    arm.rounds[0].usage = None;
    arm.rounds[0].run.price.usage = serde_json::from_value(serde_json::json!({"included": "$0", "charges": {}})).ok();
    assert_eq!(facts_of(arm).price.to_string(), "$7 + use");
}

#[test]
fn arms_are_sorted_as_asked() {
    let tale = |plan, dollars, p50, need| Tale { plan, dollars, p50, need: [100, need], ..Tale::default() };
    let arms: Vec<Arm> = [tale("b", 9, 10.0, 300), tale("a", 5, 30.0, 200), tale("c", 7, 20.0, 480)]
        .iter()
        .map(|tale| tale.arm(STEADY))
        .collect();
    let order = |sort, asked| {
        let compared = compare(&arms, &Question { asked, sort, ..Question::default() }).unwrap();
        let usual = if asked == Asked::Plans { "a" } else { "b" };
        assert_eq!(compared.reference, usual, "the cheapest plan, else the first one");
        compared.arms.iter().map(|arm| arm.label.clone()).collect::<String>()
    };
    assert_eq!(order(Sort::Price, Asked::Plans), "acb");
    assert_eq!(order(Sort::Price, Asked::Runs), "bac");
    assert_eq!(order(Sort::Asked, Asked::Plans), "bac");
    assert_eq!(order(Sort::P95, Asked::Plans), "bca");
    assert_eq!(order(Sort::Need, Asked::Plans), "abc");
    assert_eq!(order(Sort::Verdict, Asked::Plans), "bac");
    assert_eq!(order(Sort::ColdStart, Asked::Plans), "bac");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let arms = [Tale::default().arm(&[1.0])];
    let asked = Question { reference: Some("smal".into()), ..Question::default() };
    let error = compare(&arms, &asked).unwrap_err();
    assert_eq!(error.to_string(), "the reference `smal` is not compared, expected one of `small`");
    assert_eq!(compare(&[], &Question::default()), Err(CompareError::Nothing));
}

#[test]
fn a_phase_that_only_one_run_has_is_told_apart() {
    let mut after = Tale::default().arm(&[1.0]);
    after.label = "after".into();
    after.rounds[0].phases.last_mut().unwrap().name = "upload".into();
    let arms = [Tale::default().arm(&[1.0]), after];
    let compared = compare(&arms, &Question { asked: Asked::Runs, ..Question::default() }).unwrap();
    let sides: Vec<(&str, usize, &[String])> = compared
        .phases
        .iter()
        .map(|side| (side.name.as_str(), side.differences.len(), side.missing.as_slice()))
        .collect();
    assert_eq!(
        sides,
        [("start", 1, [].as_slice()), ("search", 0, &["after".into()]), ("upload", 0, &["small".into()])]
    );
}
