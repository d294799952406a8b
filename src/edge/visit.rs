use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::agents;
use super::buffer::Fill;
use super::forward::App;
use super::http::answer::Answer;
use super::http::fields::head_end;
use super::http::request::Request;
use super::instead::Instead;
use super::limits;
use super::record::{Record, Who};
use super::rescue::STATUS_PATH;
use super::shared::Shared;
use super::timeouts::Alarm;
use super::wire::{AHEAD, Dial, Stream, Wire};
use crate::event::{ClientKind, Gate};
use crate::http1::Body;
use crate::spec::Cause;

/// The longest that a head may take from its first byte to its last one.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(20);
/// The longest that a connection stays open between two requests.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// The longest that the door reads on after an answer that came before the request was complete.
/// Closing at once would destroy the answer on its way.
const LINGER: Duration = Duration::from_secs(2);

/// One client's connection, from its first request to its last.
pub(super) struct Visit<'s, C, D: Dial> {
    pub(super) shared: &'s Shared,
    pub(super) gate: watch::Receiver<Gate>,
    pub(super) closing: watch::Receiver<bool>,
    pub(super) dial: D,
    /// The client's address as text.
    pub(super) peer: String,
    pub(super) client: Wire<C>,
    /// The connection to the app that the last request left behind.
    pub(super) app: Option<App<D::Stream>>,
    pub(super) request: Request,
    pub(super) answer: Answer,
    /// What is still to come of the request's body.
    pub(super) upload: Body,
    pub(super) alarm: Alarm,
}

/// What becomes of the client's connection behind an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It waits for the next request.
    Keep,
    Close,
    /// It is closed once the client had a chance to read the answer.
    Linger,
    /// It is broken off, so that half an answer is not taken for a whole one.
    BreakOff,
}

enum Next {
    Request,
    Unreadable(Cause),
    Over,
}

/// Serves one connection until it ends.
pub(super) async fn attend<C: Stream, D: Dial>(shared: Arc<Shared>, client: C, peer: IpAddr, dial: D) {
    let mut visit = Visit {
        shared: &shared,
        gate: shared.gate.clone(),
        closing: shared.closing.clone(),
        dial,
        peer: peer.to_canonical().to_string(),
        client: Wire::new(client),
        app: None,
        request: Request::default(),
        answer: Answer::default(),
        upload: Body::Done,
        alarm: Alarm::new(),
    };
    loop {
        let after = match visit.next().await {
            Next::Request => visit.serve().await,
            Next::Unreadable(cause) => visit.refuse(cause).await,
            Next::Over => return,
        };
        match after {
            After::Keep => {}
            After::Close => return,
            After::Linger => return visit.linger().await,
            After::BreakOff => return visit.client.io.break_off(),
        }
    }
}

