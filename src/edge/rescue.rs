use std::collections::BTreeMap;
use std::future::poll_fn;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use super::buffer::Buffer;
use super::gate::WAKE_PATH;
use super::headers::Headers;
use super::http::request::Request;
use super::http::rewrite::Connection;
use super::instead::Instead;
use super::page::{Frame, Own, Page, write};
use super::record::Record;
use super::shared::Shared;
use super::template::{Facts, escape_query};
use super::visit::{After, Visit};
use super::wire::{Dial, Stream};
use crate::event::{Ending, Gate, Hold, RequestId};
use crate::spec::{Cause, StandIn};

/// Where a page can ask for the state of the gate, as JSON. Asking leaves no trace and wakes nothing.
pub const STATUS_PATH: &str = "/_emu/status";

/// The longest that a client may take to receive an answer of the platform's own.
const DELIVERY: Duration = Duration::from_secs(10);

impl<C: Stream, D: Dial> Visit<'_, C, D> {
    /// Makes bytes of whatever the layers gave in place of the app's answer. The only place that does.
    pub(super) async fn rescue(&mut self, record: &mut Record<'_>, instead: Instead) -> After {
        let (ending, status) = match &instead {
            Instead::Platform(cause) => (Ending::Platform(*cause), self.status_of(*cause)),
            Instead::LeftAsleep => (Ending::Platform(Cause::Asleep), self.status_of(Cause::Waking)),
            Instead::StandIn(file) => (Ending::StandIn, file.status),
            Instead::See(_) => (Ending::Platform(Cause::Waking), 303),
            Instead::Cut(cause) => {
                record.ended(Ending::Cut(*cause));
                return After::BreakOff;
            }
            Instead::ClientLeft => {
                record.ended(Ending::ClientLeft);
                return After::Close;
            }
        };
        let after = self.after_own_answer();
        record.answered(status);
        let sent = self.write_own(record, &instead, after);
        record.passed_out(sent);
        record.ended(ending);
        self.deliver(after).await
    }

    fn status_of(&self, cause: Cause) -> u16 {
        self.shared.pages.get(&cause).map_or(503, Page::status)
    }

    /// Answers a page that asks how things stand. Leaves no trace in the record or the meter.
    pub(super) async fn tell_status(&mut self) -> After {
        let after = self.after_own_answer();
        let body = serde_json::to_vec(&Status::of(*self.gate.borrow())).unwrap_or_default();
        let headers = BTreeMap::from([
            ("content-type".to_owned(), "application/json".to_owned()),
            ("cache-control".to_owned(), "no-store".to_owned()),
        ]);
        let facts = self.shared.facts(&self.peer, RequestId(0), self.shared.epoch.now());
        let frame = frame(self.shared, &self.request, facts, after);
        write(&mut self.client.output, &Own { status: 200, headers: &Headers::new(&headers), body: &body }, &frame);
        self.deliver(after).await
    }

    fn write_own(&mut self, record: &Record<'_>, instead: &Instead, after: After) -> u64 {
        let wake_path = format!("{WAKE_PATH}?to={}", escape_query(record.path()));
        let mut facts = self.shared.facts(&self.peer, record.id(), record.arrived());
        (facts.path, facts.wake_path) = (record.path(), &wake_path);
        let frame = frame(self.shared, &self.request, facts, after);
        let out = &mut self.client.output;
        let page = |cause: &Cause, out: &mut Buffer| match self.shared.pages.get(cause) {
            Some(page) => page.write(out, &frame),
            // Rules are complete when they come from a spec.
            None => write(out, &Own { status: 503, headers: &Headers::new(&BTreeMap::new()), body: b"" }, &frame),
        };
        match instead {
            Instead::Platform(cause) => page(cause, out),
            Instead::LeftAsleep => page(&Cause::Waking, out),
            Instead::StandIn(file) => write_stand_in(out, file, &frame),
            Instead::See(page) => {
                let headers = Headers::new(&BTreeMap::from([("location".to_owned(), page.clone())]));
                write(out, &Own { status: 303, headers: &headers, body: b"" }, &frame)
            }
            Instead::Cut(_) | Instead::ClientLeft => 0,
        }
    }

    /// The connection goes on when the next request's first byte is certain to be a request.
    fn after_own_answer(&mut self) -> After {
        if !self.skip_rest_of_body() {
            return After::Linger;
        }
        if self.request.keeps_alive() && !self.shared.is_closing() { After::Keep } else { After::Close }
    }

    async fn deliver(&mut self, after: After) -> After {
        let delivery = poll_fn(|cx| self.client.poll_drain(cx));
        match timeout(DELIVERY, delivery).await {
            Ok(Ok(())) => after,
            _ => After::Close,
        }
    }
}

fn frame<'a>(shared: &'a Shared, request: &Request, facts: Facts<'a>, after: After) -> Frame<'a> {
    let connection = match after {
        After::Keep if request.is_old() => Connection::KeepOld,
        After::Keep => Connection::Keep,
        After::Close | After::Linger | After::BreakOff => Connection::Close,
    };
    Frame { facts, added: &shared.response_headers, connection, head_only: request.is_head() }
}

fn write_stand_in(out: &mut Buffer, file: &StandIn, frame: &Frame<'_>) -> u64 {
    let headers = Headers::new(&BTreeMap::from([("content-type".to_owned(), file.content_type.clone())]));
    write(out, &Own { status: file.status, headers: &headers, body: file.body.as_bytes() }, frame)
}

#[derive(Debug, Serialize)]
struct Status {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

impl Status {
    fn of(gate: Gate) -> Self {
        let (state, cause) = match gate {
            Gate::Open(_) => ("open", None),
            Gate::Hold(Hold::Asleep) => ("asleep", None),
            Gate::Hold(Hold::Waking) => ("waking", None),
            Gate::Hold(Hold::Booting) => ("booting", None),
            Gate::Refuse(cause) => ("refused", Some(cause)),
        };
        Self { state, cause }
    }
}
