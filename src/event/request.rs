use serde::{Deserialize, Serialize};

use crate::profile::Cause;
use crate::units::Elapsed;

/// Number of a request in its run, from one. Given on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// One request, told when it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// When its head had arrived, since the start of the run.
    pub arrived: Elapsed,
    /// Method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Who asked.
    pub client: ClientKind,
    /// Who that is, where it says so or is known otherwise.
    pub asker: Option<Asker>,
    /// Status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// How it ended.
    pub ending: Ending,
    /// Time spent waiting at the gate.
    pub held: Elapsed,
    /// From arrival to the first byte of the answer.
    pub first_byte: Option<Elapsed>,
    /// From arrival to the last byte, or the end of the connection.
    pub total: Elapsed,
    /// Bytes of the request's body.
    pub bytes_in: u64,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
}

/// What kind of client a request comes from, by its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientKind {
    /// `Accept` names `text/html`.
    Browser,
    /// A WebSocket handshake.
    Websocket,
    /// Anything else.
    Client,
}

/// Who asks, where more is known than the kind of client. Whoever it is, the wake rules go by the kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// A service or a program that looks after apps, by its `User-Agent`: `UptimeRobot`.
    Monitor(String),
    /// A program or a library for any request, by its `User-Agent`: `curl`.
    Tool(String),
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The app answered, whatever its status.
    App,
    /// The platform answered in its place.
    Platform(Cause),
    /// The platform answered for a sleeping app, by its stand-ins.
    StandIn,
    /// The answer had begun and broke off: the app died, or a timeout cut it.
    Cut(Cause),
    /// The client went away first.
    ClientLeft,
}
