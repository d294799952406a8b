use std::cell::Cell;

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use super::*;
use crate::event::{LoadFailure, Shortfall, Spread};

fn quantile(times: &Spread, at: f64) -> Duration {
    let mut all = Histogram::<u64>::new(3).unwrap();
    times.0.iter().for_each(|(value, count)| all.record_n(*value, *count).unwrap());
    Duration::from_micros(all.value_at_quantile(at))
}

#[tokio::test(start_paused = true)]
async fn what_is_made_a_number_of_times_is_not_made_beforehand_and_neither_is_what_may_need_it() {
    let heard = Rc::new(std::cell::RefCell::new(Vec::new()));
    let shared = Rc::clone(&heard);
    let app = move |mut visit: Visit| {
        let heard = Rc::clone(&shared);
        async move {
            while let Some(request) = visit.request().await {
                heard.borrow_mut().push(request.split(' ').nth(1).unwrap_or_default().to_owned());
                visit.say(OK).await;
            }
        }
    };
    let asked = scenario(vec![
        phase("before", open(1.0, 2), vec![get("/before")]),
        phase("loading", Model::Each { times: 1 }, vec![get("/upload")]),
        phase("search", open(1.0, 2), vec![get("/search")]),
    ]);
    assert_eq!(play(asked, app).await.report("check").due, 1);
    assert_eq!(heard.take(), ["/before", "/before", "/before", "/upload", "/search", "/search"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_warms_an_app_up_with_what_is_made_a_number_of_times() {
    let mut asked = scenario(vec![phase("loading", Model::Each { times: 1 }, vec![get("/upload")])]);
    asked.warm_up = Elapsed::from_secs(5);
    let played = play(asked, |visit| visit.answer_all(OK, millis(1))).await;
    assert_eq!((played.told.len(), played.report("loading").answered), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn the_check_comes_first_then_the_warm_up_then_what_is_measured() {
    let mut asked = scenario(vec![
        phase("base", Model::Rest { lasts: Elapsed::from_secs(5) }, Vec::new()),
        phase("load", open(10.0, 4), vec![get("/a"), get("/b")]),
        phase("again", Model::Each { times: 2 }, vec![get("/b")]),
    ]);
    asked.warm_up = Elapsed::from_secs(2);
    let played = play(asked, |visit| visit.answer_all(OK, millis(1))).await;
    let phases: Vec<(&str, PhaseRole)> = played
        .told
        .iter()
        .filter_map(|told| match told {
            Told::Phase(phase) => Some((phase.name.as_str(), phase.role)),
            _ => None,
        })
        .collect();
    let measure = PhaseRole::Measure;
    let order = [
        ("check", PhaseRole::Check),
        ("warm-up", PhaseRole::WarmUp),
        ("base", measure),
        ("load", measure),
        ("again", measure),
    ];
    assert_eq!(phases, order);
    assert_eq!(played.outcome, Outcome::Done);
    let answered = |name| played.report(name).answered;
    assert_eq!(order.map(|(name, _)| answered(name)), [2, 20, 0, 40, 2]);
    assert_eq!(played.report("base").lasted, Elapsed::from_secs(5));
    assert_eq!(played.report("load").asked_per_second, Some(10.0));
    assert!(played.told.iter().all(|told| !matches!(told, Told::Load(report) if !adds_up(report))));
}

/// Once in ten seconds, a request keeps everybody waiting for one. The top hundredth of 100 requests a second then
/// waited for 0.9 s and more.
fn stalls() -> impl Fn(Visit) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    let next = Rc::new(Cell::new(Instant::now() + millis(5_000)));
    let until = Rc::new(Cell::new(Instant::now()));
    move |mut visit| {
        let (next, until) = (Rc::clone(&next), Rc::clone(&until));
        Box::pin(async move {
            while visit.request().await.is_some() {
                if Instant::now() >= next.get() {
                    next.set(next.get() + millis(10_000));
                    until.set(Instant::now() + millis(1_000));
                }
                sleep_until(until.get()).await;
                sleep(millis(1)).await;
                visit.say(OK).await;
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_that_stalls_cannot_hide_it() {
    for connections in [4, 200] {
        let mut asked = only(open(100.0, 30));
        asked.connections = connections;
        let played = play(asked, stalls()).await;
        let report = played.report("load");
        assert_eq!((report.answered, report.shortfall), (3_000, None));
        assert!(quantile(&report.warm, 0.99) >= millis(900), "{:?}", quantile(&report.warm, 0.99));
        assert!(quantile(&report.warm, 0.5) < millis(5));
    }
}

/// One request at a time, each for this long.
fn one_at_a_time(service: Duration) -> impl Fn(Visit) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    let turn = Rc::new(Semaphore::new(1));
    move |mut visit| {
        let turn = Rc::clone(&turn);
        Box::pin(async move {
            while visit.request().await.is_some() {
                let _turn = turn.acquire().await;
                sleep(service).await;
                visit.say(OK).await;
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenth_of_what_is_asked_is_always_told() {
    for (connections, secs, timeout) in
        [(4, 10, 5), (1_000, 10, 5), (1_000, 10, 60), (64, 2, 1), (1, 30, 3), (256, 60, 1)]
    {
        let mut asked = only(open(100.0, secs));
        (asked.connections, asked.timeout) = (connections, Elapsed::from_secs(timeout));
        let played = play(asked, one_at_a_time(millis(100))).await;
        let report = played.report("load");
        assert_eq!(report.shortfall, Some(Shortfall::App), "{connections} {secs} {timeout}: {report:?}");
        assert!(adds_up(report), "{report:?}");
        assert_eq!(report.due, 100 * secs);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_for_want_of_capacity_are_a_shortfall_too() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
    let free = Rc::new(Cell::new(true));
    let app = move |mut visit: Visit| {
        let free = Rc::clone(&free);
        async move {
            while visit.request().await.is_some() {
                if free.replace(false) {
                    sleep(millis(100)).await;
                    visit.say(OK).await;
                    free.set(true);
                } else {
                    visit.say(busy).await;
                }
            }
        }
    };
    let played = play(only(open(100.0, 10)), app).await;
    let report = played.report("load");
    assert_eq!(report.shortfall, Some(Shortfall::App));
    assert!(report.failures[&LoadFailure::Status(503)] > 800, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_connection_is_sent_later_or_never() {
    let mut asked = only(open(10.0, 10));
    (asked.connections, asked.timeout) = (1, Elapsed::from_secs(20));
    let played = play(asked, one_at_a_time(millis(500))).await;
    let report = played.report("load");
    // Two a second: 20 in the time, and 40 more while it drains.
    assert_eq!((report.due, report.answered, report.drained), (100, 59, 39));
    assert_eq!((report.unsent, report.failures[&LoadFailure::TimedOut]), (40, 1));
    assert!(report.lasted > Elapsed::from_secs(29), "the sending went on: {}", report.lasted);
    assert!(quantile(&report.late, 0.5) > Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn no_more_connections_are_made_than_are_allowed_or_needed() {
    let made = Rc::new(Cell::new(0));
    for (connections, rate, wanted) in [(5, 100.0, 5), (50, 100.0, 10), (50, 1.0, 1)] {
        let (counter, mut asked) = (Rc::clone(&made), only(open(rate, 10)));
        asked.connections = connections;
        made.set(0);
        play(asked, move |visit| {
            counter.set(counter.get() + 1);
            visit.answer_all(OK, millis(100))
        })
        .await;
        assert!((wanted..=wanted + 1).contains(&made.get()), "{} for {wanted}", made.get());
    }
}

#[tokio::test(start_paused = true)]
async fn users_ask_again_when_they_were_answered_and_have_thought() {
    let played = play(only(closed(4, 300, 10)), |visit| visit.answer_all(OK, millis(200))).await;
    let report = played.report("load");
    assert_eq!((report.answered, report.asked_per_second, report.shortfall), (80, None, None));
    assert_eq!(quantile(&report.late, 1.0), Duration::ZERO);
    // More users than connections: the rest wait, and their latency runs.
    let mut asked = only(closed(4, 0, 10));
    asked.connections = 1;
    let played = play(asked, |visit| visit.answer_all(OK, millis(100))).await;
    let report = played.report("load");
    assert!(quantile(&report.warm, 0.5) >= millis(400) && quantile(&report.service, 0.9) <= millis(101));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_gone_is_not_stormed_by_its_users() {
    let mut asked = only(closed(2, 0, 10));
    asked.phases.insert(0, phase("before", Model::Rest { lasts: Elapsed::from_secs(1) }, Vec::new()));
    let gone = Rc::new(Cell::new(false));
    let app = move |mut visit: Visit| {
        let was = gone.replace(true);
        async move {
            if !was && visit.request().await.is_some() {
                visit.say(OK).await;
            }
        }
    };
    let played = play(asked, app).await;
    let report = played.report("load");
    assert!(report.failures[&LoadFailure::Cut] <= 200, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_asks_for_the_same_in_the_same_order() {
    let heard_with = async |seed| {
        let heard = Heard::default();
        let mut asked = scenario(vec![phase("load", open(50.0, 10), vec![get("/a"), get("/b"), get("/c")])]);
        asked.seed = seed;
        let shared = Rc::clone(&heard);
        play(asked, move |mut visit: Visit| {
            let heard = Rc::clone(&shared);
            async move {
                while let Some(request) = visit.request().await {
                    heard.borrow_mut().push(request);
                    visit.say(OK).await;
                }
            }
        })
        .await;
        heard.take()
    };
    let first = heard_with(7).await;
    assert_eq!(first.len(), 503);
    assert_eq!(first, heard_with(7).await);
    assert_ne!(first, heard_with(8).await);
}
