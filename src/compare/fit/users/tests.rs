use proptest::prelude::*;

use super::{Carried, Cause, Due, Fall, Line, carried, next};
use crate::event::{
    Event, Exit, ExitCause, Finish, Header, InstanceId, Kind, LoadFailure, LoadReport, Phase, PhaseRole, Sample,
    SampleSource, Spread, State, Why,
};
use crate::report::{Fold, Summary};
use crate::scenario::Stay;
use crate::spec::example::{example, machine};
use crate::units::{Elapsed, Memory};

const WITHIN: Elapsed = Elapsed::from_secs(3);

/// A run as its events tell it, half a second between two of them.
struct Tale(Vec<Event>);

impl Tale {
    /// The app serves, and the first user has come.
    fn begin() -> Self {
        let mut spec = example();
        spec.memory.limit = Memory::from_mib(512);
        spec.memory.kill_at = spec.memory.limit;
        let header = Header {
            run: "20260102-1000-aaaa".into(),
            name: None,
            part: None,
            emu_version: "0.1.0".into(),
            started: "2026-01-02T10:00:00+00:00".into(),
            machine: machine(),
            spec,
        };
        let mut tale = Self(Vec::new());
        tale.tell(Kind::Header(Box::new(header)));
        tale.state(State::Starting, State::Serving, Why::Ready);
        tale.needs(45);
        tale.phase("first visit", PhaseRole::WarmUp, 1);
        tale.needs(100);
        tale.turns(&[(8_000_000, 1)], 0);
        tale
    }

    fn tell(&mut self, kind: Kind) {
        let seq = self.0.len() as u64;
        self.0.push(Event { seq, at: Elapsed::from_millis(seq * 500), kind });
    }

    fn state(&mut self, from: State, to: State, why: Why) {
        self.tell(Kind::State { from, to, why });
    }

    fn phase(&mut self, name: &str, role: PhaseRole, users: u32) {
        self.tell(Kind::Phase(Box::new(Phase { name: name.into(), role, what: String::new(), users: Some(users) })));
    }

    fn needs(&mut self, mib: u64) {
        let need = Memory::from_mib(mib);
        self.tell(Kind::Sample(Box::new(Sample {
            source: SampleSource::CgroupV1,
            ..Sample::of_need(InstanceId(1), need)
        })));
    }

    /// Microseconds and how many turns took so long, and how many failed beside them.
    fn turns(&mut self, times: &[(u64, u64)], failed: u64) {
        let answered = times.iter().map(|(_, count)| count).sum();
        let spread = Spread(times.to_vec());
        self.tell(Kind::Load(Box::new(LoadReport {
            due: answered + failed,
            answered,
            failures: [(LoadFailure::Raised, failed)].into_iter().filter(|(_, count)| *count > 0).collect(),
            lasted: Elapsed::from_secs(2),
            warm: spread.clone(),
            service: spread,
            ..LoadReport::default()
        })));
    }

    fn steps(mut self, users: std::ops::RangeInclusive<u32>) -> Self {
        for users in users {
            self.phase(&format!("{users} users"), PhaseRole::Measure, users);
            self.needs(90 + 20 * u64::from(users));
            self.turns(&[(200_000, 20)], 0);
        }
        self
    }

    fn killed(mut self, users: u32) -> Self {
        self.phase(&format!("{users} users"), PhaseRole::Measure, users);
        self.gone()
    }

    fn gone(mut self) -> Self {
        self.tell(Kind::Exited(Exit {
            instance: InstanceId(1),
            code: 137,
            cause: ExitCause::OutOfMemory,
            need: Some(Memory::from_mib(510)),
            engine_says_oom: true,
            kernel_oom_kills: Some(1),
            bank: None,
        }));
        self.state(State::Serving, State::Backoff, Why::OutOfMemory);
        self
    }

    /// Everybody stays; half leave; somebody new comes.
    fn stay(mut self, users: u32) -> Self {
        self.phase(Stay::HOLD, PhaseRole::Measure, users);
        self.needs(90 + 20 * u64::from(users));
        self.turns(&[(300_000, 300)], 0);
        self.phase(Stay::LEFT, PhaseRole::Measure, users / 2);
        self.needs(80 + 20 * u64::from(users));
        self.turns(&[(300_000, 100)], 0);
        self.phase(Stay::VISIT, PhaseRole::Measure, users / 2 + 1);
        self.needs(100 + 20 * u64::from(users));
        self
    }

