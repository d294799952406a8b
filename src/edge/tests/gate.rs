use super::*;
use crate::event::{ClientKind, Ending, RequestId};
use crate::spec::{Cause, StandIn, WakeAnswer};
use crate::units::Elapsed;

const BROWSER: &str = "GET /a?b HTTP/1.1\r\nhost: a\r\naccept: text/html,*/*\r\n\r\n";
const SOCKET: &str = "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";

async fn asked(stage: &mut Stage) -> ClientKind {
    match stage.report().await {
        Report::WakeAsked { client, .. } => client,
        other => panic!("not a wake: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_wakes_the_app_and_waits_for_its_answer() {
    let mut stage = Stage::asleep(|_| {});
    let mut client = stage.connect();
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc").await;
    assert_eq!(asked(&mut stage).await, ClientKind::Client);
    assert_eq!(stage.shared.meter.held.load(Relaxed), 1);
    tokio::time::sleep(Duration::from_secs(3)).await;
    stage.gate.send_replace(Gate::Hold(Hold::Waking));
    tokio::time::sleep(Duration::from_secs(4)).await;
    stage.gate.send_replace(Gate::Open(APP));
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\nabc").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    let ended = stage.ended().await;
    assert_eq!((ended.held, ended.ending, ended.bytes_in), (Elapsed::from_secs(7), Ending::App, 3));
    assert!(stage.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn fifty_requests_during_one_wake_are_all_served_and_each_asks_once() {
    let mut stage = Stage::asleep(|_| {});
    let mut clients: Vec<_> = (0..50).map(|_| stage.connect()).collect();
    for client in &mut clients {
        say(client, GET).await;
    }
    let mut asks = Vec::new();
    for _ in 0..50 {
        let Report::WakeAsked { request, .. } = stage.report().await else { panic!("nothing has ended yet") };
        asks.push(request);
    }
    asks.sort_unstable();
    assert_eq!(asks, (1..=50).map(RequestId).collect::<Vec<_>>());
    assert_eq!(stage.shared.meter.held.load(Relaxed), 50);
    stage.gate.send_replace(Gate::Hold(Hold::Waking));
    stage.gate.send_replace(Gate::Open(APP));
    for _ in 0..50 {
        let mut app = stage.app().await;
        hear(&mut app, "\r\n\r\n").await;
        say(&mut app, HELLO).await;
        tokio::spawn(async move { rest(&mut app).await });
    }
    for client in &mut clients {
        hear(client, "hello").await;
    }
    for _ in 0..50 {
        let Report::Ended(request) = stage.report().await else { panic!("nobody asks twice") };
        assert_eq!(request.ending, Ending::App);
    }
    assert!(stage.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn an_app_that_refuses_a_moment_longer_than_its_gate_is_asked_again() {
    let mut stage = Stage::asleep(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    asked(&mut stage).await;
    stage.pipes.refuses.store(5, Relaxed);
    stage.gate.send_replace(Gate::Open(APP));
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    assert_eq!(stage.ended().await.total.millis(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_browser_gets_the_waking_page_at_once_and_wakes_the_app() {
    let mut stage = Stage::asleep(|rules| {
        let page = rules.answers.get_mut(&Cause::Waking).unwrap();
        page.body = "<p>{path}</p>{request_id}".into();
        rules.router.response_headers.insert("server".into(), "example".into());
    });
    let mut client = stage.connect();
    say(&mut client, "GET /<b>?x HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n").await;
    let page = hear(&mut client, "</p>1").await;
    assert!(page.starts_with("HTTP/1.1 503 Service Unavailable\r\n") && page.contains("server: example\r\n"), "{page}");
    assert!(page.ends_with("\r\n\r\n<p>/&lt;b&gt;</p>1"), "{page}");
    assert_eq!(asked(&mut stage).await, ClientKind::Browser);
    let ended = stage.ended().await;
    assert_eq!((ended.total, ended.ending), (Elapsed::ZERO, Ending::Platform(Cause::Waking)));
    // The connection goes on: the page polls on it.
    say(&mut client, "GET /_emu/status HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "}").await.ends_with(r#"{"state":"asleep"}"#));
}

#[tokio::test(start_paused = true)]
async fn an_api_client_never_gets_a_page_with_200() {
    for answer in [WakeAnswer::Page, WakeAnswer::Refused] {
        let mut stage = Stage::asleep(|rules| {
            rules.wake.client = answer;
            rules.answers.get_mut(&Cause::Asleep).unwrap().status = 503;
        });
        let mut client = stage.connect();
        say(&mut client, "GET / HTTP/1.1\r\nhost: a\r\naccept: application/json\r\n\r\n").await;
        assert!(hear(&mut client, "\r\n\r\n").await.starts_with("HTTP/1.1 503 "));
        assert_eq!(stage.ended().await.client, ClientKind::Client);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_button_wakes_where_there_is_one() {
    let mut stage = Stage::asleep(|rules| {
        rules.wake.browser = WakeAnswer::Button;
        rules.answers.get_mut(&Cause::Asleep).unwrap().body = "<form action='{wake_path}'>".into();
    });
    let mut client = stage.connect();
    say(&mut client, BROWSER).await;
    let page = hear(&mut client, ">").await;
    assert!(page.ends_with("<form action='/_emu/wake?to=/a'>"), "{page}");
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::Asleep));
    say(&mut client, "POST /_emu/wake?to=/a HTTP/1.1\r\nhost: a\r\naccept: text/html\r\ncontent-length: 0\r\n\r\n")
        .await;
    let see = hear(&mut client, "\r\n\r\n").await;
    assert!(see.starts_with("HTTP/1.1 303 See Other\r\nlocation: /a\r\n"), "{see}");
    assert_eq!(asked(&mut stage).await, ClientKind::Browser);
    stage.gate.send_replace(Gate::Hold(Hold::Waking));
    say(&mut client, BROWSER).await;
    hear(&mut client, "Waking").await;
}

#[tokio::test(start_paused = true)]
async fn the_button_leads_nowhere_but_here() {
    for (to, page) in
        [("//evil.example", "/"), ("https://evil.example", "/"), ("%2F%2Fevil", "/"), ("%2Fb%3Fc", "/b?c")]
    {
        let stage = Stage::asleep(|rules| rules.wake.browser = WakeAnswer::Button);
        let mut client = stage.connect();
        say(&mut client, &format!("POST /_emu/wake?to={to} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
        let see = hear(&mut client, "\r\n\r\n").await;
        assert!(see.contains(&format!("location: {page}\r\n")), "{see}");
    }
}

#[tokio::test(start_paused = true)]
async fn robots_and_methods_that_do_not_count_wake_nothing() {
    let mut stage = Stage::asleep(|rules| {
        rules.wake.sleeping_methods = vec!["HEAD".into()];
        let file = StandIn { status: 200, content_type: "text/plain".into(), body: "Disallow: /".into() };
        rules.wake.stand_ins.insert("/robots.txt".into(), file);
    });
    let mut client = stage.connect();
    say(&mut client, "GET /robots.txt?x HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "Disallow: /").await.contains("content-type: text/plain\r\n"));
    say(&mut client, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.starts_with("HTTP/1.1 503 "));
    say(&mut client, "HEAD /robots.txt HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.contains("content-length: 11\r\n"));
    let endings = [stage.report().await, stage.report().await, stage.report().await].map(|report| match report {
        Report::Ended(request) => request.ending,
        other => panic!("nothing may wake the app: {other:?}"),
    });
    assert_eq!(endings, [Ending::StandIn, Ending::Platform(Cause::Asleep), Ending::StandIn]);
    stage.gate.send_replace(Gate::Hold(Hold::Waking));
    say(&mut client, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.starts_with("HTTP/1.1 503 "));
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::Waking));
}

#[tokio::test(start_paused = true)]
async fn a_held_request_gets_the_answer_of_a_gate_that_turns_away() {
    let mut stage = Stage::asleep(|_| {});
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    assert_eq!(asked(&mut stage).await, ClientKind::Websocket);
    stage.gate.send_replace(Gate::Hold(Hold::Waking));
    stage.gate.send_replace(Gate::Refuse(Cause::WakeFailed));
    hear(&mut client, "WakeFailed").await;
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::WakeFailed));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_held_for_ever() {
    let mut stage = Stage::asleep(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    assert!(hear(&mut client, "WakeFailed").await.starts_with("HTTP/1.1 503 "));
    let ended = stage.ended().await;
    assert_eq!((ended.held, ended.total), (Elapsed::from_secs(60), Elapsed::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn more_than_the_platform_holds_is_turned_away() {
    let mut stage = Stage::asleep(|rules| rules.wake.held_max = 1);
    let (mut first, mut second) = (stage.connect(), stage.connect());
    say(&mut first, GET).await;
    asked(&mut stage).await;
    say(&mut second, GET).await;
    assert!(hear(&mut second, "WakeOverload").await.starts_with("HTTP/1.1 429 "));
    assert_eq!(stage.shared.meter.held.load(Relaxed), 1);
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::WakeOverload));
}

#[tokio::test(start_paused = true)]
async fn a_held_client_that_leaves_is_forgotten() {
    let mut stage = Stage::asleep(|_| {});
    let (mut client, visit) = stage.attend();
    say(&mut client, GET).await;
    asked(&mut stage).await;
    drop(client);
    visit.await.unwrap();
    assert!(stage.is_quiet());
    assert_eq!(stage.ended().await.ending, Ending::ClientLeft);
}

#[tokio::test(start_paused = true)]
async fn the_first_start_holds_clients_and_tells_browsers() {
    let mut stage = Stage::with(Gate::Hold(Hold::Booting), |_| {});
    let (mut client, mut browser) = (stage.connect(), stage.connect());
    say(&mut browser, BROWSER).await;
    hear(&mut browser, "Booting").await;
    say(&mut client, GET).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stage.gate.send_replace(Gate::Open(APP));
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::Booting), "nobody asked for a wake");
    assert_eq!(stage.ended().await.held, Elapsed::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_body_beyond_what_is_kept_waits_in_its_socket() {
    let mut stage = Stage::asleep(|rules| rules.wake.held_body = crate::units::Memory::from_bytes(1_000));
    let (mut client, door) = duplex(16);
    tokio::spawn(attend(Arc::clone(&stage.shared), door, APP.ip(), stage.pipes.clone()));
    let sent = tokio::spawn(async move {
        say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n").await;
        say(&mut client, &"x".repeat(5_000)).await;
        hear(&mut client, "hello").await
    });
    asked(&mut stage).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!sent.is_finished());
    stage.gate.send_replace(Gate::Open(APP));
    let mut app = stage.app().await;
    hear(&mut app, &"x".repeat(5_000)).await;
    say(&mut app, HELLO).await;
    sent.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_status_of_the_gate_is_told_without_a_trace() {
    for (gate, told) in [
        (Gate::Open(APP), r#"{"state":"open"}"#),
        (Gate::Hold(Hold::Waking), r#"{"state":"waking"}"#),
        (Gate::Refuse(Cause::QuotaSpent), r#"{"state":"refused","cause":"quota-spent"}"#),
    ] {
        let mut stage = Stage::with(gate, |_| {});
        let mut client = stage.connect();
        tokio::time::advance(Duration::from_secs(1)).await;
        say(&mut client, "GET /_emu/status HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(hear(&mut client, "}").await.ends_with(told));
        assert!(stage.reports.try_recv().is_err() && stage.apps.try_recv().is_err());
        assert_eq!(stage.shared.meter.last_request.load(Relaxed), 0);
    }
}
