use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};
use crate::units::{Elapsed, Memory};

const COUNT: Kind = Kind::Integer { low: 1, high: 1_000_000 };

/// `[router]`
pub(super) const FAMILY: Family = Family {
    name: "router",
    doc: "The platform's router. `none` where it sets no limit or documents none.",
    settings: &[
        optional("router.first_byte", Kind::Elapsed, "From the end of the request to the first byte of the answer."),
        optional("router.idle", Kind::Elapsed, "Between two bytes, either way. Also for upgraded connections."),
        optional("router.total", Kind::Elapsed, "The whole answer. Never for upgraded connections."),
        setting("router.connect", Kind::Elapsed, "Connecting to the app."),
        optional("router.body", Kind::Memory, "The largest request body."),
        setting("router.head", Kind::Memory, "The largest request head: request line and headers together."),
        setting("router.headers", COUNT, "The most headers of a request."),
        optional("router.concurrency", COUNT, "Requests open at the app at once."),
        setting("router.websockets", Kind::Flag, "Whether WebSockets reach the app."),
        setting(
            "router.request_headers.<name>",
            Kind::Text,
            "A header added to requests. `{client}`, `{request_id}`, `{unix_ms}` and `{port}` are filled in.",
        ),
        setting(
            "router.response_headers.<name>",
            Kind::Text,
            "A header added to answers, the platform's own included.",
        ),
    ],
};

const CAUSE: Kind = Kind::OneOf(Cause::NAMES);

/// `[answers]`
pub(super) const ANSWERS: Family = Family {
    name: "answers",
    doc: "What the platform answers in place of the app, by cause.",
    settings: &[
        setting("answers.<cause>.status", Kind::Integer { low: 200, high: 599 }, "Status code."),
        setting("answers.<cause>.headers.<name>", Kind::Text, "A header of the answer."),
        setting("answers.<cause>.body", Kind::Text, "Body. `{path}` and `{wake_path}` are filled in."),
        optional("answers.<cause>.like", CAUSE, "Answers this cause exactly as another one; the settings here rest."),
    ],
};

/// The platform's router. `None` where it sets no limit or documents none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouterRules {
    /// From the end of the request to the first byte of the answer.
    pub first_byte: Option<Elapsed>,
    /// Between two bytes, either way, after the first byte. Also for upgraded connections.
    pub idle: Option<Elapsed>,
    /// The whole answer. Never for upgraded connections.
    pub total: Option<Elapsed>,
    /// Connecting to the app.
    pub connect: Elapsed,
    /// The largest request body.
    pub body: Option<Memory>,
    /// The largest request head (request line and headers together).
    pub head: Memory,
    /// The most headers of a request.
    pub headers: u32,
    /// Requests open at the app at once; the next one gets [`Cause::Overload`].
    pub concurrency: Option<u32>,
    /// Whether WebSockets reach the app.
    pub websockets: bool,
    /// Headers added to requests. `{client}`, `{request_id}`, `{unix_ms}`, `{port}` are filled in.
    pub request_headers: BTreeMap<String, String>,
    /// Headers added to answers, the platform's own included.
    pub response_headers: BTreeMap<String, String>,
}

/// Why the platform answers in place of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The app is being woken; this page polls and then shows the app.
    Waking,
    /// The app sleeps and this request does not wake it.
    Asleep,
    /// The wake failed or took too long.
    WakeFailed,
    /// More requests than the platform holds for a sleeping app.
    WakeOverload,
    /// The first start is not over yet.
    Booting,
    /// The app is not there: it crashed, was killed, or refuses connections.
    Unreachable,
    /// The app broke the connection or sent something that is not HTTP.
    BadResponse,
    /// No first byte in time.
    FirstByteTimeout,
    /// No further byte in time.
    IdleTimeout,
    /// The whole answer took too long.
    TotalTimeout,
    /// The request's body is larger than the router takes.
    BodyTooLarge,
    /// The request's head is larger than the router takes.
    HeadTooLarge,
    /// Not a request, or an ambiguous one.
    BadRequest,
    /// Too many requests at once.
    Overload,
    /// WebSockets do not reach the app on this plan.
    NoWebsocket,
    /// The app is stopped until its owner acts.
    Suspended,
    /// The month's allowance is used up.
    QuotaSpent,
}

/// An answer of the platform's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, `content-type` among them.
    pub headers: BTreeMap<String, String>,
    /// Body. `{path}` and `{wake_path}` are filled in.
    pub body: String,
}

named!(Cause {
    Waking = "waking",
    Asleep = "asleep",
    WakeFailed = "wake-failed",
    WakeOverload = "wake-overload",
    Booting = "booting",
    Unreachable = "unreachable",
    BadResponse = "bad-response",
    FirstByteTimeout = "first-byte-timeout",
    IdleTimeout = "idle-timeout",
    TotalTimeout = "total-timeout",
    BodyTooLarge = "body-too-large",
    HeadTooLarge = "head-too-large",
    BadRequest = "bad-request",
    Overload = "overload",
    NoWebsocket = "no-websocket",
    Suspended = "suspended",
    QuotaSpent = "quota-spent",
});

impl RouterRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        Ok(Self {
            first_byte: settings.read("router.first_byte")?,
            idle: settings.read("router.idle")?,
            total: settings.read("router.total")?,
            connect: settings.read("router.connect")?,
            body: settings.read("router.body")?,
            head: settings.read("router.head")?,
            headers: settings.read("router.headers")?,
            concurrency: settings.read("router.concurrency")?,
            websockets: settings.read("router.websockets")?,
            request_headers: settings.texts("router.request_headers"),
            response_headers: settings.texts("router.response_headers"),
        })
    }
}

impl Answer {
    /// The answers of every cause.
    pub(super) fn read_all(settings: &Settings) -> Result<BTreeMap<Cause, Self>, Missing> {
        Cause::ALL.iter().map(|cause| Ok((*cause, Self::read(*cause, settings)?))).collect()
    }

    fn read(cause: Cause, settings: &Settings) -> Result<Self, Missing> {
        let like = settings.read::<Option<Cause>>(&format!("answers.{}.like", cause.name()));
        let name = like.ok().flatten().unwrap_or(cause).name();
        Ok(Self {
            status: settings.read(&format!("answers.{name}.status"))?,
            headers: settings.texts(&format!("answers.{name}.headers")),
            body: settings.read(&format!("answers.{name}.body"))?,
        })
    }
}
