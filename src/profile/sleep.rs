use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::{Elapsed, Memory};

/// When a plan puts the app to sleep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SleepRules {
    /// After this long without a signal that counts.
    pub after: Elapsed,
    /// How often the platform looks. Zero means at once.
    pub check_every: Elapsed,
    /// What counts as somebody being there.
    pub counts: Vec<IdleSignal>,
}

/// A sign that somebody uses the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdleSignal {
    /// An HTTP request, from its start to its last byte.
    Request,
    /// A WebSocket message with data, either way.
    WebsocketMessage,
    /// A WebSocket ping or pong, either way.
    WebsocketPing,
    /// A WebSocket connection being open at all.
    WebsocketOpen,
}

/// What visitors get while the app sleeps or wakes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeRules {
    /// A browser: its `Accept` names `text/html`.
    pub browser: WakeAnswer,
    /// Any other HTTP client.
    pub client: WakeAnswer,
    /// A WebSocket handshake.
    pub websocket: WakeAnswer,
    /// Requests held at the gate at once; the next one gets [`super::Cause::WakeOverload`].
    pub held_max: u32,
    /// The longest a request is held; then it gets [`super::Cause::WakeFailed`].
    pub held_timeout: Elapsed,
    /// The largest body kept in memory for a held request.
    pub held_body: Memory,
    /// Paths that the platform answers for a sleeping app, without waking it.
    pub stand_ins: BTreeMap<String, StandIn>,
    /// Methods that do not wake the app. They get the waking answer and nothing starts.
    pub sleeping_methods: Vec<String>,
}

/// How one kind of client is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WakeAnswer {
    /// The request wakes the app, waits for it, and gets the app's own answer.
    Held,
    /// The request wakes the app and gets [`super::Cause::Waking`] at once, a page that polls.
    Page,
    /// The request gets [`super::Cause::Asleep`], a page with a button; only the button wakes.
    Button,
    /// The request gets [`super::Cause::Asleep`] and wakes nothing.
    Refused,
}

/// An answer that the platform gives in place of a sleeping app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// Status code.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// Body.
    pub body: String,
}
