//! The app as its visitors meet it: over a pipe where time is of our making, over a real socket
//! where the start and the end matter.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::app::App;
use super::*;
use crate::units::{Elapsed, Memory};

pub(super) fn surroundings() -> Surroundings {
    Surroundings { port: None, environment: vec!["PATH".to_owned()], log: Arc::new(|_| ()) }
}

/// A visitor on a pipe, and the life he visits.
async fn visitor(knobs: &Knobs) -> (Arc<App>, SendRequest<Empty<Bytes>>) {
    let app = App::new(knobs, &surroundings());
    let (near, far) = tokio::io::duplex(64 << 10);
    let (keep, stopping) = watch::channel(false);
    let served = Arc::clone(&app);
    tokio::spawn(async move {
        life::converse(served, far, stopping).await;
        drop(keep);
    });
    let (sender, connection) = handshake(TokioIo::new(near)).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    (app, sender)
}

async fn ask(sender: &mut SendRequest<Empty<Bytes>>, path: &str, accept: &str) -> Response<Incoming> {
    let request = Request::get(path).header("host", "app").header("accept", accept).body(Empty::new()).unwrap();
    sender.send_request(request).await.unwrap()
}

async fn read(answer: Response<Incoming>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn ask_json(sender: &mut SendRequest<Empty<Bytes>>, path: &str) -> Value {
    let answer = ask(sender, path, "*/*").await;
    serde_json::from_str(&read(answer).await).unwrap()
}

#[tokio::test]
async fn a_browser_gets_a_page_and_a_program_gets_json() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    let page = ask(&mut sender, "/", "text/html,*/*").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(read(page).await.contains("<h1>mimic</h1>"));
    let seen = ask_json(&mut sender, "/").await;
    assert_eq!((&seen["app"], &seen["visits"]), (&Value::from("mimic"), &Value::from(2)));
}

#[tokio::test]
async fn memory_is_held_until_it_is_given_back() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    assert_eq!(ask_json(&mut sender, "/memory/hold?size=3MiB").await["held_bytes"], 3 << 20);
    assert_eq!(ask_json(&mut sender, "/see").await["held_bytes"], 3 << 20);
    assert_eq!(ask_json(&mut sender, "/memory/free").await["freed_bytes"], 3 << 20);
    assert_eq!(ask_json(&mut sender, "/see").await["held_bytes"], 0);
}

#[tokio::test]
async fn a_wish_that_makes_no_sense_is_refused_with_a_reason() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    let answer = ask(&mut sender, "/memory/hold?size=lots", "*/*").await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(read(answer).await.contains("found `lots`, expected a size"));
}