impl<C: Stream, D: Dial> Visit<'_, C, D> {
    /// One request through the stack. From the outside in: record, rescue, and those of [`Visit::pass`].
    async fn serve(&mut self) -> After {
        if self.request.path() == STATUS_PATH.as_bytes() {
            return self.tell_status().await;
        }
        let request = &self.request;
        let asker = agents::asker(request.agent());
        let who = Who { method: request.method(), path: request.path(), client: request.client(), asker };
        let mut record = Record::begin(self.shared, who);
        match self.pass(&mut record).await {
            Ok(after) => after,
            Err(instead) => self.rescue(&mut record, instead).await,
        }
    }

    /// The layers that can refuse: limits, concurrency, gate; then timeouts and forward.
    async fn pass(&mut self, record: &mut Record<'_>) -> Result<After, Instead> {
        let shared = self.shared;
        limits::admit(&self.request, &shared.rules.router)?;
        let _seat = shared.seats.take()?;
        let _there = shared.presence.enter();
        let passage = self.pass_gate(record).await?;
        self.forward(passage, record).await
    }

    /// A head that cannot be read is a request too: it is recorded and gets the platform's answer.
    async fn refuse(&mut self, cause: Cause) -> After {
        let (method, path) = first_words(self.client.input.filled());
        let mut record = Record::begin(self.shared, Who { method, path, client: ClientKind::Client, asker: None });
        self.request = Request::default();
        // Where its body would end cannot be known.
        self.upload = Body::UntilClose;
        self.rescue(&mut record, Instead::Platform(cause)).await
    }

    /// Waits for the next head and reads it.
    async fn next(&mut self) -> Next {
        let rules = &self.shared.rules.router;
        let most = usize::try_from(rules.head.bytes()).unwrap_or(usize::MAX);
        let most_fields = usize::try_from(rules.headers).unwrap_or(usize::MAX);
        let mut looked_at = 0;
        loop {
            while self.client.input.filled().starts_with(b"\r\n") {
                self.client.input.consume(2);
                looked_at = 0;
            }
            match head_end(self.client.input.filled(), looked_at) {
                Err(_) => return Next::Unreadable(Cause::BadRequest),
                Ok(Some(end)) if end <= most => return self.read_head(end, most_fields),
                Ok(None) if self.client.input.len() < most => {}
                Ok(_) => return Next::Unreadable(Cause::HeadTooLarge),
            }
            let fresh = std::mem::replace(&mut looked_at, self.client.input.len()) == 0;
            if let Some(over) = self.more_head(most, Fresh(fresh)).await {
                return over;
            }
        }
    }

    fn read_head(&mut self, end: usize, most_fields: usize) -> Next {
        match self.request.read(&self.client.input.filled()[..end], most_fields) {
            Ok(()) => {
                self.client.input.consume(end);
                self.upload = self.request.body();
                Next::Request
            }
            Err(cause) => Next::Unreadable(cause),
        }
    }

    /// Reads more of a head. The way out when none comes.
    async fn more_head(&mut self, most: usize, fresh: Fresh) -> Option<Next> {
        let idle = self.client.input.is_empty();
        if fresh.0 {
            self.alarm.set_after(if idle { KEEP_ALIVE } else { HEAD_TIME });
        }
        let limit = most.max(self.client.input.len() + 1).min(self.client.input.len() + AHEAD);
        let (client, alarm, closing) = (&mut self.client, &mut self.alarm, &mut self.closing);
        let mut closed = std::pin::pin!(closing.wait_for(|closing| *closing));
        poll_fn(|cx| {
            match client.poll_fill(cx, limit) {
                Poll::Ready(Ok(Fill::Bytes)) => return Poll::Ready(None),
                Poll::Ready(_) => return Poll::Ready(Some(Next::Over)),
                Poll::Pending => {}
            }
            if idle && closed.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Some(Next::Over));
            }
            let late = if idle { Next::Over } else { Next::Unreadable(Cause::BadRequest) };
            alarm.poll(cx).map(|()| Some(late))
        })
        .await
    }

    /// Whether nothing of the request's body is still to come. Skips what came already.
    pub(super) fn skip_rest_of_body(&mut self) -> bool {
        if self.upload.is_done() {
            return true;
        }
        match self.upload.take(self.client.input.filled(), |_| {}) {
            Ok(taken) => self.client.input.consume(taken.bytes),
            Err(_) => return false,
        }
        self.upload.is_done()
    }

    async fn linger(&mut self) {
        let client = &mut self.client;
        let reading = async {
            if client.io.shutdown().await.is_err() {
                return;
            }
            loop {
                client.input.clear();
                match poll_fn(|cx| client.poll_fill(cx, AHEAD)).await {
                    Ok(Fill::Bytes) => {}
                    Ok(Fill::End) | Err(_) => return,
                }
            }
        };
        // Either way the connection is closed now.
        let _ = timeout(LINGER, reading).await;
    }
}

/// Whether the wait for a head begins with this read.
struct Fresh(bool);

/// What looks like method and path at the start of something that is no request.
fn first_words(bytes: &[u8]) -> (&[u8], &[u8]) {
    let line = bytes.split(|byte| b"\r\n".contains(byte)).next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ').map(|word| &word[..word.len().min(200)]);
    let method = words.next().unwrap_or_default();
    let path = words.next().and_then(|target| target.split(|byte| *byte == b'?').next());
    (method, path.unwrap_or_default())
}
