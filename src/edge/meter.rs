use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::spec::IdleSignal;
use crate::units::Elapsed;

/// What moves through the front door, as counters that the conductor reads when it must judge idleness.
///
/// Shared instead of sent, because a busy edge would otherwise send a message per chunk.
#[derive(Debug, Default)]
pub struct Meter {
    /// Requests between their arrival and their last byte, those at the gate included.
    pub open_requests: AtomicU64,
    /// Requests waiting at the gate.
    pub held: AtomicU64,
    /// Upgraded connections.
    pub open_websockets: AtomicU64,
    /// WebSocket messages with data since the start of the run, in pieces as they came.
    pub messages: AtomicU64,
    /// WebSocket pings and pongs since the start of the run, in pieces as they came.
    pub pings: AtomicU64,
    /// Moment of the last request byte or answer byte, in microseconds of the run.
    pub last_request: AtomicU64,
    /// Moment of the last WebSocket message with data.
    pub last_message: AtomicU64,
    /// Moment of the last WebSocket ping or pong.
    pub last_ping: AtomicU64,
    /// Moment when the last WebSocket connection closed.
    pub last_websocket_closed: AtomicU64,
    /// Moment when the app was last seen to have sent something. Set by the conductor: it does not pass here.
    pub last_outbound: AtomicU64,
}

/// How long ago somebody was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Somebody is there now.
    Busy,
    /// Nobody is; the last sign was at this moment of the run.
    Last(Elapsed),
}

impl Meter {
    /// Judges activity by the signals that count on this plan.
    pub fn activity(&self, counts: &[IdleSignal]) -> Activity {
        let mut last = 0;
        for signal in counts {
            let (busy, at) = match signal {
                IdleSignal::Request => (self.open_requests.load(Relaxed) > 0, &self.last_request),
                IdleSignal::WebsocketMessage => (false, &self.last_message),
                IdleSignal::WebsocketPing => (false, &self.last_ping),
                IdleSignal::WebsocketOpen => (self.open_websockets.load(Relaxed) > 0, &self.last_websocket_closed),
                IdleSignal::Outbound => (false, &self.last_outbound),
            };
            if busy {
                return Activity::Busy;
            }
            last = last.max(at.load(Relaxed));
        }
        Activity::Last(Elapsed::from_micros(last))
    }
}
