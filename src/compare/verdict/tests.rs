use super::*;
use crate::compare::story::Tale;
use crate::compare::{Arm, Comparison, Outcome, Question, Unmet, compare};
use crate::event::{Finish, LoadFailure, Shortfall};
use crate::profile::{Cause, Range};
use crate::scenario::Budget;
use crate::units::{Elapsed, Portion};

fn judged_by(tale: &Tale, question: &Question) -> Comparison {
    compare(&[tale.arm(&[1.0, 1.0, 1.0])], question).unwrap()
}

fn verdict_of(tale: &Tale) -> Verdict {
    judged_by(tale, &Question::default()).arms.remove(0).verdict
}

fn budget(budget: Budget) -> Question {
    Question { budget, ..Question::default() }
}

/// Every rule has a story in which it is the one that holds, and a story next to it in which it is not.
#[test]
fn every_rule_holds_where_it_should_and_only_there() {
    let told = |tale: Tale| {
        let verdict = verdict_of(&tale);
        (verdict.rule, verdict.word)
    };
    let tale = Tale::default;
    let failures = |count| [(LoadFailure::Status(500), count)].into();
    let cases: Vec<(Tale, &str, Word)> = vec![
        (tale(), "fits", Word::Fits),
        (Tale { finish: Some(Finish::Invalid("the engine lied".into())), ..tale() }, "run-invalid", Word::Invalid),
        (Tale { finish: Some(Finish::EngineFailed("gone".into())), ..tale() }, "run-invalid", Word::Invalid),
        (Tale { finish: None, ..tale() }, "cut-off", Word::Invalid),
        (Tale { finish: Some(Finish::Interrupted), ..tale() }, "interrupted", Word::Invalid),
        (Tale { shortfall: Some(Shortfall::Generator), ..tale() }, "generator", Word::Invalid),
        (Tale { check_fails: true, ..tale() }, "check", Word::Invalid),
        (Tale { program: Some(127), ..tale() }, "no-program", Word::Invalid),
        (Tale { program: Some(99), ..tale() }, "program", Word::TooSmall),
        (Tale { program: Some(0), ..tale() }, "fits", Word::Fits),
        (Tale { killed: true, ..tale() }, "killed", Word::TooSmall),
        (Tale { killed: true, finish: None, ..tale() }, "killed", Word::TooSmall),
        (Tale { killed: true, check_fails: true, ..tale() }, "killed", Word::TooSmall),
        (
            Tale { finish: Some(Finish::NeverServed("no answer in 60 s".into())), ..tale() },
            "never-served",
            Word::TooSmall,
        ),
        (Tale { finish: Some(Finish::GivenUp("it crashed".into())), ..tale() }, "ended", Word::TooSmall),
        (Tale { shortfall: Some(Shortfall::App), ..tale() }, "shortfall", Word::TooSmall),
        (Tale { need: [150, 503], ..tale() }, "at-limit", Word::Tight),
        (Tale { leak: Some(1), need: [150, 150], ..tale() }, "leak", Word::Tight),
        (Tale { leak: Some(0), need: [150, 150], ..tale() }, "fits", Word::Fits),
        (Tale { need: [150, 465], ..tale() }, "margin", Word::Tight),
        (Tale { need: [150, 460], ..tale() }, "fits", Word::Fits),
        (Tale { need: [465, 300], ..tale() }, "start-margin", Word::Tight),
        (Tale { need: [460, 300], ..tale() }, "fits", Word::Fits),
        (Tale { throttled: 26, ..tale() }, "throttled", Word::Tight),
        (Tale { throttled: 25, ..tale() }, "fits", Word::Fits),
        (Tale { failures: failures(600), ..tale() }, "fits", Word::Fits),
        (Tale { failures: failures(601), ..tale() }, "wrong", Word::Invalid),
        (Tale { failures: [(LoadFailure::Raised, 601)].into(), ..tale() }, "wrong", Word::Invalid),
        (Tale { failures: [(LoadFailure::Status(502), 601)].into(), ..tale() }, "fits", Word::Fits),
        (Tale { failures: failures(601), killed: true, ..tale() }, "killed", Word::TooSmall),
    ];
    for (tale, rule, word) in cases {
        assert_eq!(told(tale), (rule, word));
    }
}

#[test]
fn a_need_above_what_is_sold_is_tight_where_the_plan_kills_later() {
    let mut arm = Tale { need: [150, 520], ..Tale::default() }.arm(&[1.0]);
    let memory = arm.rounds[0].memory.as_mut().unwrap();
    memory.kill_at = crate::units::Memory::from_mib(1_024);
    memory.at_limit = false;
    let verdict = compare(&[arm], &Question::default()).unwrap().arms.remove(0).verdict;
    assert_eq!((verdict.rule, verdict.word), ("slow-zone", Word::Tight));
}

