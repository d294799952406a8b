//! The front door over real sockets, on a thread of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use emu::edge::{Door, EdgeRules, Epoch, Meter, Report, Wiring, serve};
use emu::event::{ClientKind, Ending, Gate, Hold, Request};
use emu::spec::{Answer, Cause, RouterRules, WakeAnswer, WakeRules};
use emu::units::{Elapsed, Memory};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Message};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// A door, what stands before it and what stands behind it.
struct House {
    door: Door,
    gate: watch::Sender<Gate>,
    reports: mpsc::UnboundedReceiver<Report>,
    meter: Arc<Meter>,
    app: TcpListener,
}

impl House {
    async fn new(change: impl FnOnce(&mut EdgeRules)) -> Self {
        let mut rules = rules();
        change(&mut rules);
        let app = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let (gate, watched) = watch::channel(Gate::Open(app.local_addr().expect("it is bound")));
        let (send, reports) = mpsc::unbounded_channel();
        let meter = Arc::new(Meter::default());
        let wiring = Wiring { rules, epoch: Epoch::begin(), gate: watched, reports: send, meter: Arc::clone(&meter) };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        Self { door: serve(listener, wiring, TcpStream::connect).expect("a door opens"), gate, reports, meter, app }
    }

    fn address(&self) -> SocketAddr {
        self.app.local_addr().expect("it is bound")
    }

    async fn connect(&self) -> TcpStream {
        let client = TcpStream::connect(self.door.address()).await.expect("the door is open");
        client.set_nodelay(true).expect("a new socket takes options");
        client
    }

    async fn accept(&self) -> TcpStream {
        let (app, _) = self.app.accept().await.expect("the app listens");
        app.set_nodelay(true).expect("a new socket takes options");
        app
    }

    async fn ended(&mut self) -> Request {
        loop {
            if let Report::Ended(request) = self.reports.recv().await.expect("the door lives") {
                return *request;
            }
        }
    }

    fn is_quiet(&self) -> bool {
        let meter = &self.meter;
        [&meter.open_requests, &meter.held, &meter.open_websockets].iter().all(|count| count.load(Relaxed) == 0)
    }
}

fn rules() -> EdgeRules {
    let causes =
        [(Cause::Waking, 503), (Cause::BodyTooLarge, 413), (Cause::Unreachable, 502), (Cause::BadRequest, 400)];
    let answer = |cause: Cause, status| Answer { status, headers: BTreeMap::new(), body: format!("{cause:?}") };
    EdgeRules {
        tells_presence: false,
        router: RouterRules {
            first_byte: Some(Elapsed::from_secs(60)),
            idle: Some(Elapsed::from_secs(60)),
            total: None,
            connect: Elapsed::from_secs(5),
            body: None,
            head: Memory::from_bytes(65_536),
            headers: 100,
            concurrency: None,
            websockets: true,
            request_headers: BTreeMap::new(),
            response_headers: BTreeMap::new(),
        },
        wake: WakeRules {
            browser: WakeAnswer::Page,
            client: WakeAnswer::Held,
            websocket: WakeAnswer::Held,
            held_max: 100,
            held_timeout: Elapsed::from_secs(60),
            held_body: Memory::from_mib(1),
            stand_ins: BTreeMap::new(),
            sleeping_methods: Vec::new(),
        },
        answers: causes.into_iter().map(|(cause, status)| (cause, answer(cause, status))).collect(),
    }
}

async fn hear(from: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut heard = Vec::new();
    while !heard.ends_with(end) {
        let n = from.read_buf(&mut heard).await.expect("the connection holds");
        assert!(n > 0, "ended early: {:?}", String::from_utf8_lossy(&heard));
    }
    heard
}

/// The app that answers every request on every connection.
async fn serve_hello(app: TcpListener) {
    loop {
        let (mut app, _) = app.accept().await.expect("the app listens");
        tokio::spawn(async move {
            let mut bytes = Vec::new();
            while app.read_buf(&mut bytes).await.is_ok_and(|n| n > 0) {
                if bytes.ends_with(b"\r\n\r\n") {
                    bytes.clear();
                    app.write_all(HELLO).await.expect("the door listens");
                }
            }
        });
    }
}

