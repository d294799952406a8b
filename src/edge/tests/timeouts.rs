use tokio::time::Instant;

use super::*;
use crate::event::Ending;
use crate::spec::Cause;
use crate::units::Elapsed;

#[tokio::test(start_paused = true)]
async fn an_app_that_says_nothing_gets_the_first_byte_answer_at_that_limit() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let _app = stage.app().await;
    assert!(hear(&mut client, "FirstByteTimeout").await.starts_with("HTTP/1.1 503 "));
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.total), (Ending::Platform(Cause::FirstByteTimeout), Elapsed::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn the_first_byte_limit_counts_from_the_end_of_the_request() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\na").await;
    let mut app = stage.app().await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    say(&mut client, "b").await;
    hear(&mut app, "ab").await;
    hear(&mut client, "FirstByteTimeout").await;
    assert_eq!(stage.ended().await.total, Elapsed::from_secs(80));
}

#[tokio::test(start_paused = true)]
async fn silence_inside_an_answer_cuts_it() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab").await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    say(&mut app, "c").await;
    assert!(rest(&mut client).await.ends_with("abc"));
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.total), (Ending::Cut(Cause::IdleTimeout), Elapsed::from_secs(105)));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stalls_ends_by_the_idle_limit() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\na").await;
    let _app = stage.app().await;
    assert!(rest(&mut client).await.ends_with("IdleTimeout"));
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::IdleTimeout));
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_has_a_limit_of_its_own() {
    let mut stage = Stage::open(|rules| rules.router.total = Some(Elapsed::from_secs(100)));
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, "HTTP/1.1 200 OK\r\n\r\n").await;
    let drip = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(10)).await;
            if app.write_all(b".").await.is_err() {
                return;
            }
        }
    });
    assert!(rest(&mut client).await.ends_with(&".".repeat(9)));
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.total), (Ending::Cut(Cause::TotalTimeout), Elapsed::from_secs(100)));
    drip.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_limit_means_no_limit() {
    let mut stage = Stage::open(|rules| (rules.router.first_byte, rules.router.idle) = (None, None));
    let mut client = stage.connect();
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_in_is_given_up() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    let started = Instant::now();
    say(&mut client, "GET / HT").await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    say(&mut client, "TP/1.1\r\n").await;
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::BadRequest));
    assert_eq!(started.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_requests_is_closed_in_the_end() {
    let stage = Stage::open(|_| {});
    let mut client = stage.connect();
    let started = Instant::now();
    assert_eq!(rest(&mut client).await, "");
    assert_eq!(started.elapsed().as_secs(), 75);
    assert!(stage.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn an_app_that_refuses_connections_is_unreachable_at_once() {
    let mut stage = Stage::open(|_| {});
    stage.pipes.refuses.store(1, Relaxed);
    let mut client = stage.connect();
    say(&mut client, GET).await;
    assert!(hear(&mut client, "Unreachable").await.starts_with("HTTP/1.1 502 "));
    assert_eq!(stage.ended().await.total, Elapsed::ZERO);
    // The client's connection goes on behind the platform's answer.
    say(&mut client, GET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn an_app_that_never_takes_the_connection_is_unreachable_after_the_connect_limit() {
    #[derive(Clone)]
    struct Nowhere;
    impl Dial for Nowhere {
        type Stream = DuplexStream;
        async fn dial(&self, _: SocketAddr) -> io::Result<DuplexStream> {
            std::future::pending().await
        }
    }
    let mut stage = Stage::open(|_| {});
    let (mut client, door) = duplex(1024);
    tokio::spawn(attend(Arc::clone(&stage.shared), door, APP.ip(), Nowhere));
    say(&mut client, GET).await;
    hear(&mut client, "Unreachable").await;
    assert_eq!(stage.ended().await.total, Elapsed::from_secs(5));
}