#[test]
fn every_rule_of_the_table_has_a_name_of_its_own() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn one_kill_in_three_rounds_is_a_kill() {
    let (good, bad) = (Tale::default(), Tale { killed: true, ..Tale::default() });
    let arm = Arm { label: "small".into(), rounds: vec![good.told(1, 1.0), bad.told(2, 1.0), good.told(3, 1.0)] };
    let verdict = compare(&[arm], &Question::default()).unwrap().arms.remove(0).verdict;
    assert_eq!(verdict.rule, "killed");
    assert_eq!(verdict.evidence.iter().map(|evidence| evidence.run.as_str()).collect::<Vec<_>>(), ["small-2"]);
}

#[test]
fn a_round_that_says_nothing_is_left_out_and_told() {
    let (good, bad) = (Tale::default(), Tale { finish: None, need: [150, 505], ..Tale::default() });
    let arm = Arm { label: "small".into(), rounds: vec![good.told(1, 1.0), bad.told(2, 1.0)] };
    let compared = compare(&[arm], &Question::default()).unwrap();
    let arm = &compared.arms[0];
    assert_eq!((arm.verdict.word, arm.facts.rounds.len()), (Word::Fits, 1));
    assert_eq!((arm.left_out[0].round, arm.left_out[0].rule), (2, "cut-off"));
    assert!(compared.caveats[0].contains("1 round does not count"), "{:?}", compared.caveats);
}

#[test]
fn an_input_points_to_the_events_that_say_it() {
    let tales = [
        Tale { killed: true, ..Tale::default() },
        Tale { need: [150, 490], ..Tale::default() },
        Tale { throttled: 60, ..Tale::default() },
        Tale { shortfall: Some(Shortfall::App), ..Tale::default() },
        Tale { finish: None, ..Tale::default() },
        Tale { finish: Some(Finish::NeverServed("no answer".into())), ..Tale::default() },
        Tale { check_fails: true, ..Tale::default() },
    ];
    for tale in tales {
        let verdict = verdict_of(&tale);
        let events = tale.events(1, 1.0);
        for input in &verdict.evidence[0].inputs {
            let place = input.place.as_ref().unwrap();
            let found = events.iter().filter(|event| place.holds(event)).count();
            let missing = verdict.rule == "cut-off";
            assert_eq!(found == 0, missing, "{}: {input:?}", verdict.rule);
        }
    }
}

#[test]
fn the_kill_itself_is_what_its_input_points_to() {
    let tale = Tale { killed: true, ..Tale::default() };
    let place = verdict_of(&tale).evidence[0].inputs[0].place.clone().unwrap();
    let found: Vec<_> = tale.events(1, 1.0).into_iter().filter(|event| place.holds(event)).collect();
    assert!(matches!(found.as_slice(), [event] if event.at == Elapsed::from_secs(25)), "{found:?}");
}

#[test]
fn a_verdict_names_the_least_trusted_number_behind_it() {
    let weakest = |tale: Tale| verdict_of(&tale).weakest.map(|weakest| (weakest.setting, weakest.confidence));
    let guessed = || Tale { confidence: Confidence::Guess, ..Tale::default() };
    assert_eq!(weakest(guessed()), Some(("memory.limit".into(), Confidence::Guess)));
    assert_eq!(weakest(Tale { throttled: 60, ..guessed() }), Some(("cpu.share".into(), Confidence::Official)));
    assert_eq!(weakest(Tale { finish: None, ..guessed() }), None);
}

#[test]
fn memory_is_firm_and_speed_has_a_band() {
    let firmness = |tale: Tale| verdict_of(&tale).firmness;
    assert_eq!(firmness(Tale { killed: true, ..Tale::default() }), Firmness::Firm);
    assert_eq!(firmness(Tale { need: [150, 490], ..Tale::default() }), Firmness::Firm);
    assert_eq!(firmness(Tale { throttled: 90, ..Tale::default() }), Firmness::Speed);
    assert_eq!(firmness(Tale { throttled: 30, ..Tale::default() }), Firmness::WithinBand);
    assert_eq!(firmness(Tale { throttled: 22, ..Tale::default() }), Firmness::WithinBand);
    assert_eq!(firmness(Tale { throttled: 5, ..Tale::default() }), Firmness::Speed);
}

