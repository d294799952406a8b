//! The front door: an HTTP/1.1 reverse proxy that behaves like the platform's router.
//!
//! It never starts or stops anything. It reports arrivals and waits at the gate; what a visitor gets
//! while the app is away comes from the profile's data.

mod agents;
mod buffer;
mod concurrency;
mod door;
mod forward;
mod gate;
mod headers;
mod http;
mod instead;
mod limits;
mod meter;
mod outbox;
mod page;
mod presence;
mod record;
mod relay;
mod rescue;
mod rules;
mod shared;
mod template;
#[cfg(test)]
mod tests;
mod timeouts;
mod tunnel;
mod visit;
mod wire;

pub use door::{Door, Wiring, serve};
pub use gate::WAKE_PATH;
pub use meter::{Activity, Meter};
pub use rescue::STATUS_PATH;
pub use rules::EdgeRules;

use tokio::time::Instant;

use crate::event::{ClientKind, Request, RequestId};
use crate::units::Elapsed;

/// What the edge tells the conductor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A request came while the gate was not open, and by the wake rules it asks for the app.
    WakeAsked {
        /// Which.
        request: RequestId,
        /// Who.
        client: ClientKind,
    },
    /// A request is open, after a time without any. Told where the plan gives CPU only while one is.
    FirstRequest,
    /// The last open request has ended. Told like the first.
    LastRequest,
    /// A connection was upgraded: somebody opened a WebSocket with this path.
    Opened(String),
    /// A request ended.
    Ended(Box<Request>),
}

/// The moment a run began. Every time in a run is counted from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(Instant);

impl Epoch {
    /// The run begins now.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Time since the run began.
    pub fn now(self) -> Elapsed {
        Elapsed::from(self.0.elapsed())
    }

    /// The moment `at` on tokio's clock.
    pub fn instant(self, at: Elapsed) -> Instant {
        self.0.checked_add(at.duration()).unwrap_or_else(|| self.0 + std::time::Duration::from_secs(86_400 * 365))
    }
}