    fn ends(mut self) -> Summary {
        self.tell(Kind::Finished(Finish::Completed));
        let mut fold = Fold::new();
        self.0.iter().for_each(|event| fold.add(event));
        fold.summary()
    }
}

fn judged(runs: &[Summary]) -> Carried {
    carried("small", runs, (100, WITHIN)).unwrap()
}

fn due(runs: &[Summary]) -> Due {
    next(runs, 100, WITHIN)
}

#[test]
fn a_climb_that_is_killed_is_followed_by_one_user_less_who_stay() {
    let climb = Tale::begin().steps(1..=20).killed(21).ends();
    assert_eq!(due(&[]), Due::Climb);
    assert_eq!(due(std::slice::from_ref(&climb)), Due::Stay(20));
    let mut stay = Tale::begin().steps(1..=20).stay(20);
    stay.turns(&[(300_000, 10)], 0);
    stay.phase(Stay::AFTER, PhaseRole::Measure, 10);
    stay.needs(250);
    stay.turns(&[(300_000, 10)], 0);
    let runs = [climb, stay.ends()];
    assert_eq!(due(&runs), Due::Nothing);
    let told = judged(&runs);
    assert_eq!((told.users, told.reached, told.predicted), (Some(20), 20, Some(22)));
    let memory = Cause::Memory { need: Some(Memory::from_mib(510)), child: false };
    assert_eq!(told.fall, Some(Fall { user: 21, cause: memory }));
    assert_eq!(told.at_rest, Some(Memory::from_mib(45)));
    assert_eq!(told.first_visit.map(Elapsed::human).as_deref(), Some("8.0 s"));
    let closed = told.closed.unwrap();
    assert_eq!((closed.users, closed.before), (10, Memory::from_mib(490)));
    assert_eq!((closed.after, closed.after_a_visit), (Some(Memory::from_mib(480)), Some(Memory::from_mib(250))));
}

#[test]
fn those_who_do_not_stay_are_tried_with_one_less_three_times() {
    let mut runs = vec![Tale::begin().steps(1..=20).killed(21).ends()];
    for users in [20, 19, 18] {
        assert_eq!(due(&runs), Due::Stay(users));
        runs.push(Tale::begin().steps(1..=17).killed(18).ends());
    }
    assert_eq!(due(&runs), Due::Nothing);
    let told = judged(&runs);
    assert_eq!((told.users, told.not_held.len()), (None, 3));
}

#[test]
fn a_kill_after_the_stay_does_not_unsay_it() {
    let runs = [Tale::begin().steps(1..=20).killed(21).ends(), Tale::begin().steps(1..=20).stay(20).gone().ends()];
    let told = judged(&runs);
    assert_eq!((told.users, told.not_held), (Some(20), Vec::new()));
    assert_eq!(told.closed.unwrap().after_a_visit, None);
}

#[test]
fn slow_turns_failing_turns_and_health_are_told_apart() {
    let fall = |told: &dyn Fn(&mut Tale)| {
        let mut tale = Tale::begin().steps(1..=4);
        tale.phase("5 users", PhaseRole::Measure, 5);
        told(&mut tale);
        judged(&[tale.ends()]).fall.unwrap()
    };
    let slow = fall(&|tale| tale.turns(&[(200_000, 18), (3_100_000, 2)], 0));
    assert_eq!(slow, Fall { user: 5, cause: Cause::Slow { slow: 2, turns: 20, memory_at_limit: false } });
    let failing = fall(&|tale| tale.turns(&[(200_000, 18)], 2));
    let how = "showed an exception".to_owned();
    assert_eq!(failing, Fall { user: 5, cause: Cause::Turns { failed: 2, turns: 20, how } });
    let unwell = fall(&|tale| {
        tale.tell(Kind::HealthFailed { instance: InstanceId(1), reason: "no answer in 5 s".into() });
        tale.state(State::Serving, State::Draining, Why::Unhealthy);
    });
    assert_eq!(unwell, Fall { user: 5, cause: Cause::Health { failures: 1 } });
}