#[tokio::test]
async fn a_keep_alive_get_has_no_floor_of_forty_milliseconds() {
    let house = House::new(|_| {}).await;
    let mut client = house.connect().await;
    let mut app = None;
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let started = Instant::now();
        client.write_all(GET).await.unwrap();
        let app = match &mut app {
            Some(app) => app,
            none => none.insert(house.accept().await),
        };
        hear(app, b"\r\n\r\n").await;
        app.write_all(HELLO).await.unwrap();
        hear(&mut client, b"hello").await;
        best = best.min(started.elapsed());
    }
    assert!(best < Duration::from_millis(20), "{best:?}");
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn an_event_arrives_as_soon_as_the_app_sent_it() {
    let house = House::new(|_| {}).await;
    let mut client = house.connect().await;
    client.write_all(GET).await.unwrap();
    let mut app = house.accept().await;
    hear(&mut app, b"\r\n\r\n").await;
    app.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await.unwrap();
    hear(&mut client, b"\r\n\r\n").await;
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let sent = Instant::now();
        app.write_all(b"data: x\n\n").await.unwrap();
        assert_eq!(hear(&mut client, b"\n\n").await, b"data: x\n\n");
        best = best.min(sent.elapsed());
    }
    assert!(best < Duration::from_millis(20), "{best:?}");
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn a_waking_page_comes_at_once() {
    let mut house = House::new(|_| {}).await;
    house.gate.send_replace(Gate::Hold(Hold::Asleep));
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let started = Instant::now();
        let mut client = house.connect().await;
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n").await.unwrap();
        hear(&mut client, b"Waking").await;
        best = best.min(started.elapsed());
        let asked = house.reports.recv().await.unwrap();
        assert!(matches!(asked, Report::WakeAsked { client: ClientKind::Browser, .. }), "{asked:?}");
        assert_eq!(house.ended().await.ending, Ending::Platform(Cause::Waking));
    }
    assert!(best < Duration::from_millis(50), "{best:?}");
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn fifty_held_requests_are_all_served_by_one_wake() {
    let mut house = House::new(|_| {}).await;
    house.gate.send_replace(Gate::Hold(Hold::Asleep));
    let mut clients = Vec::new();
    for _ in 0..50 {
        let mut client = house.connect().await;
        client.write_all(GET).await.unwrap();
        clients.push(client);
    }
    for _ in 0..50 {
        assert!(matches!(house.reports.recv().await.unwrap(), Report::WakeAsked { .. }));
    }
    assert_eq!(house.meter.held.load(Relaxed), 50);
    // The app only begins to listen now: until then its address refuses.
    let address = house.address();
    let app = std::mem::replace(&mut house.app, TcpListener::bind("127.0.0.1:0").await.unwrap());
    drop(app);
    house.gate.send_replace(Gate::Open(address));
    let app = tokio::spawn(serve_hello(TcpListener::bind(address).await.unwrap()));
    for client in &mut clients {
        hear(client, b"hello").await;
    }
    for _ in 0..50 {
        let Report::Ended(request) = house.reports.recv().await.unwrap() else { panic!("nobody asks twice") };
        assert_eq!((request.ending, request.status), (Ending::App, Some(200)));
    }
    assert!(house.is_quiet());
    app.abort();
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn a_websocket_echoes_through_the_door_and_its_pings_are_seen() {
    let mut house = House::new(|_| {}).await;
    let client = house.connect().await;
    let url = format!("ws://{}/chat", house.door.address());
    let (client, app) = tokio::join!(tokio_tungstenite::client_async(url, client), async {
        tokio_tungstenite::accept_async(house.accept().await).await
    });
    let ((mut client, _), mut app) = (client.unwrap(), app.unwrap());
    assert_eq!(house.meter.open_websockets.load(Relaxed), 1);
    let long = Message::binary(vec![7; 1_000_000]);
    for message in [Message::text("hello"), long, Message::Ping(Bytes::from_static(b"p"))] {
        client.send(message.clone()).await.unwrap();
        let came = app.next().await.unwrap().unwrap();
        assert_eq!(came, message);
        if came.is_ping() {
            app.flush().await.unwrap();
            assert!(client.next().await.unwrap().unwrap().is_pong());
        } else {
            app.send(came).await.unwrap();
            assert_eq!(client.next().await.unwrap().unwrap(), message);
        }
    }
    let (message, ping) = (house.meter.last_message.load(Relaxed), house.meter.last_ping.load(Relaxed));
    assert!(ping > message && message > 0, "{message} {ping}");
    client.close(None).await.unwrap();
    while app.next().await.is_some() {}
    drop((client, app));
    let ended = house.ended().await;
    assert_eq!((ended.client, ended.status, ended.ending), (ClientKind::Websocket, Some(101), Ending::App));
    assert!(house.is_quiet());
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn twenty_megabytes_pass_both_ways_unchanged() {
    const SIZE: usize = 20 << 20;
    let mut house = House::new(|_| {}).await;
    let body: Vec<u8> = (0..SIZE).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect();
    let (mut client, sent) = (house.connect().await, body.clone());
    let uploaded = tokio::spawn(async move {
        client
            .write_all(format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {SIZE}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        client.write_all(&sent).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        answer
    });
    let mut app = house.accept().await;
    let mut request = Vec::new();
    while request.len() < SIZE || !request.windows(4).take(500).any(|end| end == b"\r\n\r\n") {
        app.read_buf(&mut request).await.unwrap();
    }
    let head = request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    while request.len() < head + SIZE {
        app.read_buf(&mut request).await.unwrap();
    }
    assert!(request[head..] == body, "the app gets what the client sent");
    app.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await.unwrap();
    app.write_all(&body).await.unwrap();
    drop(app);
    assert!(uploaded.await.unwrap().ends_with(&body), "the client gets what the app sent");
    let ended = house.ended().await;
    assert_eq!((ended.bytes_in, ended.bytes_out), (SIZE as u64, SIZE as u64));
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn a_client_that_sends_too_much_still_gets_its_answer() {
    let house = House::new(|rules| rules.router.body = Some(Memory::from_bytes(1_000))).await;
    let mut client = house.connect().await;
    client.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n").await.unwrap();
    // The door reads on for a while, so this is neither an error nor the end of the answer.
    client.write_all(&vec![b'x'; 3_000_000]).await.unwrap();
    let answer = hear(&mut client, b"BodyTooLarge").await;
    assert!(answer.starts_with(b"HTTP/1.1 413 "));
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn a_client_that_leaves_early_frees_the_app() {
    let mut house = House::new(|_| {}).await;
    let mut client = house.connect().await;
    client.write_all(GET).await.unwrap();
    let mut app = house.accept().await;
    hear(&mut app, b"\r\n\r\n").await;
    assert_eq!(house.meter.open_requests.load(Relaxed), 1);
    drop(client);
    assert_eq!(app.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(house.ended().await.ending, Ending::ClientLeft);
    assert!(house.is_quiet());
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn half_an_answer_without_a_length_breaks_the_connection_off() {
    let mut house = House::new(|rules| rules.router.idle = Some(Elapsed::from_millis(50))).await;
    let mut client = house.connect().await;
    client.write_all(GET).await.unwrap();
    let mut app = house.accept().await;
    hear(&mut app, b"\r\n\r\n").await;
    app.write_all(b"HTTP/1.0 200 OK\r\n\r\nhalf").await.unwrap();
    hear(&mut client, b"half").await;
    assert!(client.read(&mut [0]).await.is_err(), "an orderly end would make it look whole");
    assert_eq!(house.ended().await.ending, Ending::Cut(Cause::IdleTimeout));
    house.door.shut(Elapsed::ZERO).await;
}

#[tokio::test]
async fn a_door_that_is_shut_waits_for_open_requests_and_leaves_nothing() {
    let mut house = House::new(|_| {}).await;
    let address = house.door.address();
    let mut busy = house.connect().await;
    busy.write_all(GET).await.unwrap();
    let mut app = house.accept().await;
    hear(&mut app, b"\r\n\r\n").await;
    let shut = tokio::spawn(house.door.shut(Elapsed::from_secs(600)));
    // The listener goes first.
    while TcpStream::connect(address).await.is_ok() {}
    app.write_all(HELLO).await.unwrap();
    assert!(hear(&mut busy, b"hello").await.windows(17).any(|line| line == b"connection: close"));
    shut.await.unwrap();
    assert_eq!(endings(&mut house.reports).await, [Ending::App]);
    let meter = &house.meter;
    assert_eq!(meter.open_requests.load(Relaxed) + meter.held.load(Relaxed), 0);
}

#[tokio::test]
async fn a_door_that_is_shut_waits_no_longer_than_it_was_told() {
    let mut house = House::new(|_| {}).await;
    let mut stuck = house.connect().await;
    stuck.write_all(GET).await.unwrap();
    let mut silent = house.accept().await;
    hear(&mut silent, b"\r\n\r\n").await;
    house.door.shut(Elapsed::from_millis(50)).await;
    assert!(!matches!(stuck.read(&mut [0]).await, Ok(1..)), "the bound on draining holds");
    assert_eq!(endings(&mut house.reports).await, [Ending::Cut(Cause::Unreachable)]);
    let meter = &house.meter;
    assert_eq!(meter.open_requests.load(Relaxed) + meter.held.load(Relaxed), 0);
}

/// How the requests ended, once the door is gone.
async fn endings(reports: &mut mpsc::UnboundedReceiver<Report>) -> Vec<Ending> {
    let mut endings = Vec::new();
    while let Some(report) = reports.recv().await {
        if let Report::Ended(request) = report {
            endings.push(request.ending);
        }
    }
    endings
}
