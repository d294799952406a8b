use std::collections::BTreeMap;

use serde::Serialize;

use super::latency::{Latencies, LatencyFold};
use crate::event::{ClientKind, Ending, Event, Kind, Request};
use crate::profile::Cause;
use crate::units::Elapsed;

/// A request that stood at the gate for less than this was let through at once.
const HELD_FROM: Elapsed = Elapsed::from_millis(1);

/// Every request of the run, each counted exactly once under how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// All that ended.
    pub total: u64,
    /// Answered by the app, with a status below 200 (upgraded connections).
    pub app_1xx: u64,
    /// Answered by the app, with a status from 200.
    pub app_2xx: u64,
    /// Answered by the app, with a status from 300.
    pub app_3xx: u64,
    /// Answered by the app, with a status from 400.
    pub app_4xx: u64,
    /// Answered by the app, with a status from 500.
    pub app_5xx: u64,
    /// Answered by the platform in the app's place, by cause.
    pub platform: BTreeMap<Cause, u64>,
    /// Answered by the platform's stand-ins for a sleeping app.
    pub stand_ins: u64,
    /// Answers that had begun and broke off, by cause.
    pub cut: BTreeMap<Cause, u64>,
    /// Whose client went away first.
    pub client_left: u64,
    /// Of all, those that waited at the gate for a millisecond or longer.
    pub held: u64,
    /// The longest wait at the gate.
    #[serde(rename = "held_longest_us")]
    pub held_longest: Elapsed,
    /// Of all, WebSocket handshakes.
    pub websockets: u64,
    /// Times of the app's answers to warm requests: those that are not cold. WebSockets are left out.
    pub warm: Latencies,
    /// Times of the app's answers to cold requests: those that were held, and the first one after
    /// each first healthy answer where none was held. WebSockets are left out.
    pub cold: Latencies,
}

impl Requests {
    /// Answered by the app, whatever the status.
    pub fn by_app(&self) -> u64 {
        self.app_1xx + self.app_2xx + self.app_3xx + self.app_4xx + self.app_5xx
    }

    /// What a visitor would call a failure: the app's 5xx, the platform's answers, and broken ones.
    pub fn failed(&self) -> u64 {
        self.app_5xx + self.platform.values().sum::<u64>() + self.cut.values().sum::<u64>()
    }
}

/// Whether a visitor would call it a failure.
pub(super) fn failed(request: &Request) -> bool {
    match request.ending {
        Ending::App => request.status.is_none_or(|status| status >= 500),
        Ending::Platform(_) | Ending::Cut(_) => true,
        Ending::StandIn | Ending::ClientLeft => false,
    }
}

/// Whether it waited at the gate.
pub(super) fn held(request: &Request) -> bool {
    request.held >= HELD_FROM
}

#[derive(Debug, Clone, Default)]
pub(super) struct RequestsFold {
    /// Answers of the app by the first digit of the status.
    app: [u64; 5],
    platform: BTreeMap<Cause, u64>,
    stand_ins: u64,
    cut: BTreeMap<Cause, u64>,
    client_left: u64,
    held: u64,
    held_longest: Elapsed,
    websockets: u64,
    warm: LatencyFold,
    cold: LatencyFold,
    /// An instance became ready at this moment, and nobody has been answered by it since.
    fresh_since: Option<Elapsed>,
}

impl RequestsFold {
    pub(super) fn add(&mut self, event: &Event) {
        match &event.kind {
            Kind::Ready { .. } => self.fresh_since = Some(event.at),
            Kind::Request(request) => self.request(request),
            _ => {}
        }
    }

    fn request(&mut self, request: &Request) {
        match request.ending {
            Ending::App => self.answered(request),
            Ending::Platform(cause) => *self.platform.entry(cause).or_default() += 1,
            Ending::StandIn => self.stand_ins += 1,
            Ending::Cut(cause) => *self.cut.entry(cause).or_default() += 1,
            Ending::ClientLeft => self.client_left += 1,
        }
        self.held += u64::from(held(request));
        self.held_longest = self.held_longest.max(request.held);
        self.websockets += u64::from(request.client == ClientKind::Websocket);
    }

    /// An answer without a status is one that nobody could read: it counts with the app's errors.
    fn answered(&mut self, request: &Request) {
        let class = usize::from(request.status.unwrap_or(500) / 100).clamp(1, 5);
        self.app[class - 1] += 1;
        if request.client == ClientKind::Websocket {
            return;
        }
        let first = self.fresh_since.is_some_and(|since| request.arrived >= since);
        if first || held(request) {
            self.fresh_since = None;
            self.cold.add(request);
        } else {
            self.warm.add(request);
        }
    }

    pub(super) fn requests(&self) -> Requests {
        let [app_1xx, app_2xx, app_3xx, app_4xx, app_5xx] = self.app;
        let others = self.stand_ins + self.client_left;
        let platform = self.platform.values().sum::<u64>() + self.cut.values().sum::<u64>();
        Requests {
            total: self.app.iter().sum::<u64>() + platform + others,
            app_1xx,
            app_2xx,
            app_3xx,
            app_4xx,
            app_5xx,
            platform: self.platform.clone(),
            stand_ins: self.stand_ins,
            cut: self.cut.clone(),
            client_left: self.client_left,
            held: self.held,
            held_longest: self.held_longest,
            websockets: self.websockets,
            warm: self.warm.latencies(),
            cold: self.cold.latencies(),
        }
    }
}
