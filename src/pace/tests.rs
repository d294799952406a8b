use proptest::prelude::*;

use super::*;
use crate::scenario::{Body, Call, Coming, Expect, Rate, Think};

fn call(weight: u32) -> Call {
    Call {
        weight,
        method: "GET".into(),
        path: "/".into(),
        headers: Vec::new(),
        body: Body::Empty,
        expect: Expect::default(),
    }
}

fn phase(model: Model, weights: &[u32]) -> Phase {
    Phase { name: "load".into(), model, calls: weights.iter().map(|weight| call(*weight)).collect(), steps: Vec::new() }
}

fn open(from: f64, to: f64, secs: u64) -> Model {
    Model::Open { from: Rate(from), to: Rate(to), lasts: Elapsed::from_secs(secs) }
}

fn closed(users: u32, ramp_ms: u64, think_ms: (u64, u64), secs: u64) -> Model {
    let think = Think::Between { least: Elapsed::from_millis(think_ms.0), most: Elapsed::from_millis(think_ms.1) };
    let over = Elapsed::from_millis(ramp_ms);
    Model::Closed { coming: Coming::Number { from: 0, users, over }, think, lasts: Elapsed::from_secs(secs) }
}

/// Takes everything, at the moment it is due; every answer takes `service`.
fn play(pace: &mut Pace, service: Elapsed) -> Vec<Due> {
    let mut taken = Vec::new();
    let mut open: Vec<(Elapsed, Due)> = Vec::new();
    loop {
        open.sort_by_key(|(at, _)| *at);
        let ends = open.first().map(|(at, _)| *at);
        match pace.next() {
            Some(at) if ends.is_none_or(|ends| at <= ends) => {
                let due = pace.take(at).expect("it is due");
                open.push((at + service, due));
                taken.push(due);
            }
            _ if ends.is_some() => {
                let (at, due) = open.remove(0);
                pace.ended(due, at, true);
            }
            _ => return taken,
        }
    }
}

fn coming(coming: Coming, think_ms: u64, secs: u64) -> Pace {
    let think = Think::always(Elapsed::from_millis(think_ms));
    Pace::new(&phase(Model::Closed { coming, think, lasts: Elapsed::from_secs(secs) }, &[1]), 1)
}

/// When each user asks first and last, in seconds.
fn stays(taken: &[Due]) -> Vec<(u64, u64)> {
    let users = taken.iter().map(|due| due.user).max().map_or(0, |last| last + 1);
    let of = |user| taken.iter().filter(move |due| due.user == user).map(|due| due.at.micros() / 1_000_000);
    (0..users).map(|user| (of(user).min().unwrap_or(99), of(user).max().unwrap_or(99))).collect()
}

#[test]
fn strangers_come_by_the_clock_and_leave_after_their_stay() {
    let (from, stay) = (Rate(0.5), Think::always(Elapsed::from_secs(3)));
    let mut pace = coming(Coming::Strangers { from, to: from, stay }, 900, 8);
    assert_eq!(pace.next_leaves(), Some(Elapsed::from_secs(3)));
    let taken = play(&mut pace, Elapsed::from_millis(100));
    assert_eq!(stays(&taken), [(0, 2), (2, 4), (4, 6), (6, 7)]);
    assert_eq!([3, 4, 5, 9].map(|at| pace.left(Elapsed::from_secs(at))), [Some(0), None, Some(1), Some(2)]);
    assert_eq!(pace.left(Elapsed::from_secs(9)), None, "whoever is there at the end does not leave before it");
}

#[test]
fn a_number_of_users_rises_from_where_it_began_and_falls_again() {
    let over = Elapsed::from_secs(4);
    let mut rising = coming(Coming::Number { from: 2, users: 4, over }, 900, 8);
    assert_eq!(rising.next_leaves(), None);
    assert_eq!(stays(&play(&mut rising, Elapsed::from_millis(100))), [(0, 7), (0, 7), (0, 7), (2, 7)]);
    let mut falling = coming(Coming::Number { from: 3, users: 1, over }, 900, 8);
    assert_eq!(stays(&play(&mut falling, Elapsed::from_millis(100))), [(0, 7), (0, 3), (0, 1)]);
    assert_eq!([1, 2, 4].map(|at| falling.left(Elapsed::from_secs(at))), [None, Some(2), Some(1)]);
}

proptest! {
    #[test]
    fn nobody_asks_before_they_come_or_after_they_left(
        rate in 0.05..5.0_f64, least in 1_u64..8_000, more in 0_u64..8_000, secs in 1_u64..20, think in 0_u64..3_000,
    ) {
        let stay = Think::Between { least: Elapsed::from_millis(least), most: Elapsed::from_millis(least + more) };
        let mut pace = coming(Coming::Strangers { from: Rate(rate), to: Rate(rate), stay }, think, secs);
        let arrivals = Arrivals::new(Rate(rate), Rate(rate), Elapsed::from_secs(secs));
        let taken = play(&mut pace, Elapsed::from_millis(50));
        for due in &taken {
            let came = arrivals.due(u64::from(due.user));
            prop_assert!(due.at >= came && due.at < came + Elapsed::from_millis(least + more), "{:?} came at {}", due, came);
        }
        let users = taken.iter().map(|due| due.user).collect::<std::collections::BTreeSet<_>>().len() as u64;
        prop_assert_eq!(users, arrivals.count());
    }
}

