use super::*;
use crate::event::{Hold, LoadFailure};

#[tokio::test(start_paused = true)]
async fn what_is_open_when_the_time_is_up_is_waited_for() {
    let played = play(only(open(10.0, 2)), |visit| visit.answer_all(OK, millis(1_500))).await;
    let report = played.report("load");
    assert_eq!((report.due, report.answered, report.drained, report.failed()), (20, 20, 14, 0));
    assert_eq!(report.lasted, Elapsed::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn what_never_ends_has_timed_out() {
    let app = async |mut visit: Visit| {
        // The check is answered, nothing else is.
        visit.request().await;
        visit.say(OK).await;
        std::future::pending::<()>().await;
    };
    let mut asked = only(open(10.0, 2));
    asked.timeout = Elapsed::from_secs(3);
    let played = play(asked, app).await;
    let report = played.report("load");
    assert!(adds_up(report), "{report:?}");
    assert_eq!((report.due, report.failures[&LoadFailure::TimedOut] + report.answered), (20, 20));
    assert_eq!(played.outcome, Outcome::Done);
}

#[tokio::test(start_paused = true)]
async fn a_stop_cuts_the_phase_and_tells_what_it_had() {
    let mut asked = only(open(10.0, 60));
    asked.connections = 2;
    let played = play_with(asked, Pipes(|visit: Visit| visit.answer_all(OK, millis(400))), async |hands: &Hands| {
        sleep(millis(10_650)).await;
        let look = hands.progress.look();
        assert_eq!((look.phase.as_str(), look.number, look.of, look.in_flight), ("load", 2, 2, 2));
        hands.stop.send_replace(true);
    })
    .await;
    assert_eq!(played.outcome, Outcome::Stopped);
    let report = played.report("load");
    assert!(adds_up(report), "{report:?}");
    // The check took 0.4 s; two connections answer five a second.
    assert_eq!((report.due, report.answered, report.failures[&LoadFailure::GivenUp]), (103, 50, 2));
    assert!(report.lasted.millis().abs_diff(10_250) <= 2, "{}", report.lasted);
    assert_eq!(report.shortfall, None, "what was stopped in its first half says nothing");
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heard_at_any_moment() {
    let mut asked = only(open(10.0, 10));
    asked.warm_up = Elapsed::from_secs(5);
    asked.phases.insert(0, phase("base", Model::Rest { lasts: Elapsed::from_secs(10) }, Vec::new()));
    asked.phases.push(phase("once", Model::Each { times: 3 }, vec![get("/")]));
    for at in [0, 500, 3_000, 11_000, 20_000, 26_500] {
        let app = |visit: Visit| visit.answer_all(OK, millis(1_000));
        let played = play_with(asked.clone(), Pipes(app), async |hands: &Hands| {
            sleep(millis(at)).await;
            hands.stop.send_replace(true);
        })
        .await;
        assert_eq!(played.outcome, Outcome::Stopped, "at {at} ms");
        assert!(played.told.len().is_multiple_of(2), "every phase that began is reported: {:?}", played.told);
        assert!(played.told.iter().all(|told| !matches!(told, Told::Load(report) if !adds_up(report))));
    }
}

#[tokio::test(start_paused = true)]
async fn requests_are_cold_while_the_app_is_away() {
    // The front door holds a request until the app is there.
    let (up, there) = watch::channel(true);
    let app = move |mut visit: Visit| {
        let mut there = there.clone();
        async move {
            while visit.request().await.is_some() {
                let _ = there.wait_for(|there| *there).await;
                visit.say(OK).await;
            }
        }
    };
    let played = play_with(only(open(10.0, 10)), Pipes(app), async move |hands: &Hands| {
        sleep(millis(2_950)).await;
        up.send_replace(false);
        hands.gate.send_replace(Gate::Hold(Hold::Asleep));
        sleep(millis(1_500)).await;
        hands.gate.send_replace(OPEN);
        up.send_replace(true);
    })
    .await;
    let report = played.report("load");
    assert_eq!((report.answered, report.cold.count(), report.warm.count()), (100, 15, 85));
    assert!(report.cold.0.iter().any(|(micros, _)| *micros > 1_000_000), "{report:?}");
    assert!(report.warm.0.iter().all(|(micros, _)| *micros < 10_000), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_start_is_over() {
    let played =
        play_with(only(open(10.0, 1)), Pipes(|visit: Visit| visit.answer_all(OK, millis(1))), async |hands: &Hands| {
            // Before the work is polled for the first time.
            hands.gate.send_replace(Gate::Hold(Hold::Booting));
            sleep(Duration::from_secs(60)).await;
            assert_eq!(hands.progress.look().sent, 0);
            hands.gate.send_replace(OPEN);
        })
        .await;
    assert_eq!(played.report("load").answered, 10);
}
