use std::io;
use std::task::{Context, Poll};

use super::buffer::Fill;
use super::http::answer::Answer;
use super::http::fields::head_end;
use super::http::request::Request;
use super::http::rewrite::{self, Coding, Connection, Shape};
use super::instead::Instead;
use super::limits;
use super::record::Record;
use super::shared::Shared;
use super::template::Facts;
use super::timeouts::{Phase, Phases};
use super::visit::After;
use super::wire::{AHEAD, Stream, Wire};
use crate::http1::Body;
use crate::spec::Cause;

/// The longest head of an answer.
const ANSWER_HEAD: usize = 256 * 1024;

/// One request on its way to the app and its answer on the way back, both at once, in one task.
pub(super) struct Relay<'a, 's, C, A> {
    pub(super) shared: &'a Shared,
    pub(super) facts: Facts<'a>,
    pub(super) client: &'a mut Wire<C>,
    pub(super) app: &'a mut Wire<A>,
    pub(super) request: &'a Request,
    pub(super) answer: &'a mut Answer,
    pub(super) upload: &'a mut Body,
    pub(super) phases: Phases<'a>,
    pub(super) record: &'a mut Record<'s>,
    pub(super) flow: Flow,
}

/// How far it has come.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each one is an independent fact about two connections")]
pub(super) struct Flow {
    download: Download,
    /// So much of the answer's head was searched for its end.
    looked_at: usize,
    /// The app has sent something.
    heard: bool,
    /// The app reads no more.
    deaf: bool,
    /// The client gets the content without its chunks.
    unchunks: bool,
    /// What the client was told about its connection.
    closes: bool,
}

#[derive(Debug, Default)]
enum Download {
    #[default]
    Head,
    Body(Body),
    /// The answer is complete; the app's connection can or cannot be used again.
    Done(After),
    Upgraded,
}

/// The relay is over and all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Answered { client: After, app: After },
    Upgraded,
}

/// The relay is over before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Broken {
    /// The app closed the connection without a word.
    Unheard,
    Off(Instead),
}

impl<C: Stream, A: Stream> Relay<'_, '_, C, A> {
    pub(super) fn begin(&mut self) {
        self.phases.enter(if self.upload.is_done() { Phase::FirstByte } else { Phase::Idle });
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<End, Broken>> {
        loop {
            let moved = self.upload(cx)? | self.download(cx)?;
            if let Some(end) = self.end() {
                return Poll::Ready(Ok(end));
            }
            if !moved {
                break;
            }
            self.phases.moved();
        }
        self.phases.poll(cx).map(|cause| Err(self.broken(cause)))
    }

    fn end(&self) -> Option<End> {
        match self.flow.download {
            Download::Upgraded => Some(End::Upgraded),
            Download::Done(app) if self.client.output.is_empty() => {
                let client = match (self.upload.is_done(), self.flow.closes) {
                    (false, _) => After::Linger,
                    (true, true) => After::Close,
                    (true, false) => After::Keep,
                };
                Some(End::Answered { client, app })
            }
            _ => None,
        }
    }

    /// Moves the request towards the app. Returns whether anything moved.
    fn upload(&mut self, cx: &mut Context<'_>) -> Result<bool, Broken> {
        let mut moved = false;
        if !self.app.output.is_empty() {
            match self.app.poll_drain(cx) {
                Poll::Ready(Ok(())) => moved = true,
                Poll::Ready(Err(_)) => self.turn_deaf(),
                Poll::Pending => return Ok(false),
            }
        }
        if self.upload.is_done() || self.flow.deaf {
            return Ok(self.watch_client(cx)? | moved);
        }
        if self.client.input.is_empty() && !self.fill_from_client(cx)? {
            return Ok(moved);
        }
        self.take_upload()?;
        Ok(true)
    }

    /// An app may answer and close without reading all: its answer counts, the rest is not sent.
    fn turn_deaf(&mut self) {
        self.app.output.clear();
        self.flow.deaf = true;
    }

    fn take_upload(&mut self) -> Result<(), Broken> {
        let bytes = self.client.input.filled();
        let taken = self.upload.take(bytes, |_| {}).map_err(|_| self.broken(Cause::BadRequest))?;
        self.app.output.append(&self.client.input.filled()[..taken.bytes]);
        self.client.input.consume(taken.bytes);
        self.record.passed_in(taken.content);
        limits::count(self.record.bytes_in(), &self.shared.rules.router).map_err(|cause| self.broken(cause))?;
        if self.upload.is_done() && !self.flow.heard {
            self.phases.enter(Phase::FirstByte);
        }
        Ok(())
    }

    /// Reads ahead while the app thinks, mostly to notice that the client has left.
    fn watch_client(&mut self, cx: &mut Context<'_>) -> Result<bool, Broken> {
        if self.client.input.len() >= AHEAD { Ok(false) } else { self.fill_from_client(cx) }
    }

    fn fill_from_client(&mut self, cx: &mut Context<'_>) -> Result<bool, Broken> {
        match self.client.poll_fill(cx, AHEAD) {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(Fill::Bytes)) => Ok(true),
            Poll::Ready(Ok(Fill::End) | Err(_)) => Err(Broken::Off(Instead::ClientLeft)),
        }
    }

    /// Moves the answer towards the client. Returns whether anything moved.
    fn download(&mut self, cx: &mut Context<'_>) -> Result<bool, Broken> {
        let mut moved = false;
        if self.client.output.is_empty() {
            moved = self.listen(cx)?;
        }
        if !self.client.output.is_empty() {
            match self.client.poll_drain(cx) {
                Poll::Ready(Ok(())) => moved = true,
                Poll::Ready(Err(_)) => return Err(Broken::Off(Instead::ClientLeft)),
                Poll::Pending => {}
            }
        }
        Ok(moved)
    }