#[test]
fn what_is_seen_at_the_limit_is_no_point_of_the_line_and_is_told() {
    let mut tale = Tale::begin().steps(1..=10);
    tale.phase("11 users", PhaseRole::Measure, 11);
    tale.needs(511);
    tale.turns(&[(9_000_000, 20)], 0);
    let told = judged(&[tale.ends()]);
    assert_eq!((told.line.unwrap().points, told.predicted), (10, Some(22)));
    let cause = Cause::Slow { slow: 20, turns: 20, memory_at_limit: true };
    assert_eq!(told.fall, Some(Fall { user: 11, cause }));
}

#[test]
fn a_check_that_fails_once_is_a_stall_with_the_users_who_were_there() {
    let mut tale = Tale::begin().steps(1..=4);
    tale.phase("5 users", PhaseRole::Measure, 5);
    tale.tell(Kind::HealthFailed { instance: InstanceId(1), reason: "no answer in 5 s".into() });
    tale.turns(&[(200_000, 20)], 0);
    let told = judged(&[tale.ends()]);
    assert_eq!((told.fall, told.stalls[0].users, told.stalls[0].failures), (None, 5, 1));
}

#[test]
fn a_first_visit_that_fails_ends_it_and_one_that_is_slow_does_not() {
    let slow = Tale::begin().steps(1..=3).ends();
    assert_eq!((judged(std::slice::from_ref(&slow)).fall, due(&[slow])), (None, Due::Stay(3)));
    let mut tale = Tale(Tale::begin().0.into_iter().take(4).collect());
    tale.turns(&[], 1);
    let runs = [tale.ends()];
    assert!(matches!(judged(&runs).fall, Some(Fall { user: 1, cause: Cause::Turns { .. } })));
    assert_eq!(due(&runs), Due::Nothing);
}

#[test]
fn an_app_that_does_not_come_up_carries_nobody() {
    let mut tale = Tale(Tale::begin().0.into_iter().take(1).collect());
    tale.tell(Kind::Exited(Exit {
        instance: InstanceId(1),
        code: 3,
        cause: ExitCause::Crashed,
        need: None,
        engine_says_oom: false,
        kernel_oom_kills: None,
        bank: None,
    }));
    tale.state(State::Starting, State::Backoff, Why::Crashed);
    let runs = [tale.ends()];
    assert_eq!(judged(&runs).fall, Some(Fall { user: 0, cause: Cause::Ended { how: "crashed".into() } }));
    assert_eq!(due(&runs), Due::Nothing);
}

#[test]
fn the_line_of_textbook_points_is_the_textbook_line() {
    let points = |values: &[(u32, u64)]| values.iter().map(|(x, y)| (*x, Memory::from_bytes(*y))).collect::<Vec<_>>();
    // y = 2 x + 1 with errors +1, -1, -1, +1: the slope stays, and its standard error is sqrt(4 / 2 / 5).
    let line = Line::through(&points(&[(1, 4), (2, 4), (3, 6), (4, 10)])).unwrap();
    assert!((line.per_user_bytes - 2.0).abs() < 1e-9 && (line.without_user_bytes - 1.0).abs() < 1e-9);
    assert!((line.band_bytes.unwrap() - 4.3027 * 0.4_f64.sqrt()).abs() < 1e-3, "{line:?}");
    assert!(!line.rises() && line.user_beyond(Memory::from_bytes(100)).is_none(), "it may as well fall");
    let exact = Line::through(&points(&[(1, 30), (2, 50), (3, 70)])).unwrap();
    assert_eq!(exact.user_beyond(Memory::from_bytes(100)), Some(5));
    assert_eq!(exact.user_beyond(Memory::from_bytes(110)), Some(6), "with five it is at the limit, not beyond");
    assert!(Line::through(&points(&[(3, 30), (3, 50)])).is_none());
}

proptest! {
    #[test]
    fn the_user_beyond_a_limit_is_the_first_who_does_not_fit(base in 1_u64..500, each in 1_u64..90, limit in 64_u64..4_000) {
        let points: Vec<_> = (1..9).map(|users| (users, Memory::from_mib(base + each * u64::from(users)))).collect();
        let line = Line::through(&points).unwrap();
        let user = u64::from(line.user_beyond(Memory::from_mib(limit)).unwrap());
        // A user more or less where the last one fills the limit to the byte.
        let fits = |users: u64| base + each * users <= limit;
        prop_assert!(user == 1 || fits(user - 1) || !fits(user) && base + each * (user - 1) == limit + 1);
        prop_assert!(!fits(user) || base + each * user == limit);
    }
}
