//! The stack over in-memory pipes and a paused clock: a client on one side, a scripted app on the other.

mod forward;
mod gate;
mod presence;
mod refused;
mod timeouts;
mod tunnel;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::shared::{Place, Shared};
use super::visit::attend;
use super::wire::{Dial, Stream};
use super::{EdgeRules, Epoch, Meter, Report, Wiring};
use crate::event::{Gate, Hold, Request};
use crate::spec::example::example;

/// Where the scripted app is said to be.
const APP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

/// A GET as short as it gets.
const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
/// An answer with five bytes.
const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

impl Stream for DuplexStream {}

/// The app: every connection made to it is handed to the test.
#[derive(Debug, Clone)]
struct Pipes {
    made: mpsc::UnboundedSender<DuplexStream>,
    /// So many dials are refused first.
    refuses: Arc<AtomicU32>,
}

impl Dial for Pipes {
    type Stream = DuplexStream;

    async fn dial(&self, _: SocketAddr) -> io::Result<DuplexStream> {
        if self.refuses.load(Relaxed) > 0 {
            self.refuses.fetch_sub(1, Relaxed);
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (near, far) = duplex(256 * 1024);
        self.made.send(far).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(near)
    }
}

/// One door without a listener.
struct Stage {
    shared: Arc<Shared>,
    gate: watch::Sender<Gate>,
    closing: watch::Sender<bool>,
    reports: mpsc::UnboundedReceiver<Report>,
    apps: mpsc::UnboundedReceiver<DuplexStream>,
    pipes: Pipes,
}

impl Stage {
    /// A door whose gate is open, under the example's rules as changed by `change`.
    fn open(change: impl FnOnce(&mut EdgeRules)) -> Self {
        Self::with(Gate::Open(APP), change)
    }

    /// A door before a sleeping app.
    fn asleep(change: impl FnOnce(&mut EdgeRules)) -> Self {
        Self::with(Gate::Hold(Hold::Asleep), change)
    }

    fn with(gate: Gate, change: impl FnOnce(&mut EdgeRules)) -> Self {
        let mut rules = EdgeRules::from(&example());
        change(&mut rules);
        let (gate, watched) = watch::channel(gate);
        let (closing, closed) = watch::channel(false);
        let (send, reports) = mpsc::unbounded_channel();
        let (made, apps) = mpsc::unbounded_channel();
        let meter = Arc::new(Meter::default());
        let wiring = Wiring { rules, epoch: Epoch::begin(), gate: watched, reports: send, meter };
        let shared = Arc::new(Shared::new(wiring, Place { port: 8080, unix_ms: 1_000, closing: closed, batch: 1 }));
        Self { shared, gate, closing, reports, apps, pipes: Pipes { made, refuses: Arc::default() } }
    }

    /// A client's connection.
    fn connect(&self) -> DuplexStream {
        self.attend().0
    }

    /// A client's connection, and the end of the visit.
    fn attend(&self) -> (DuplexStream, JoinHandle<()>) {
        let (client, door) = duplex(256 * 1024);
        let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));
        (client, tokio::spawn(attend(Arc::clone(&self.shared), door, peer, self.pipes.clone())))
    }

    /// The next connection made to the app.
    async fn app(&mut self) -> DuplexStream {
        in_time(self.apps.recv()).await.expect("the door dials as long as it lives")
    }

    /// The next report.
    async fn report(&mut self) -> Report {
        in_time(self.reports.recv()).await.expect("the door reports as long as it lives")
    }

    /// The next request that ended.
    async fn ended(&mut self) -> Request {
        loop {
            if let Report::Ended(request) = self.report().await {
                return *request;
            }
        }
    }

    /// Whether nobody is there, by every count.
    fn is_quiet(&self) -> bool {
        let meter = &self.shared.meter;
        [&meter.open_requests, &meter.held, &meter.open_websockets].iter().all(|count| count.load(Relaxed) == 0)
    }
}

/// Fails instead of waiting for something that never comes. The clock is paused, so this takes no time.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30 * 86_400), what).await.expect("it comes within a month")
}

async fn say(to: &mut DuplexStream, text: &str) {
    to.write_all(text.as_bytes()).await.expect("the other side listens");
}

/// Everything up to and with `end`.
async fn hear(from: &mut DuplexStream, end: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        let byte = in_time(from.read_u8()).await;
        assert!(byte.is_ok(), "ended before {end:?}: {:?}", String::from_utf8_lossy(&heard));
        heard.extend(byte);
    }
    String::from_utf8(heard).expect("the tests speak ASCII")
}

/// Everything until the connection ends.
async fn rest(from: &mut DuplexStream) -> String {
    let mut heard = Vec::new();
    // A connection that breaks off has ended too.
    let _ = from.read_to_end(&mut heard).await;
    String::from_utf8_lossy(&heard).into_owned()
}

/// One GET to an open door, answered by the app with `answer`.
async fn get(client: &mut DuplexStream, app: &mut DuplexStream, answer: &str) {
    say(client, GET).await;
    hear(app, "\r\n\r\n").await;
    say(app, answer).await;
}
