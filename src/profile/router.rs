use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::{Elapsed, Memory};

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
