use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Probe, Unwell};
use crate::engine::Engine;
use crate::spec::{HealthCheck, HealthRules, Spec};
use crate::units::Elapsed;

/// A connection that stays open this long after it was accepted belongs to the app. A forwarder in
/// between (as a published port has one) accepts for an app that is not there, and closes at once.
const STAYS_OPEN: Elapsed = Elapsed::from_millis(15);

/// The most of a healthy answer's body that is searched for the expected text.
const BODY_MOST: usize = 64 * 1024;

/// Marks emu's own questions in the app's log.
const AGENT: &str = concat!("emu-health/", env!("CARGO_PKG_VERSION"));

/// Asks over the network.
#[derive(Debug)]
pub(in crate::conduct) struct Dial<E> {
    engine: Arc<E>,
    health: Arc<HealthRules>,
    host: Arc<str>,
    /// How long a connection must stay open to count; zero where nobody stands in between.
    stays_open: Elapsed,
}

impl<E> Clone for Dial<E> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            health: self.health.clone(),
            host: self.host.clone(),
            stays_open: self.stays_open,
        }
    }
}

impl<E: Engine> Dial<E> {
    /// Asks as the plan asks. `door` is the address of the front door: its name is the app's `Host`.
    pub fn new(engine: Arc<E>, spec: &Spec, door: Option<&str>) -> Self {
        let host = door.map_or("localhost", |door| door.trim_start_matches("http://").trim_end_matches('/'));
        let stays_open = if engine.machine().can.direct_address { Elapsed::ZERO } else { STAYS_OPEN };
        Self { engine, health: Arc::new(spec.health.clone()), host: host.into(), stays_open }
    }

    async fn exchange(&self, address: SocketAddr, path: &str) -> Result<(), Unwell> {
        let stream = self.connect(address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| broken(&e))?;
        let question = self.question(path)?;
        let asked = async move {
            let (head, body) = sender.send_request(question).await.map_err(|e| broken(&e))?.into_parts();
            self.judge_status(head.status)?;
            self.judge_body(body).await
        };
        drive(asked, connection).await
    }

    pub(super) async fn connect(&self, address: SocketAddr) -> Result<TcpStream, Unwell> {
        self.engine.dial(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused => Unwell::new("connection refused"),
            _ => Unwell::new(format!("no connection: {error}")),
        })
    }

    pub(super) fn question(&self, path: &str) -> Result<Request<Empty<Bytes>>, Unwell> {
        Request::get(path)
            .header(HOST, &*self.host)
            .header(USER_AGENT, AGENT)
            .header(CONNECTION, "close")
            .body(Empty::new())
            .map_err(|error| Unwell::new(format!("`{path}` cannot be asked for: {error}")))
    }

    fn judge_status(&self, status: StatusCode) -> Result<(), Unwell> {
        let status = status.as_u16();
        if (self.health.status_low..=self.health.status_high).contains(&status) {
            return Ok(());
        }
        Err(Unwell { reason: format!("status {status}"), status: Some(status) })
    }

    async fn judge_body(&self, body: Incoming) -> Result<(), Unwell> {
        let Some(expected) = &self.health.body else { return Ok(()) };
        let missing = || Unwell::new(format!("the answer does not contain `{expected}`"));
        let bytes = Limited::new(body, BODY_MOST).collect().await.map_err(|_| missing())?.to_bytes();
        if String::from_utf8_lossy(&bytes).contains(expected) { Ok(()) } else { Err(missing()) }
    }
}

impl<E: Engine> Probe for Dial<E> {
    async fn knock(&self, address: SocketAddr) -> Result<(), Unwell> {
        let mut stream = self.connect(address).await?;
        if self.stays_open == Elapsed::ZERO {
            return Ok(());
        }
        match timeout(self.stays_open.duration(), stream.read(&mut [0])).await {
            Ok(Ok(0) | Err(_)) => Err(Unwell::new("the connection was closed at once")),
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    }

    async fn ask(&self, address: SocketAddr) -> Result<(), Unwell> {
        match &self.health.check {
            HealthCheck::Http(path) => self.exchange(address, path).await,
            HealthCheck::Tcp | HealthCheck::None => self.knock(address).await,
        }
    }

    async fn read(&self, address: SocketAddr, path: &str) -> Result<String, Unwell> {
        self.text(address, path).await
    }
}

pub(super) fn broken(error: &hyper::Error) -> Unwell {
    if error.is_parse() {
        return Unwell::new("the answer is not HTTP");
    }
    Unwell::new("the connection was closed before an answer")
}

/// Runs an exchange on its connection. A connection that ends first may have brought the answer.
pub(super) async fn drive<T, C>(asked: impl Future<Output = T>, connection: C) -> T
where
    C: Future,
{
    match select(pin!(asked), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        Either::Right((_, asked)) => asked.await,
    }
}

#[cfg(test)]
mod tests;