#[test]
fn what_lives_at_the_ceiling_and_not_at_the_floor_is_not_dependable() {
    let plan = |plan, range, killed| Tale { plan, plan_name: "Cloud", range, killed, ..Tale::default() };
    let words = |floor_killed: bool| {
        let tales = [
            plan("floor", Range::Floor, floor_killed),
            plan("middle", Range::Typical, false),
            plan("ceiling", Range::Ceiling, false),
            Tale { plan: "other", plan_name: "Other", ..Tale::default() },
        ];
        let arms: Vec<Arm> = tales.iter().map(|tale| tale.arm(&[1.0])).collect();
        compare(&arms, &Question::default()).unwrap().arms.iter().map(|arm| arm.verdict.word).collect::<Vec<_>>()
    };
    assert_eq!(words(true), [Word::TooSmall, Word::NotDependable, Word::NotDependable, Word::Fits]);
    assert_eq!(words(false), [Word::Fits; 4]);
}

#[test]
fn a_budget_that_is_broken_or_empty_is_never_a_pass() {
    let p95 = |millis| Budget { p95: Some(Elapsed::from_millis(millis)), ..Budget::default() };
    let kept = judged_by(&Tale::default(), &budget(p95(800)));
    assert_eq!((kept.arms[0].verdict.rule, &kept.outcome), ("fits", &Outcome::Lives));

    let broken = judged_by(&Tale::default(), &budget(p95(10)));
    assert_eq!(broken.arms[0].verdict.rule, "budget");
    let Outcome::Unmet(unmet) = &broken.outcome else { panic!("{:?}", broken.outcome) };
    let Unmet::Budget { line, found, expected, .. } = &unmet[0] else { panic!("{unmet:?}") };
    assert_eq!((line.as_str(), found.as_deref(), expected.as_str()), ("p95", Some("37 ms"), "at most 10 ms"));

    // 30 requests in three rounds are too few for p95.
    let empty = judged_by(&Tale { due: 30, ..Tale::default() }, &budget(p95(800)));
    assert_eq!((empty.arms[0].verdict.rule, empty.arms[0].verdict.word), ("budget-empty", Word::Invalid));
    assert!(matches!(&empty.outcome, Outcome::Unmet(unmet) if matches!(&unmet[0], Unmet::Budget { found: None, .. })));
}

#[test]
fn every_line_of_a_budget_can_be_kept_and_broken() {
    let percent = |millionths| Some(Portion::from_millionths(millionths));
    let tale =
        Tale { failures: [(LoadFailure::Status(500), 12)].into(), sleeps: Some(900), delay: 60_000, ..Tale::default() };
    let cases: [(Budget, Budget); 6] = [
        (
            Budget { memory: percent(600_000), ..Budget::default() },
            Budget { memory: percent(550_000), ..Budget::default() },
        ),
        (
            Budget { errors: percent(10_000), ..Budget::default() },
            Budget { errors: percent(9_000), ..Budget::default() },
        ),
        (
            Budget { cold_start: Some(Elapsed::from_secs(62)), ..Budget::default() },
            Budget { cold_start: Some(Elapsed::from_secs(61)), ..Budget::default() },
        ),
        (
            Budget { p95: Some(Elapsed::from_millis(40)), ..Budget::default() },
            Budget { p95: Some(Elapsed::from_millis(30)), ..Budget::default() },
        ),
        (
            Budget { p99: Some(Elapsed::from_millis(90)), ..Budget::default() },
            Budget { p99: Some(Elapsed::from_millis(50)), ..Budget::default() },
        ),
        (Budget { kills: Some(0), ..Budget::default() }, Budget { memory: percent(1), ..Budget::default() }),
    ];
    for (kept, broken) in cases {
        assert_eq!(judged_by(&tale, &budget(kept)).arms[0].verdict.rule, "fits", "{kept:?}");
        assert_eq!(judged_by(&tale, &budget(broken)).arms[0].verdict.rule, "budget", "{broken:?}");
    }
}

#[test]
fn an_error_is_counted_once_under_what_the_front_door_knows() {
    let tale = Tale {
        failures: [(LoadFailure::Status(502), 7), (LoadFailure::Status(500), 2), (LoadFailure::TimedOut, 1)].into(),
        platform: vec![(Cause::Unreachable, 5)],
        ..Tale::default()
    };
    let errors = judged_by(&tale, &Question::default()).arms.remove(0).facts.rounds.remove(0).errors;
    let causes: Vec<(&str, u64)> = errors.causes.iter().map(|(cause, count)| (cause.as_str(), *count)).collect();
    assert_eq!(causes, [("platform: unreachable", 5), ("status 500", 2), ("status 502", 2), ("timed out", 1)]);
    assert_eq!((errors.failed(), errors.of), (10, 1_200));
}
