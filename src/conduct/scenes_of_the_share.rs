//! The CPU share changes while the app runs: by its bank of unused CPU time, and by who is there.

use super::Command;
use super::theatre::Theatre;
use crate::edge::Report;
use crate::engine::fake::{Act, Answer, Script};
use crate::event::{Finish, Kind, ShareWhy, State};
use crate::spec::{Burst, HealthCheck, Spec};
use crate::units::{Elapsed, Millicores};

fn serving(spec: &mut Spec) {
    spec.cpu.while_serving_only = true;
    spec.health.check = HealthCheck::None;
    spec.sleep = None;
}

fn changes(theatre: &Theatre) -> Vec<String> {
    theatre.engine.calls().into_iter().filter(|call| call.starts_with("change")).collect()
}

fn reasons(theatre: &Theatre) -> Vec<(u64, ShareWhy)> {
    theatre.find(|kind| match kind {
        Kind::Share(share) => Some(share.why),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn a_request_has_the_app_awake_at_once() {
    let mut theatre = Theatre::serving(serving);
    theatre.at(5).await;
    theatre.report(Report::FirstRequest);
    theatre.pass(1).await;
    assert_eq!(changes(&theatre), ["change #1 0.001 CPU in 100 ms", "change #1 0.5 CPU in 100 ms"]);
    theatre.report(Report::LastRequest);
    theatre.at(6).await;
    theatre.ends(Command::Finish).await;
    let expected = [
        (0, ShareWhy::Begin),
        (1_100, ShareWhy::NoRequest),
        (5_000, ShareWhy::Request),
        (5_101, ShareWhy::NoRequest),
        (6_000, ShareWhy::Stop),
    ];
    assert_eq!(reasons(&theatre), expected);
    let calls = theatre.engine.calls();
    assert_eq!(calls[calls.len() - 3..], ["change #1 0.5 CPU in 100 ms", "stop #1 SIGTERM", "remove #1"]);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_slow_to_change_is_asked_once_at_a_time() {
    let slow = || Script { change: Answer::after(Elapsed::from_millis(500)), ..Script::serving(Elapsed::from_secs(1)) };
    let theatre = Theatre::open(move |_| slow(), serving);
    theatre.pass(1_200).await;
    for report in [Report::FirstRequest, Report::LastRequest, Report::FirstRequest] {
        theatre.report(report);
        theatre.pass(10).await;
    }
    assert_eq!(changes(&theatre), ["change #1 0.001 CPU in 100 ms"], "the first one is not answered yet");
    theatre.at(2).await;
    assert_eq!(changes(&theatre), ["change #1 0.001 CPU in 100 ms", "change #1 0.5 CPU in 100 ms"]);
    theatre.at(5).await;
    assert_eq!(changes(&theatre).len(), 2);
    assert_eq!(reasons(&theatre)[1..], [(1_600, ShareWhy::NoRequest), (2_100, ShareWhy::Request)]);
}

#[tokio::test(start_paused = true)]
async fn a_share_that_cannot_be_changed_is_a_notice_and_not_the_end() {
    for (change, why) in [
        (Answer::refusing("change the limits", "no"), "could not change the limits: no"),
        (Answer::after(Elapsed::MAX), "could not change its CPU share: no answer in 5 s"),
    ] {
        let script = Script { change, ..Script::serving(Elapsed::from_secs(1)) };
        let mut theatre = Theatre::open(move |_| script.clone(), serving);
        theatre.at(10).await;
        theatre.report(Report::FirstRequest);
        theatre.at(20).await;
        assert_eq!(theatre.state(), State::Serving);
        let notices = theatre.notices();
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(notices[0].contains(why), "{notices:?}");
        assert_eq!(theatre.ends(Command::Finish).await, Finish::Completed);
    }
}

#[tokio::test(start_paused = true)]
async fn the_bank_is_counted_from_the_samples_and_an_instance_is_made_with_its_first_share() {
    let script = || {
        let used = |millis| Act::Used(Elapsed::from_millis(millis));
        let at = Elapsed::from_millis;
        Script::serving(at(100)).with(at(1_000), used(1_000)).with(at(2_000), used(2_000)).with(at(3_500), used(2_005))
    };
    let theatre = Theatre::open(
        move |_| script(),
        |spec| {
            let (start, cap) = (Elapsed::from_secs(1), Elapsed::from_secs(9));
            spec.cpu.share = Millicores::new(100);
            spec.cpu.burst = Some(Burst { start, cap, share: Millicores::new(2_000) });
            spec.cpu.period = Elapsed::from_millis(80);
        },
    );
    theatre.at(5).await;
    assert_eq!(theatre.engine.orders()[0].cpu, Millicores::new(2_000));
    assert_eq!(changes(&theatre), ["change #1 0.1 CPU in 80 ms"]);
    assert_eq!(reasons(&theatre), [(0, ShareWhy::Begin), (2_000, ShareWhy::BankEmpty)], "800 ms are owed");
}

#[tokio::test(start_paused = true)]
async fn the_platforms_health_checks_find_an_app_with_cpu() {
    let theatre = Theatre::serving(|spec| {
        serving(spec);
        spec.health.check = HealthCheck::Http("/".into());
        spec.health.interval = Elapsed::from_secs(5);
    });
    theatre.at(8).await;
    let expected =
        [(0, ShareWhy::Begin), (1_100, ShareWhy::NoRequest), (6_000, ShareWhy::Health), (6_100, ShareWhy::NoRequest)];
    assert_eq!(reasons(&theatre), expected);
}
