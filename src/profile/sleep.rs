use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::key;
use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::{Elapsed, Memory};

const WORD: Kind = Kind::OneOf(WakeAnswer::NAMES);

/// `[sleep]`
pub(super) const SLEEP: Family = Family {
    name: "sleep",
    doc: "When the plan puts the app to sleep.",
    settings: &[
        optional("sleep.after", Kind::Elapsed, "After this long without a signal that counts; `none`: never."),
        setting("sleep.check_every", Kind::Elapsed, "How often the platform looks. `0 s` means at once."),
        setting("sleep.counts", Kind::List(&Kind::OneOf(IdleSignal::NAMES)), "What counts as somebody being there."),
    ],
};

/// `[wake]`
pub(super) const WAKE: Family = Family {
    name: "wake",
    doc: "What visitors get while the app sleeps or wakes.",
    settings: &[
        setting("wake.browser", WORD, "A browser: its `Accept` names `text/html`."),
        setting("wake.client", WORD, "Any other HTTP client."),
        setting("wake.websocket", WORD, "A WebSocket handshake."),
        setting("wake.held_max", Kind::Integer { low: 0, high: 100_000 }, "Requests held at the gate at once."),
        setting("wake.held_timeout", Kind::Elapsed, "The longest a request is held."),
        setting("wake.held_body", Kind::Memory, "The largest body kept in memory for a held request."),
        setting("wake.sleeping_methods", Kind::List(&Kind::Text), "Methods that do not wake the app."),
        setting(
            "wake.stand_ins.<path>.status",
            Kind::Integer { low: 200, high: 599 },
            "Status for a sleeping app's path.",
        ),
        setting("wake.stand_ins.<path>.content_type", Kind::Text, "`Content-Type` for a sleeping app's path."),
        setting("wake.stand_ins.<path>.body", Kind::Text, "Body that the platform answers for a sleeping app's path."),
    ],
};

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
    /// A packet that the app sends to anybody, an answer to a visitor or a question of its own.
    Outbound,
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

named!(IdleSignal {
    Request = "request",
    WebsocketMessage = "websocket-message",
    WebsocketPing = "websocket-ping",
    WebsocketOpen = "websocket-open",
    Outbound = "outbound",
});

named!(WakeAnswer { Held = "held", Page = "page", Button = "button", Refused = "refused" });

impl SleepRules {
    /// `None` for a plan that never sleeps: its `sleep.after` is `none`.
    pub(super) fn read(settings: &Settings) -> Result<Option<Self>, Missing> {
        let (check_every, counts) = (settings.read("sleep.check_every")?, settings.read("sleep.counts")?);
        let after: Option<Elapsed> = settings.read("sleep.after")?;
        Ok(after.map(|after| Self { after, check_every, counts }))
    }
}

impl WakeRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            browser: settings.read("wake.browser")?,
            client: settings.read("wake.client")?,
            websocket: settings.read("wake.websocket")?,
            held_max: settings.read("wake.held_max")?,
            held_timeout: settings.read("wake.held_timeout")?,
            held_body: settings.read("wake.held_body")?,
            stand_ins: StandIn::read_all(settings)?,
            sleeping_methods: settings.read("wake.sleeping_methods")?,
        })
    }
}

impl StandIn {
    fn read_all(settings: &Settings) -> Result<BTreeMap<String, Self>, Missing> {
        let paths = settings.names("wake.stand_ins").into_iter();
        paths.map(|path| Self::read(&path, settings).map(|stand_in| (path, stand_in))).collect()
    }

    fn read(path: &str, settings: &Settings) -> Result<Self, Missing> {
        let at = |name| key::join(&["wake", "stand_ins", path, name]);
        Ok(Self {
            status: settings.read(&at("status"))?,
            content_type: settings.read(&at("content_type"))?,
            body: settings.read(&at("body"))?,
        })
    }
}
