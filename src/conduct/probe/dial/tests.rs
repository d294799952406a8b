use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;
use crate::engine::fake::{FakeEngine, Script};
use crate::spec::example::example;

/// What a listener does with a connection.
#[derive(Clone, Copy)]
enum App {
    /// Answers with this.
    Says(&'static str),
    /// Closes at once, as a forwarder does when nobody is behind it.
    Closes,
    /// Keeps the connection and says nothing.
    Waits,
}

/// An app on a port of its own, and what it was asked first.
async fn listening(app: App) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1_024];
        let App::Says(answer) = app else {
            if matches!(app, App::Waits) {
                let _ = stream.read(&mut head).await;
            }
            return String::new();
        };
        let read = stream.read(&mut head).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    (address, served)
}

fn dial(edit: impl FnOnce(&mut Spec)) -> Dial<FakeEngine> {
    let mut spec = example();
    spec.health.check = HealthCheck::Http("/healthz?full=1".into());
    edit(&mut spec);
    let dial = Dial::new(Arc::new(FakeEngine::new(|_| Script::default())), &spec, Some("http://127.0.0.1:8080"));
    Dial { stays_open: STAYS_OPEN, ..dial }
}

async fn asked(app: App, edit: impl FnOnce(&mut Spec)) -> Result<(), Unwell> {
    let (address, _served) = listening(app).await;
    dial(edit).ask(address).await
}

#[tokio::test]
async fn where_nobody_stands_in_between_an_accepted_connection_is_the_apps() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let direct = Dial { stays_open: Elapsed::ZERO, ..dial(|_| {}) };
    assert_eq!(direct.knock(listener.local_addr().unwrap()).await, Ok(()));
}

#[tokio::test]
async fn it_asks_as_a_visitor_of_the_front_door_and_says_who_it_is() {
    let (address, served) = listening(App::Says("HTTP/1.1 204 No Content\r\n\r\n")).await;
    assert_eq!(dial(|_| {}).ask(address).await, Ok(()));
    let head = served.await.unwrap().to_lowercase();
    for part in ["get /healthz?full=1 http/1.1\r\n", "host: 127.0.0.1:8080\r\n", "user-agent: emu-health/"] {
        assert!(head.contains(part), "{part:?} is not in {head:?}");
    }
}

#[tokio::test]
async fn a_status_outside_the_range_is_unwell() {
    let unwell = asked(App::Says("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"), |_| {}).await;
    assert_eq!(unwell, Err(Unwell { reason: "status 500".into(), status: Some(500) }));
    let found = App::Says("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(asked(found, |_| {}).await, Ok(()));
    assert!(asked(found, |spec| spec.health.status_high = 299).await.is_err());
}

#[tokio::test]
async fn a_body_that_does_not_say_so_is_unwell() {
    let wants = |spec: &mut Spec| spec.health.body = Some("ok".into());
    assert_eq!(asked(App::Says("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nall ok"), wants).await, Ok(()));
    let unwell = asked(App::Says("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnope"), wants).await;
    assert_eq!(unwell, Err(Unwell::new("the answer does not contain `ok`")));
}

#[tokio::test]
async fn what_is_not_http_or_not_an_answer_is_unwell() {
    let garbage = asked(App::Says("SSH-2.0-OpenSSH_9.6\r\n\r\n"), |_| {}).await;
    assert_eq!(garbage, Err(Unwell::new("the answer is not HTTP")));
    let closed = asked(App::Closes, |_| {}).await;
    assert_eq!(closed, Err(Unwell::new("the connection was closed before an answer")));
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(dial(|_| {}).ask(address).await, Err(Unwell::new("connection refused")));
}

#[tokio::test]
async fn a_forwarder_with_nobody_behind_it_is_not_an_open_port() {
    let (address, _served) = listening(App::Closes).await;
    assert_eq!(dial(|_| {}).knock(address).await, Err(Unwell::new("the connection was closed at once")));
    let (address, _served) = listening(App::Waits).await;
    assert_eq!(dial(|_| {}).knock(address).await, Ok(()));
}

#[tokio::test]
async fn a_plan_that_asks_by_connection_is_content_with_one() {
    for check in [HealthCheck::Tcp, HealthCheck::None] {
        assert_eq!(asked(App::Waits, |spec| spec.health.check = check.clone()).await, Ok(()));
        assert!(asked(App::Closes, |spec| spec.health.check = check).await.is_err());
    }
}