    fn listen(&mut self, cx: &mut Context<'_>) -> Result<bool, Broken> {
        let limit = match self.flow.download {
            Download::Head => ANSWER_HEAD,
            Download::Body(_) => AHEAD,
            Download::Done(_) | Download::Upgraded => return Ok(false),
        };
        match self.app.poll_fill(cx, limit) {
            Poll::Pending => return Ok(false),
            Poll::Ready(Ok(Fill::Bytes)) => {}
            Poll::Ready(end) => return self.app_ended(&end).map(|()| true),
        }
        if !self.flow.heard {
            self.flow.heard = true;
            self.phases.enter(Phase::Idle);
        }
        self.digest()?;
        Ok(true)
    }

    fn app_ended(&mut self, end: &io::Result<Fill>) -> Result<(), Broken> {
        match self.flow.download {
            Download::Body(Body::UntilClose) if end.is_ok() => self.flow.download = Download::Done(After::Close),
            Download::Head if !self.flow.heard => return Err(Broken::Unheard),
            _ => return Err(self.broken(Cause::BadResponse)),
        }
        Ok(())
    }

    /// Turns what came from the app into what goes to the client.
    fn digest(&mut self) -> Result<(), Broken> {
        while matches!(self.flow.download, Download::Head) {
            let bytes = self.app.input.filled();
            let end = head_end(bytes, self.flow.looked_at).map_err(|_| self.broken(Cause::BadResponse))?;
            let Some(end) = end else {
                self.flow.looked_at = self.app.input.len();
                return if self.app.input.len() < ANSWER_HEAD { Ok(()) } else { Err(self.broken(Cause::BadResponse)) };
            };
            self.flow.looked_at = 0;
            self.head(end)?;
        }
        self.body()
    }

    fn head(&mut self, end: usize) -> Result<(), Broken> {
        let bytes = &self.app.input.filled()[..end];
        self.answer.read(bytes).map_err(|_| self.broken(Cause::BadResponse))?;
        match self.answer.status() {
            101 if self.request.upgrade().is_some() && self.upload.is_done() => self.upgrade(),
            101 => return Err(self.broken(Cause::BadResponse)),
            100..=199 => self.interim(end),
            _ => self.answer_begins()?,
        }
        self.app.input.consume(end);
        Ok(())
    }

    /// An interim answer passes when the client can make sense of it. The real one is still to come.
    fn interim(&mut self, end: usize) {
        let wanted = self.answer.status() != 100 || self.request.expects();
        if wanted && !self.request.is_old() {
            self.client.output.append(&self.app.input.filled()[..end]);
        }
        if self.upload.is_done() {
            self.phases.enter(Phase::FirstByte);
        }
        self.flow.heard = self.app.input.len() > end;
    }

    fn upgrade(&mut self) {
        let shape = Shape { connection: Connection::Upgrade, coding: Coding::Kept };
        rewrite::answer(self.answer, &self.shared.response_headers, &self.facts, shape, &mut self.client.output);
        // Before the client hears of it, so that it is never seen and not counted.
        self.record.answered(101);
        self.record.upgraded();
        self.flow.download = Download::Upgraded;
    }

    fn answer_begins(&mut self) -> Result<(), Broken> {
        let body = self.answer.body(self.request).map_err(|_| self.broken(Cause::BadResponse))?;
        self.flow.unchunks = body.is_chunked() && self.request.is_old();
        let ends_with_connection = self.flow.unchunks || matches!(body, Body::UntilClose);
        self.flow.closes = ends_with_connection || !self.request.keeps_alive() || self.shared.is_closing();
        let shape = Shape {
            connection: match (self.flow.closes, self.request.is_old()) {
                (true, _) => Connection::Close,
                (false, true) => Connection::KeepOld,
                (false, false) => Connection::Keep,
            },
            coding: if self.flow.unchunks { Coding::TakenOff } else { Coding::Kept },
        };
        rewrite::answer(self.answer, &self.shared.response_headers, &self.facts, shape, &mut self.client.output);
        self.record.answered(self.answer.status());
        self.flow.download = Download::Body(body);
        Ok(())
    }

    fn body(&mut self) -> Result<(), Broken> {
        let Download::Body(body) = &mut self.flow.download else { return Ok(()) };
        let (bytes, out) = (self.app.input.filled(), &mut self.client.output);
        let taken = if self.flow.unchunks {
            body.take(bytes, |content| out.append(content))
        } else {
            let taken = body.take(bytes, |_| {});
            out.append(&bytes[..taken.map_or(0, |taken| taken.bytes)]);
            taken
        };
        let done = body.is_done();
        let Ok(taken) = taken else { return Err(self.broken(Cause::BadResponse)) };
        self.app.input.consume(taken.bytes);
        self.record.passed_out(taken.content);
        if done {
            self.flow.download = Download::Done(self.app_after());
        }
        Ok(())
    }

    /// An app that said more than its answer, or did not hear the whole request, is not asked again.
    fn app_after(&self) -> After {
        let clean = self.app.input.is_empty() && self.upload.is_done() && !self.flow.deaf;
        if clean && self.answer.keeps_alive() { After::Keep } else { After::Close }
    }

    /// What a failure means to the client: an answer in the app's place, or half an answer.
    fn broken(&self, cause: Cause) -> Broken {
        let begun = self.record.is_answered();
        Broken::Off(if begun { Instead::Cut(cause) } else { Instead::Platform(cause) })
    }
}
