//! Asks an instance whether it is there and whether it is well: straight to its own address, never
//! through the front door, so that emu's own questions are nobody's visit.

mod dial;
mod read;
mod watch;

pub(super) use dial::Dial;
pub(super) use watch::{Rounds, watch};

use std::future::Future;
use std::net::SocketAddr;

/// How an instance is asked.
pub(super) trait Probe: Clone + Send + Sync + 'static {
    /// Whether it accepts a connection and keeps it.
    fn knock(&self, address: SocketAddr) -> impl Future<Output = Result<(), Unwell>> + Send;

    /// The plan's health question.
    fn ask(&self, address: SocketAddr) -> impl Future<Output = Result<(), Unwell>> + Send;

    /// The text under a path.
    fn read(&self, address: SocketAddr, path: &str) -> impl Future<Output = Result<String, Unwell>> + Send;
}

/// An instance that did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unwell {
    /// Why, as a half sentence: `no answer in 5 s`.
    pub reason: String,
    /// The status it answered with, if it did.
    pub status: Option<u16>,
}

impl Unwell {
    /// Without a status.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), status: None }
    }
}
