use std::sync::atomic::Ordering::Relaxed;

use super::*;
use crate::event::{ClientKind, Ending};
use crate::spec::Cause;
use crate::units::Elapsed;

#[tokio::test(start_paused = true)]
async fn a_head_passes_as_it_came_but_for_what_belongs_to_the_connection() {
    let mut stage = Stage::open(|rules| {
        for (name, value) in [("X-Request-Start", "t={unix_ms}"), ("x-id", "{request_id}:{port}")] {
            rules.router.request_headers.insert(name.into(), value.into());
        }
    });
    let mut client = stage.connect();
    say(
        &mut client,
        "GET /a?b=%20c HTTP/1.1\r\nHOST: Ex-Ample:80\r\nAccept:  */*\r\nKeep-Alive: 3\r\nX-ID: forged\r\n\
         connection: keep-alive, X-Mine\r\nx-mine: 1\r\nX-Forwarded-For: 1.2.3.4\r\nTE: trailers\r\nx-Last: \"1\" \r\n\r\n",
    )
    .await;
    let mut app = stage.app().await;
    assert_eq!(
        hear(&mut app, "\r\n\r\n").await,
        "GET /a?b=%20c HTTP/1.1\r\nHOST: Ex-Ample:80\r\nAccept:  */*\r\nx-Last: \"1\" \r\n\
         X-Request-Start: t=1000\r\nx-forwarded-for: 1.2.3.4, 10.0.0.7\r\nx-id: 1:8080\r\n\r\n"
    );
    say(&mut app, "HTTP/1.1 404 Not here\r\nSet-Cookie: a\r\nConnection: close, x\r\nx: 1\r\nset-cookie: b\r\ncontent-length: 2\r\n\r\nno").await;
    assert_eq!(
        hear(&mut client, "\r\n\r\nno").await,
        "HTTP/1.1 404 Not here\r\nSet-Cookie: a\r\nset-cookie: b\r\ncontent-length: 2\r\n\r\nno"
    );
    let ended = stage.ended().await;
    assert_eq!((ended.path.as_str(), ended.status, ended.ending), ("/a", Some(404), Ending::App));
    assert_eq!((ended.bytes_in, ended.bytes_out, ended.client), (0, 2, ClientKind::Client));
    assert!(stage.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn one_connection_to_the_app_serves_all_requests_of_a_client() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    for _ in 0..3 {
        get(&mut client, &mut app, HELLO).await;
        hear(&mut client, "hello").await;
    }
    assert!(stage.apps.try_recv().is_err(), "no second connection was made");
}

#[tokio::test(start_paused = true)]
async fn pipelined_requests_are_answered_in_order() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "GET /1 HTTP/1.1\r\nhost: a\r\n\r\nPOST /2 HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab")
        .await;
    say(&mut client, "GET /3 HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut app = stage.app().await;
    for (end, path) in [("\r\n\r\n", "GET /1 "), ("\r\n\r\nab", "POST /2 "), ("\r\n\r\n", "GET /3 ")] {
        assert!(hear(&mut app, end).await.starts_with(path));
        say(&mut app, HELLO).await;
        hear(&mut client, "hello").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_again_when_an_idle_connection_had_just_closed() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    say(&mut client, GET).await;
    // The app reads the request and closes without a word, as one does whose idle time was up.
    hear(&mut app, "\r\n\r\n").await;
    drop(app);
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    assert_eq!(stage.ended().await.ending, Ending::App);
    assert_eq!(stage.ended().await.ending, Ending::App);
}

#[tokio::test(start_paused = true)]
async fn a_post_is_never_sent_twice() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx").await;
    hear(&mut app, "\r\n\r\nx").await;
    drop(app);
    assert!(hear(&mut client, "BadResponse").await.starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    assert!(stage.apps.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn bytes_pass_before_the_answer_is_complete() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.contains("transfer-encoding: chunked\r\n"));
    for event in ["9\r\ndata: 1\n\n\r\n", "9\r\ndata: 2\n\n\r\n", "0\r\nx-sum: 1\r\n\r\n"] {
        say(&mut app, event).await;
        hear(&mut client, event).await;
    }
    assert_eq!((stage.ended().await.bytes_out, stage.is_quiet()), (18, true));
}

#[tokio::test(start_paused = true)]
async fn an_app_may_answer_while_it_reads() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nab\r\n").await;
    let mut app = stage.app().await;
    hear(&mut app, "2\r\nab\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab").await;
    hear(&mut client, "\r\n\r\nab").await;
    say(&mut client, "2;x=\"y\"\r\ncd\r\n0\r\n\r\n").await;
    hear(&mut app, "0\r\n\r\n").await;
    say(&mut app, "cd").await;
    hear(&mut client, "cd").await;
    let ended = stage.ended().await;
    assert_eq!((ended.bytes_in, ended.bytes_out), (4, 4));
    get(&mut client, &mut app, HELLO).await;
    hear(&mut client, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_expects_continue_hears_it_from_the_app() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "PUT / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n").await;
    let mut app = stage.app().await;
    assert!(hear(&mut app, "\r\n\r\n").await.contains("expect: 100-continue\r\n"));
    say(&mut app, "HTTP/1.1 100 Continue\r\n\r\n").await;
    hear(&mut client, "HTTP/1.1 100 Continue\r\n\r\n").await;
    say(&mut client, "abc").await;
    hear(&mut app, "abc").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    assert_eq!(stage.ended().await.status, Some(200));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_head_has_no_body() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").await;
    assert!(hear(&mut client, "\r\n\r\n").await.contains("content-length: 5\r\n"));
    get(&mut client, &mut app, HELLO).await;
    hear(&mut client, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn a_client_with_http_1_0_gets_the_content_without_its_chunks() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "GET / HTTP/1.0\r\n\r\n").await;
    let mut app = stage.app().await;
    assert!(hear(&mut app, "\r\n\r\n").await.starts_with("GET / HTTP/1.1\r\n"));
    say(&mut app, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").await;
    assert_eq!(rest(&mut client).await, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcde");
}

#[tokio::test(start_paused = true)]
async fn a_client_with_http_1_0_may_keep_its_connection() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    for _ in 0..2 {
        say(&mut client, "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n").await;
        let mut app = stage.app().await;
        hear(&mut app, "\r\n\r\n").await;
        say(&mut app, "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
        assert!(hear(&mut client, "hello").await.contains("connection: keep-alive\r\n"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_length_ends_with_its_connection() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.0 200 OK\r\n\r\nuntil the end").await;
    drop(app);
    assert_eq!(rest(&mut client).await, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end");
    assert_eq!(stage.ended().await.ending, Ending::App);
}

#[tokio::test(start_paused = true)]
async fn half_an_answer_is_never_taken_for_a_whole_one() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").await;
    hear(&mut client, "half").await;
    drop(app);
    assert_eq!(rest(&mut client).await, "", "the connection ends");
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.status, ended.bytes_out), (Ending::Cut(Cause::BadResponse), Some(200), 4));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_does_not_speak_http_gets_the_platform_s_answer() {
    for nonsense in [
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\nserver: x\n\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    ] {
        let mut stage = Stage::open(|_| {});
        let mut client = stage.connect();
        say(&mut client, GET).await;
        let mut app = stage.app().await;
        hear(&mut app, "\r\n\r\n").await;
        say(&mut app, nonsense).await;
        assert!(hear(&mut client, "BadResponse").await.starts_with("HTTP/1.1 502 "), "{nonsense:?}");
        assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::BadResponse));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_early_leaves_nothing_behind() {
    let mut stage = Stage::open(|_| {});
    let (mut client, visit) = stage.attend();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    assert_eq!(stage.shared.meter.open_requests.load(Relaxed), 1);
    drop(client);
    visit.await.unwrap();
    assert_eq!(rest(&mut app).await, "", "the app's connection is closed too");
    assert!(stage.is_quiet());
    assert_eq!(stage.ended().await.ending, Ending::ClientLeft);
}

#[tokio::test(start_paused = true)]
async fn an_early_answer_reaches_a_client_that_still_sends() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\nabc").await;
    let mut app = stage.app().await;
    hear(&mut app, "abc").await;
    say(&mut app, "HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno").await;
    drop(app);
    assert!(rest(&mut client).await.ends_with("\r\n\r\nno"));
    assert_eq!(stage.ended().await.status, Some(413));
}

#[tokio::test(start_paused = true)]
async fn the_idle_clock_starts_at_the_last_byte() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na").await;
    hear(&mut client, "a").await;
    tokio::time::advance(std::time::Duration::from_secs(20)).await;
    let counts = [crate::spec::IdleSignal::Request];
    assert_eq!(stage.shared.meter.activity(&counts), crate::edge::Activity::Busy);
    say(&mut app, "b").await;
    hear(&mut client, "b").await;
    let ended = stage.ended().await;
    assert_eq!((ended.total.millis(), ended.first_byte), (20_000, Some(Elapsed::ZERO)));
    let last = crate::edge::Activity::Last(Elapsed::from_secs(20));
    assert_eq!(stage.shared.meter.activity(&counts), last);
}

#[tokio::test(start_paused = true)]
async fn a_door_that_shuts_finishes_what_is_open_and_closes_the_rest() {
    let mut stage = Stage::open(|_| {});
    let (mut idle, idle_visit) = stage.attend();
    let (mut busy, busy_visit) = stage.attend();
    say(&mut busy, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    stage.closing.send_replace(true);
    idle_visit.await.unwrap();
    assert_eq!(rest(&mut idle).await, "");
    say(&mut app, HELLO).await;
    assert!(rest(&mut busy).await.contains("connection: close\r\n"));
    busy_visit.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn whoever_says_who_they_are_is_recorded_as_that() {
    use crate::event::Asker;
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    for (agent, asker) in [
        (
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
            Asker::Monitor("UptimeRobot".into()),
        ),
        ("curl/8.5.0", Asker::Tool("curl".into())),
    ] {
        say(&mut client, &format!("GET / HTTP/1.1\r\nhost: a\r\nUser-Agent: {agent}\r\n\r\n")).await;
        let mut app = stage.app().await;
        assert!(hear(&mut app, "\r\n\r\n").await.contains(&format!("User-Agent: {agent}\r\n")), "it reaches the app");
        say(&mut app, "HTTP/1.1 204 No\r\nconnection: close\r\n\r\n").await;
        hear(&mut client, "\r\n\r\n").await;
        assert_eq!(stage.ended().await.asker, Some(asker));
    }
}
