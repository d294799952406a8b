use std::sync::atomic::Ordering::Relaxed;

use super::shared::Shared;
use super::{Epoch, Meter, Report};
use crate::event::{Asker, ClientKind, Ending, Request, RequestId};
use crate::spec::Cause;
use crate::units::Elapsed;

/// The account of one request. It keeps the meter while it lives and is reported when it is dropped,
/// so that no way out of a request can forget either.
#[derive(Debug)]
pub(super) struct Record<'s> {
    shared: &'s Shared,
    /// There until the drop takes it.
    request: Option<Box<Request>>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    Upgraded,
}

/// What a request looks like to the account.
#[derive(Debug, Clone)]
pub(super) struct Who<'a> {
    pub(super) method: &'a [u8],
    pub(super) path: &'a [u8],
    pub(super) client: ClientKind,
    pub(super) asker: Option<Asker>,
}

impl<'s> Record<'s> {
    /// A request has arrived.
    pub(super) fn begin(shared: &'s Shared, who: Who<'_>) -> Self {
        let request = Request {
            id: shared.next_id(),
            arrived: shared.epoch.now(),
            method: String::from_utf8_lossy(who.method).into_owned(),
            path: String::from_utf8_lossy(who.path).into_owned(),
            client: who.client,
            asker: who.asker,
            status: None,
            // Only a door that is torn down leaves it so.
            ending: Ending::Cut(Cause::Unreachable),
            held: Elapsed::ZERO,
            first_byte: None,
            total: Elapsed::ZERO,
            bytes_in: 0,
            bytes_out: 0,
        };
        shared.meter.open_requests.fetch_add(1, Relaxed);
        shared.meter.last_request.store(request.arrived.micros(), Relaxed);
        Self { shared, request: Some(Box::new(request)), kind: Kind::Request }
    }

    pub(super) fn id(&self) -> RequestId {
        self.request.as_ref().map_or(RequestId(0), |request| request.id)
    }

    pub(super) fn arrived(&self) -> Elapsed {
        self.request.as_ref().map_or(Elapsed::ZERO, |request| request.arrived)
    }

    pub(super) fn path(&self) -> &str {
        self.request.as_ref().map_or("", |request| &request.path)
    }

    /// Whether a final answer has begun.
    pub(super) fn is_answered(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.status.is_some())
    }

    pub(super) fn bytes_in(&self) -> u64 {
        self.request.as_ref().map_or(0, |request| request.bytes_in)
    }

    /// It waited at the gate.
    pub(super) fn held(&mut self, time: Elapsed) {
        self.change(|request| request.held = time);
    }

    /// Content of the request passed.
    pub(super) fn passed_in(&mut self, bytes: u64) {
        self.change(|request| request.bytes_in += bytes);
        self.touch();
    }

    /// Content of the answer passed.
    pub(super) fn passed_out(&mut self, bytes: u64) {
        self.change(|request| request.bytes_out += bytes);
        self.touch();
    }

    /// The first byte of the answer is there.
    pub(super) fn answered(&mut self, status: u16) {
        let now = self.shared.epoch.now();
        self.change(|request| {
            request.status = Some(status);
            request.first_byte = Some(now.since(request.arrived));
        });
    }

    /// From here on it is a connection, not a request.
    pub(super) fn upgraded(&mut self) {
        self.kind = Kind::Upgraded;
        self.touch_request();
        self.meter().open_requests.fetch_sub(1, Relaxed);
        self.meter().open_websockets.fetch_add(1, Relaxed);
        self.shared.outbox.post(Report::Opened(self.path().to_owned()));
    }

    /// How it ended. The last word counts.
    pub(super) fn ended(&mut self, ending: Ending) {
        self.change(|request| request.ending = ending);
    }

    pub(super) fn meter(&self) -> &'s Meter {
        &self.shared.meter
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.shared.epoch
    }

    fn change(&mut self, change: impl FnOnce(&mut Request)) {
        if let Some(request) = self.request.as_mut() {
            change(request);
        }
    }

    /// Bytes of an upgraded connection are no request; its messages are metered where they are read.
    fn touch(&self) {
        if self.kind == Kind::Request {
            self.touch_request();
        }
    }

    fn touch_request(&self) {
        self.meter().last_request.store(self.shared.epoch.now().micros(), Relaxed);
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        let now = self.shared.epoch.now();
        let (open, last) = match self.kind {
            Kind::Request => (&self.meter().open_requests, &self.meter().last_request),
            Kind::Upgraded => (&self.meter().open_websockets, &self.meter().last_websocket_closed),
        };
        // First the moment, then the count: who sees nobody there must see since when.
        last.store(now.micros(), Relaxed);
        open.fetch_sub(1, Relaxed);
        if let Some(mut request) = self.request.take() {
            request.total = now.since(request.arrived);
            self.shared.outbox.post(Report::Ended(request));
        }
    }
}