#[test]
fn by_the_clock_nobody_waits_for_answers() {
    let mut pace = Pace::new(&phase(open(100.0, 100.0, 10), &[1]), 1);
    assert_eq!(pace.asked_per_second(), Some(100.0));
    assert_eq!(pace.waiting(Elapsed::from_secs(5)), 501);
    assert_eq!(pace.take(Elapsed::from_secs(5)).map(|due| due.at), Some(Elapsed::ZERO));
    assert_eq!(pace.waiting(Elapsed::from_secs(60)), 999);
}

#[test]
fn each_call_is_asked_for_in_turn_when_the_last_was_answered() {
    let mut pace = Pace::new(&phase(Model::Each { times: 2 }, &[1, 5]), 1);
    let first = pace.take(Elapsed::ZERO).unwrap();
    assert_eq!((pace.next(), pace.take(Elapsed::from_secs(9))), (None, None));
    pace.ended(first, Elapsed::from_secs(3), true);
    assert_eq!(pace.next(), Some(Elapsed::from_secs(3)));
    pace = Pace::new(&phase(Model::Each { times: 2 }, &[1, 5]), 1);
    let calls: Vec<usize> = play(&mut pace, Elapsed::from_secs(1)).iter().map(|due| due.call).collect();
    assert_eq!(calls, [0, 1, 0, 1]);
}

#[test]
fn a_rest_asks_for_nothing() {
    let mut pace = Pace::new(&phase(Model::Rest { lasts: Elapsed::from_secs(9) }, &[]), 1);
    assert_eq!((pace.next(), pace.waiting(Elapsed::from_secs(5)), pace.asked_per_second()), (None, 0, None));
}

#[test]
fn users_come_one_after_the_other_and_think() {
    let mut pace = Pace::new(&phase(closed(4, 4_000, (500, 500), 10), &[1]), 1);
    let taken = play(&mut pace, Elapsed::from_millis(250));
    let of = |user: u32| taken.iter().filter(|due| due.user == user).map(|due| due.at.millis()).collect::<Vec<_>>();
    assert_eq!(of(0)[..3], [0, 750, 1_500]);
    assert_eq!(of(3)[..3], [3_000, 3_750, 4_500]);
    assert!(taken.iter().all(|due| due.at < Elapsed::from_secs(10)));
}

#[test]
fn a_user_whom_nobody_answers_does_not_storm() {
    let mut pace = Pace::new(&phase(closed(1, 0, (0, 0), 10), &[1]), 1);
    let due = pace.take(Elapsed::ZERO).unwrap();
    pace.ended(due, Elapsed::from_millis(1), false);
    assert_eq!(pace.next(), Some(Elapsed::from_millis(101)));
}

fn models() -> impl Strategy<Value = Model> {
    prop_oneof![
        (1.0..200.0_f64, 1.0..200.0_f64, 1_u64..10).prop_map(|(from, to, secs)| open(from, to, secs)),
        (1_u32..20, 0_u64..5_000, 0_u64..500, 0_u64..500, 1_u64..10)
            .prop_map(|(users, ramp, least, more, secs)| closed(users, ramp, (least, least + more), secs)),
        (1_u32..30).prop_map(|times| Model::Each { times }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_seed_gives_the_same_requests(model in models(), weights in proptest::collection::vec(1_u32..9, 1..5), seed: u64) {
        let phase = phase(model, &weights);
        let taken = || play(&mut Pace::new(&phase, seed), Elapsed::from_millis(20));
        prop_assert_eq!(taken(), taken());
    }

    #[test]
    fn moments_never_go_back(model in models(), seed: u64, service in 1_u64..2_000) {
        let taken = play(&mut Pace::new(&phase(model, &[1, 2]), seed), Elapsed::from_millis(service));
        prop_assert!(taken.windows(2).all(|pair| pair[0].at <= pair[1].at));
        prop_assert!(model.lasts().is_none_or(|lasts| taken.iter().all(|due| due.at <= lasts)));
    }

    #[test]
    fn as_many_wait_as_can_be_taken(model in models(), seed: u64, at in 0_u64..12_000) {
        let mut pace = Pace::new(&phase(model, &[1]), seed);
        let now = Elapsed::from_millis(at);
        let waiting = pace.waiting(now);
        let mut taken = 0;
        while pace.take(now).is_some() {
            taken += 1;
        }
        prop_assert_eq!(waiting, taken);
    }

    #[test]
    fn what_a_user_asks_for_does_not_depend_on_the_answers(seed: u64, slow in 2_u64..400) {
        let phase = phase(closed(5, 0, (10, 10), 5), &[1, 2, 3]);
        let asked = |service| {
            let taken = play(&mut Pace::new(&phase, seed), Elapsed::from_millis(service));
            taken.iter().filter(|due| due.user == 3).map(|due| due.call).take(10).collect::<Vec<_>>()
        };
        prop_assert_eq!(asked(1), asked(slow));
    }

    #[test]
    fn weights_are_respected(weights in proptest::collection::vec(1_u32..9, 1..5), seed: u64) {
        let taken = play(&mut Pace::new(&phase(open(2_000.0, 2_000.0, 10), &weights), seed), Elapsed::ZERO);
        let sum: u32 = weights.iter().sum();
        for (call, weight) in weights.iter().enumerate() {
            let count = taken.iter().filter(|due| due.call == call).count();
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let (share, wanted) = (count as f64 / taken.len() as f64, f64::from(*weight) / f64::from(sum));
            // Six standard deviations of a share among 20,000.
            prop_assert!((share - wanted).abs() < 0.022, "{share} of {wanted}");
        }
    }
}
