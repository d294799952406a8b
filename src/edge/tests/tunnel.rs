use super::*;
use crate::edge::Activity;
use crate::event::{ClientKind, Ending};
use crate::spec::{Cause, IdleSignal};
use crate::units::Elapsed;

const SOCKET: &str = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Key: AA==\r\n\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
/// A text message of one byte, a ping and a close, masked with zeros.
const MESSAGE: &[u8] = &[0x81, 0x81, 0, 0, 0, 0, b'x'];
const PING: &[u8] = &[0x89, 0x80, 0, 0, 0, 0];
const CLOSE: &[u8] = &[0x88, 0x80, 0, 0, 0, 0];

/// An open WebSocket: its client and its app.
async fn upgraded(stage: &mut Stage) -> (DuplexStream, DuplexStream) {
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    let mut app = stage.app().await;
    let head = hear(&mut app, "\r\n\r\n").await;
    assert!(head.contains("\r\nUpgrade: websocket\r\n") && head.contains("\r\nconnection: Upgrade\r\n"), "{head}");
    say(&mut app, SWITCH).await;
    let head = hear(&mut client, "\r\n\r\n").await;
    assert!(head.contains("\r\nUpgrade: websocket\r\n") && head.contains("\r\nconnection: Upgrade\r\n"), "{head}");
    (client, app)
}

async fn pass(from: &mut DuplexStream, to: &mut DuplexStream, bytes: &[u8]) {
    from.write_all(bytes).await.unwrap();
    let mut came = vec![0; bytes.len()];
    to.read_exact(&mut came).await.unwrap();
    assert_eq!(came, bytes);
}

#[tokio::test(start_paused = true)]
async fn a_websocket_passes_untouched_and_is_metered_by_what_it_carries() {
    let mut stage = Stage::open(|_| {});
    let (mut client, mut app) = upgraded(&mut stage).await;
    let activity = |stage: &Stage, signal| stage.shared.meter.activity(&[signal]);
    let last = |seconds| Activity::Last(Elapsed::from_secs(seconds));
    assert_eq!(activity(&stage, IdleSignal::Request), last(0), "the request is over, whatever becomes of the socket");
    assert_eq!(activity(&stage, IdleSignal::WebsocketOpen), Activity::Busy);
    tokio::time::advance(Duration::from_secs(2)).await;
    pass(&mut client, &mut app, PING).await;
    tokio::time::advance(Duration::from_secs(2)).await;
    pass(&mut app, &mut client, MESSAGE).await;
    assert_eq!(activity(&stage, IdleSignal::WebsocketPing), last(2));
    assert_eq!(activity(&stage, IdleSignal::WebsocketMessage), last(4));
    tokio::time::advance(Duration::from_secs(2)).await;
    pass(&mut client, &mut app, CLOSE).await;
    drop(app);
    assert_eq!(rest(&mut client).await, "");
    drop(client);
    let ended = stage.ended().await;
    assert_eq!((ended.status, ended.ending, ended.client), (Some(101), Ending::App, ClientKind::Websocket));
    assert_eq!((ended.bytes_in, ended.bytes_out), (12, 7));
    assert_eq!(activity(&stage, IdleSignal::WebsocketOpen), last(6));
    assert!(stage.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_whole_answers_does_not_cut_a_websocket_but_silence_does() {
    let mut stage = Stage::open(|rules| rules.router.total = Some(Elapsed::from_secs(10)));
    let (mut client, mut app) = upgraded(&mut stage).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(50)).await;
        pass(&mut client, &mut app, PING).await;
    }
    assert_eq!(rest(&mut client).await, "");
    let ended = stage.ended().await;
    assert_eq!((ended.ending, ended.total), (Ending::Cut(Cause::IdleTimeout), Elapsed::from_secs(555)));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_dies_under_a_websocket_is_a_cut() {
    let mut stage = Stage::open(|_| {});
    let (mut client, app) = upgraded(&mut stage).await;
    drop(app);
    assert_eq!(rest(&mut client).await, "");
    drop(client);
    assert_eq!(stage.ended().await.ending, Ending::Cut(Cause::BadResponse));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanishes_frees_its_websocket() {
    let mut stage = Stage::open(|_| {});
    let (client, app) = upgraded(&mut stage).await;
    drop(client);
    // The app never closes its side.
    let ended = stage.ended().await;
    assert_eq!(ended.ending, Ending::ClientLeft);
    assert!(stage.is_quiet());
    drop(app);
}

#[tokio::test(start_paused = true)]
async fn bytes_sent_right_behind_the_handshake_arrive() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, &format!("{SOCKET}early")).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, &format!("{SWITCH}first")).await;
    hear(&mut client, "\r\n\r\nfirst").await;
    assert_eq!(hear(&mut app, "early").await, "early");
}

#[tokio::test(start_paused = true)]
async fn an_app_may_decline_an_upgrade() {
    let mut stage = Stage::open(|_| {});
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    let mut app = stage.app().await;
    hear(&mut app, "\r\n\r\n").await;
    say(&mut app, HELLO).await;
    hear(&mut client, "hello").await;
    get(&mut client, &mut app, HELLO).await;
    hear(&mut client, "hello").await;
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_websockets_says_so() {
    let mut stage = Stage::open(|rules| rules.router.websockets = false);
    let mut client = stage.connect();
    say(&mut client, SOCKET).await;
    assert!(hear(&mut client, "NoWebsocket").await.starts_with("HTTP/1.1 426 "));
    assert_eq!(stage.ended().await.ending, Ending::Platform(Cause::NoWebsocket));
}

#[tokio::test(start_paused = true)]
async fn a_door_that_shuts_closes_websockets() {
    let mut stage = Stage::open(|_| {});
    let (mut client, _app) = upgraded(&mut stage).await;
    stage.closing.send_replace(true);
    assert_eq!(rest(&mut client).await, "");
    assert_eq!(stage.ended().await.ending, Ending::App);
    assert!(stage.is_quiet());
}
