use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use super::buffer::Fill;
use super::http::frames::{Frames, Seen};
use super::http::request::Upgrade;
use super::instead::Instead;
use super::record::Record;
use super::timeouts::Phases;
use super::visit::{After, Visit};
use super::wire::{AHEAD, Dial, Stream, Wire};
use crate::event::Ending;
use crate::spec::Cause;

/// The longest that one direction outlives the other.
const FAREWELL: Duration = Duration::from_secs(5);

/// One direction of an upgraded connection.
#[derive(Debug, Default)]
struct Lane {
    frames: Frames,
    /// Its sender has ended.
    ended: bool,
    /// Its receiver was told so.
    told: bool,
}

/// What one turn of a lane moved.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    bytes: usize,
    seen: Seen,
    moved: bool,
}

/// One end of a lane is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Sender,
    Receiver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    App,
}

impl Lane {
    fn turn<A: Stream, B: Stream>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Wire<A>,
        to: &mut Wire<B>,
    ) -> Result<Turn, Lost> {
        let mut turn = Turn::default();
        if !to.output.is_empty() {
            match to.poll_drain(cx) {
                Poll::Ready(Ok(())) => turn.moved = true,
                Poll::Ready(Err(_)) => return Err(Lost::Receiver),
                Poll::Pending => return Ok(turn),
            }
        }
        if from.input.is_empty() && !self.ended {
            match from.poll_fill(cx, AHEAD) {
                Poll::Ready(Ok(Fill::Bytes)) => {}
                Poll::Ready(Ok(Fill::End)) => self.ended = true,
                Poll::Ready(Err(_)) => return Err(Lost::Sender),
                Poll::Pending => return Ok(turn),
            }
        }
        turn.bytes = from.input.len();
        turn.seen = self.frames.watch(from.input.filled());
        to.output.append(from.input.filled());
        from.input.clear();
        turn.moved |= turn.bytes > 0;
        if self.ended && !self.told && to.output.is_empty() {
            // Both outcomes mean that the receiver knows.
            self.told = Pin::new(&mut to.io).poll_shutdown(cx).is_ready();
            turn.moved |= self.told;
        }
        Ok(turn)
    }
}

impl<C: Stream, D: Dial> Visit<'_, C, D> {
    /// Passes bytes both ways, untouched, until either side ends, silence lasts too long, or the door shuts.
    pub(super) async fn tunnel(&mut self, app: Wire<D::Stream>, record: &mut Record<'_>) -> Result<After, Instead> {
        let mut phases = Phases::begin(&mut self.alarm, &self.shared.rules.router);
        phases.upgrade();
        let kind = self.request.upgrade().unwrap_or(Upgrade::Other);
        let mut tunnel = Tunnel {
            client: &mut self.client,
            app,
            phases,
            record: &mut *record,
            kind,
            up: Lane::default(),
            down: Lane::default(),
            polite: false,
            first_out: None,
        };
        let ending = tokio::select! {
            ending = poll_fn(|cx| tunnel.poll(cx)) => ending,
            _ = self.closing.wait_for(|closing| *closing) => Ending::App,
        };
        match ending {
            Ending::Cut(cause) => Err(Instead::Cut(cause)),
            ending => {
                record.ended(ending);
                Ok(After::Close)
            }
        }
    }
}

struct Tunnel<'a, 'r, 's, C, A> {
    client: &'a mut Wire<C>,
    app: Wire<A>,
    phases: Phases<'a>,
    record: &'r mut Record<'s>,
    kind: Upgrade,
    up: Lane,
    down: Lane,
    /// A WebSocket close went by.
    polite: bool,
    first_out: Option<Side>,
}

impl<C: Stream, A: Stream> Tunnel<'_, '_, '_, C, A> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        loop {
            match self.turn(cx) {
                Err(lost) => return Poll::Ready(self.ending(self.first_out.unwrap_or(lost))),
                Ok(false) => break,
                Ok(true) => {}
            }
            match self.first_out {
                Some(side) if self.up.told && self.down.told => return Poll::Ready(self.ending(side)),
                Some(_) => {}
                None => self.note_first_out(),
            }
            self.phases.moved();
        }
        self.phases.poll(cx).map(|cause| self.first_out.map_or(Ending::Cut(cause), |side| self.ending(side)))
    }

    /// Moves what can be moved both ways. Returns whether anything did.
    fn turn(&mut self, cx: &mut Context<'_>) -> Result<bool, Side> {
        let up = self.up.turn(cx, self.client, &mut self.app);
        let up = up.map_err(|lost| if lost == Lost::Sender { Side::Client } else { Side::App })?;
        self.record.passed_in(up.bytes as u64);
        self.meter(up.seen);
        let down = self.down.turn(cx, &mut self.app, self.client);
        let down = down.map_err(|lost| if lost == Lost::Sender { Side::App } else { Side::Client })?;
        self.record.passed_out(down.bytes as u64);
        self.meter(down.seen);
        Ok(up.moved || down.moved)
    }

    fn meter(&mut self, seen: Seen) {
        let (meter, now) = (self.record.meter(), self.record.epoch().now().micros());
        // Of another protocol nothing is known; its bytes are messages.
        if seen.message || (self.kind == Upgrade::Other && seen != Seen::default()) {
            meter.last_message.store(now, Relaxed);
            meter.messages.fetch_add(1, Relaxed);
        }
        if seen.ping && self.kind == Upgrade::Websocket {
            meter.last_ping.store(now, Relaxed);
            meter.pings.fetch_add(1, Relaxed);
        }
        self.polite |= seen.close;
    }

    fn note_first_out(&mut self) {
        self.first_out = match (self.up.ended, self.down.ended) {
            (true, _) => Some(Side::Client),
            (false, true) => Some(Side::App),
            (false, false) => return,
        };
        self.phases.part(FAREWELL);
    }

    /// How a tunnel ended that was not cut, by who left first and whether it said so.
    fn ending(&self, side: Side) -> Ending {
        match side {
            _ if self.polite || self.kind == Upgrade::Other => Ending::App,
            Side::App => Ending::Cut(Cause::BadResponse),
            Side::Client => Ending::ClientLeft,
        }
    }
}