#[tokio::test]
async fn a_form_without_script_comes_back_to_the_front_page() {
    let (app, mut sender) = visitor(&Knobs::default()).await;
    let answer = ask(&mut sender, "/memory/hold?size=1MiB", "text/html").await;
    assert_eq!((answer.status(), &answer.headers()["location"]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
    assert_eq!(app.held.size(), Memory::from_mib(1));
}

#[tokio::test(start_paused = true)]
async fn health_fails_for_as_long_as_it_was_told_to() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    assert_eq!(read(ask(&mut sender, "/health", "*/*").await).await, "ok");
    ask_json(&mut sender, "/mood?as=fail&for=60s").await;
    assert_eq!(ask(&mut sender, "/health", "*/*").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(ask(&mut sender, "/health", "*/*").await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn silence_lasts_as_long_as_it_was_told_to() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    ask_json(&mut sender, "/silence?for=40s").await;
    let asked = Instant::now();
    ask_json(&mut sender, "/see").await;
    assert!((40_000..40_100).contains(&asked.elapsed().as_millis()), "{:?}", asked.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_late_twice_when_told_so() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    let asked = Instant::now();
    let mut answer = ask(&mut sender, "/slow?before=2s&middle=3s", "*/*").await;
    assert_eq!(asked.elapsed().as_secs(), 2);
    assert_eq!(answer.frame().await.unwrap().unwrap().into_data().unwrap(), "half\n");
    assert_eq!(asked.elapsed().as_secs(), 2);
    assert_eq!(answer.frame().await.unwrap().unwrap().into_data().unwrap(), "whole\n");
    assert_eq!(asked.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn pieces_come_at_their_beat_the_first_at_once() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    let asked = Instant::now();
    let mut answer = ask(&mut sender, "/chunks?count=3&every=1s", "*/*").await;
    let mut arrivals = Vec::new();
    while let Some(frame) = answer.frame().await {
        arrivals.push((asked.elapsed().as_secs(), frame.unwrap().into_data().unwrap()));
    }
    assert_eq!(arrivals, [(0, "chunk 1\n".into()), (1, "chunk 2\n".into()), (2, "chunk 3\n".into())]);
}

#[tokio::test]
async fn an_answer_has_the_status_and_the_size_asked_for() {
    let (_app, mut sender) = visitor(&Knobs::default()).await;
    let answer = ask(&mut sender, "/answer?status=503&size=200000B", "*/*").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(read(answer).await.len(), 200_000);
}

#[tokio::test(start_paused = true)]
async fn the_first_exit_status_counts() {
    let app = App::new(&Knobs::default(), &surroundings());
    app.leave(3);
    app.leave(4);
    assert_eq!(app.left().await, 3);
}

#[tokio::test]
async fn the_mark_of_an_earlier_life_is_found_in_the_same_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let knobs = Knobs { folder: Some(folder.path().to_owned()), ..Knobs::default() };
    let first = App::new(&knobs, &surroundings());
    assert_eq!(first.earlier_lives, 0);
    disk::mark(&first).unwrap();
    assert_eq!(App::new(&knobs, &surroundings()).earlier_lives, 1);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(disk::earlier_lives(elsewhere.path()), 0);
}

/// Lives on a port of the system's choice, and tells its lines.
fn lives(knobs: Knobs) -> (tokio::task::JoinHandle<u8>, mpsc::UnboundedReceiver<String>) {
    let (lines, told) = mpsc::unbounded_channel();
    let log: Log = Arc::new(move |line: &str| drop(lines.send(line.to_owned())));
    let knobs = Knobs { listen: [127, 0, 0, 1].into(), port: Some(0), ..knobs };
    (tokio::spawn(life::live(knobs, Surroundings { log, ..surroundings() })), told)
}

async fn line_with(told: &mut mpsc::UnboundedReceiver<String>, part: &str) -> String {
    loop {
        let line = told.recv().await.expect("it lives until it has said this");
        if line.contains(part) {
            return line;
        }
    }
}

#[tokio::test]
async fn a_crash_breaks_the_connection_and_ends_with_its_status() {
    let (life, mut told) = lives(Knobs::default());
    let said = line_with(&mut told, "listening on ").await;
    let address = said.split(' ').nth(2).unwrap().to_owned();
    let socket = TcpStream::connect(&address).await.unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/exit?code=9").header("host", "app").body(Empty::<Bytes>::new()).unwrap();
    let answer = tokio::spawn(async move { sender.send_request(request).await.map(|_| ()) });
    assert_eq!(life.await.unwrap(), 9);
    // The socket closes with the life's runtime; here it is still open, so nobody ever answered.
    assert!(!answer.is_finished());
    answer.abort();
}

#[tokio::test]
async fn a_crash_at_boot_never_listens() {
    let (life, mut told) = lives(Knobs { crash_at_boot: Some(7), ..Knobs::default() });
    assert_eq!(life.await.unwrap(), 7);
    let mut lines = Vec::new();
    while let Ok(line) = told.try_recv() {
        lines.push(line);
    }
    assert!(lines.contains(&"crashing at boot with exit status 7".to_owned()), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("listening")), "{lines:?}");
}

#[tokio::test]
async fn a_port_that_is_no_number_is_told_and_nothing_starts() {
    let (lines, mut told) = mpsc::unbounded_channel();
    let log: Log = Arc::new(move |line: &str| drop(lines.send(line.to_owned())));
    let surroundings = Surroundings { port: Some("http".to_owned()), log, ..surroundings() };
    assert_eq!(life::live(Knobs::default(), surroundings).await, life::CANNOT_START);
    line_with(&mut told, "`PORT`: found `http`, expected a port number").await;
}

#[tokio::test(start_paused = true)]
async fn it_leaves_by_itself_when_its_time_is_over() {
    let knobs = Knobs { no_listen: true, exit_after: Some(Elapsed::from_secs(30)), exit_code: 4, ..Knobs::default() };
    let born = Instant::now();
    assert_eq!(life::live(knobs, surroundings()).await, 4);
    assert_eq!(born.elapsed().as_secs(), 30);
}

#[test]
fn the_default_knobs_are_those_of_an_empty_command_line() {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        knobs: Knobs,
    }
    let parsed = <Line as clap::Parser>::parse_from(["mimic"]).knobs;
    assert_eq!(format!("{parsed:?}"), format!("{:?}", Knobs::default()));
}

proptest! {
    #[test]
    fn no_address_is_answered_with_a_panic(path in "/[a-z/?=&%0-9]{0,20}") {
        prop_assume!(!["/exit", "/silence", "/slow", "/cpu", "/events", "/mood", "/disk", "/memory", "/processes"]
            .iter().any(|taken| path.starts_with(taken)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_app, mut sender) = visitor(&Knobs::default()).await;
            let request = Request::get(path.as_str()).header("host", "app").body(Empty::new()).unwrap();
            let answer = sender.send_request(request).await;
            prop_assert!(answer.is_ok());
            Ok(())
        })?;
    }
}
