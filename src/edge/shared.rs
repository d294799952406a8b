use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::sync::watch;

use super::concurrency::Seats;
use super::headers::Headers;
use super::outbox::Outbox;
use super::page::Page;
use super::presence::Presence;
use super::template::Facts;
use super::{EdgeRules, Epoch, Meter, Wiring};
use crate::event::{Gate, RequestId};
use crate::spec::Cause;
use crate::units::Elapsed;

/// What all visits share: the rules, read once and made ready, and the counters.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rules: EdgeRules,
    pub(super) epoch: Epoch,
    pub(super) gate: watch::Receiver<Gate>,
    /// Turns true when the door is being shut.
    pub(super) closing: watch::Receiver<bool>,
    pub(super) outbox: Outbox,
    pub(super) meter: Arc<Meter>,
    pub(super) seats: Seats,
    pub(super) presence: Presence,
    pub(super) request_headers: Headers,
    pub(super) response_headers: Headers,
    pub(super) pages: BTreeMap<Cause, Page>,
    port: u16,
    /// Wall clock at the start of the run, in milliseconds. Read once; the rest is counted.
    epoch_unix_ms: u64,
    last_id: AtomicU64,
}

/// What the door knows of the world.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) unix_ms: u64,
    pub(super) closing: watch::Receiver<bool>,
    /// So many reports may wait for others.
    pub(super) batch: usize,
}

impl Shared {
    pub(super) fn new(wiring: Wiring, place: Place) -> Self {
        let Wiring { rules, epoch, gate, reports, meter } = wiring;
        Self {
            epoch,
            gate,
            closing: place.closing,
            presence: Presence::new(rules.tells_presence.then(|| reports.clone())),
            outbox: Outbox::new(reports, place.batch),
            meter,
            seats: Seats::new(rules.router.concurrency),
            request_headers: Headers::new(&rules.router.request_headers),
            response_headers: Headers::new(&rules.router.response_headers),
            pages: rules.answers.iter().map(|(cause, answer)| (*cause, Page::new(answer))).collect(),
            port: place.port,
            epoch_unix_ms: place.unix_ms.saturating_sub(epoch.now().millis()),
            last_id: AtomicU64::new(0),
            rules,
        }
    }

    pub(super) fn next_id(&self) -> RequestId {
        RequestId(self.last_id.fetch_add(1, Relaxed) + 1)
    }

    pub(super) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// What templates are filled with, for a request that arrived at `arrived`.
    pub(super) fn facts<'a>(&self, client: &'a str, id: RequestId, arrived: Elapsed) -> Facts<'a> {
        let unix_ms = self.epoch_unix_ms + arrived.millis();
        Facts { client, id: id.0, unix_ms, port: self.port, path: "", wake_path: "" }
    }
}
