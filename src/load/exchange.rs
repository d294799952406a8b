use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite};

use super::answer::{self, Head};
use super::expect::Sight;
use super::request::Request;
use super::wire::{Dial, Wire};
use crate::event::LoadFailure;
use crate::http1::Body;

/// A whole answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) status: u16,
    /// Whether the connection can be used again.
    keeps: bool,
}

/// The connection ended before the answer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    /// Before the first byte of an answer.
    Unheard,
    Heard,
}

/// Sends a request and reads its answer, on the connection at hand or a new one.
///
/// A connection that was used before may have been closed by the other side in the meantime. When it
/// breaks before any byte of an answer, the request is sent once more on a fresh one.
pub(super) async fn ask<D: Dial>(
    dial: &D,
    kept: &mut Option<Wire<D::Stream>>,
    request: &Request,
    sight: &mut Sight,
) -> Result<Heard, LoadFailure> {
    let mut stale = kept.is_some();
    loop {
        let mut wire = match kept.take() {
            Some(wire) => wire,
            None => Wire::new(dial.dial().await.map_err(|_| LoadFailure::Refused)?),
        };
        // Only a connection that ended its exchange well is put back: whoever drops this half way
        // drops the connection too.
        match exchange(&mut wire, request, sight).await {
            Ok(heard) => {
                *kept = heard.keeps.then_some(wire);
                return Ok(heard);
            }
            Err(Broken::Unheard) if stale => stale = false,
            Err(_) => return Err(LoadFailure::Cut),
        }
    }
}

async fn exchange<S>(wire: &mut Wire<S>, request: &Request, sight: &mut Sight) -> Result<Heard, Broken>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    sight.begin();
    let mut exchange = Exchange { wire, request, sight, sent: 0, deaf: false, heard: false, head: None };
    poll_fn(|cx| exchange.poll(cx)).await
}

/// One request and its answer. Both move at once, because an app may answer before it has read everything.
struct Exchange<'a, S> {
    wire: &'a mut Wire<S>,
    request: &'a Request,
    sight: &'a mut Sight,
    sent: usize,
    /// The other side reads no more.
    deaf: bool,
    /// The other side has said something.
    heard: bool,
    head: Option<Head>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Exchange<'_, S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Heard, Broken>> {
        self.send(cx);
        loop {
            match ready!(self.wire.poll_fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(self.closed()),
                Ok(_) => self.heard = true,
            }
            if let Some(heard) = self.read()? {
                return Poll::Ready(Ok(heard));
            }
        }
    }

    fn send(&mut self, cx: &mut Context<'_>) {
        while !self.deaf && self.sent < self.request.bytes.len() {
            match self.write(cx) {
                Poll::Ready(Ok(wrote @ 1..)) => self.sent += wrote,
                // There may still be an answer to read.
                Poll::Ready(_) => self.deaf = true,
                Poll::Pending => return,
            }
        }
    }

    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire.io).poll_write(cx, &self.request.bytes[self.sent..])
    }

    /// Uses what came. Returns the answer once it is whole.
    fn read(&mut self) -> Result<Option<Heard>, Broken> {
        while self.head.is_none() {
            let read = answer::read(self.wire.filled(), self.request.is_head).map_err(|_| Broken::Heard)?;
            let Some(head) = read else { return Ok(None) };
            self.sight.hear(&self.wire.filled()[..head.size]);
            self.wire.consume(head.size);
            // What is only said in between means nothing to a sender who does not wait for it.
            self.head = (head.status >= 200).then_some(head);
        }
        let Some(head) = &mut self.head else { return Ok(None) };
        let sight = &mut *self.sight;
        let blind = sight.is_blind();
        let see = |content: &[u8]| {
            if !blind {
                sight.see(content);
            }
        };
        let taken = head.body.take(self.wire.filled(), see).map_err(|_| Broken::Heard)?;
        self.wire.consume(taken.bytes);
        Ok(head.body.is_done().then(|| self.whole()).flatten())
    }

    fn whole(&self) -> Option<Heard> {
        let head = self.head.as_ref()?;
        let clean = self.sent == self.request.bytes.len() && !self.deaf && self.wire.filled().is_empty();
        Some(Heard { status: head.status, keeps: head.keeps && clean })
    }

    fn closed(&self) -> Result<Heard, Broken> {
        match &self.head {
            Some(Head { status, body: Body::UntilClose, .. }) => Ok(Heard { status: *status, keeps: false }),
            _ if self.heard => Err(Broken::Heard),
            _ => Err(Broken::Unheard),
        }
    }
}
