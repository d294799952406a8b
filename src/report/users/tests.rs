use super::*;
use crate::event::{Cache, CacheSize, ExitCause, GaugeValue, Gauges, Kind};
use crate::report::story::Story;

fn gauges(sockets: u64, users: Option<u64>) -> Gauges {
    Gauges { sockets, users, ..Gauges::default() }
}

fn told(story: &Story) -> Option<Users> {
    let mut fold = UsersFold::default();
    story.0.iter().for_each(|event| fold.add(event));
    fold.users()
}

/// Users come one by one; each costs 20 MiB, and half a MiB more or less.
fn ramp(story: &mut Story, from: u64, instance: u32, count: u64) {
    for users in 1..=count {
        let at = from + users * 1_000;
        story.at(at, Kind::Gauges(Box::new(gauges(users, None))));
        story.sample(at + 200, instance, 100, [1, 1, 0]);
        story.sample(at + 900, instance, 100 + users * 20 + users % 2, [1, 1, 0]);
    }
}

#[test]
fn nobody_is_nothing() {
    let mut story = Story::begin();
    story.boot(0, 1);
    assert_eq!(told(&story), None);
}

#[test]
fn what_a_user_costs_is_found_with_its_band() {
    let mut story = Story::begin();
    ramp(&mut story, 0, 1, 10);
    let per_user = told(&story).unwrap().per_user.unwrap();
    assert_eq!(per_user.steps, 10);
    let near = |memory: Memory, low: u64, high: u64| {
        assert!((Memory::from_mib(low)..=Memory::from_mib(high)).contains(&memory), "{per_user:?}");
    };
    near(per_user.need, 20, 20);
    near(per_user.low, 19, 20);
    near(per_user.high, 20, 21);
}

#[test]
fn three_numbers_of_users_say_too_little_and_a_restart_does_not_mix_instances() {
    let mut story = Story::begin();
    ramp(&mut story, 0, 1, 3);
    ramp(&mut story, 10_000, 2, 3);
    assert_eq!(told(&story).unwrap().per_user, None);
}

#[test]
fn whoever_comes_back_says_nothing_about_the_cost() {
    let mut story = Story::begin();
    ramp(&mut story, 0, 1, 6);
    let before = told(&story).unwrap().per_user;
    story.at(10_000, Kind::Gauges(Box::new(gauges(2, None))));
    story.sample(10_500, 1, 400, [1, 1, 0]);
    assert_eq!(told(&story).unwrap().per_user, before);
}

#[test]
fn those_who_were_there_at_a_kill_are_counted_although_their_sockets_broke_first() {
    let mut story = Story::begin();
    story.at(5_000, Kind::Gauges(Box::new(gauges(7, Some(6)))));
    story.at(9_900, Kind::Gauges(Box::new(gauges(0, None))));
    story.exit(10_000, 1, (137, ExitCause::OutOfMemory), Some(512));
    story.exit(30_000, 2, (137, ExitCause::OutOfMemory), Some(512));
    let users = told(&story).unwrap();
    let seen: Vec<(u64, Option<u64>)> = users.at_kills.iter().map(|kill| (kill.sockets, kill.app)).collect();
    assert_eq!(seen, [(7, Some(6)), (0, None)]);
    assert_eq!((users.sockets.users, users.app.unwrap().users), (7, 6));
}

#[test]
fn a_cache_and_a_value_are_told_with_their_most() {
    let mut story = Story::begin();
    for (at, mib, value) in [(1_000, 50, 2.0), (2_000, 80, 5.5), (3_000, 10, 1.0)] {
        let caches = vec![Cache { name: "table".into(), holds: CacheSize::Bytes(Memory::from_mib(mib)) }];
        let values = vec![GaugeValue { name: "queue".into(), value, unit: "seconds".into() }];
        story.at(at, Kind::Gauges(Box::new(Gauges { caches, values, ..Gauges::default() })));
    }
    let users = told(&story).unwrap();
    assert_eq!(users.caches[0].most, Amount::Bytes(Memory::from_mib(80)));
    assert_eq!(users.caches[0].at, Elapsed::from_secs(2));
    assert_eq!((users.values[0].least, users.values[0].most, users.values[0].last), (1.0, 5.5, 1.0));
}
