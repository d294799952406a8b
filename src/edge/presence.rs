use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::Report;

/// The requests that the app is to serve, from their arrival to their last byte, upgraded connections
/// to their end. Tells when there is a first one, and when there is none any more.
///
/// It tells at once, past the outbox: the app may stand still until it is heard. Where nobody needs to
/// know it counts nothing, because each word may wake another thread.
#[derive(Debug)]
pub(super) struct Presence(Option<Board>);

#[derive(Debug)]
struct Board {
    /// Counted and told under one lock, so that the words come in the order of the counts.
    there: Mutex<u64>,
    send: UnboundedSender<Report>,
}

/// One request. It has ended when this is dropped.
#[derive(Debug)]
pub(super) struct There<'a>(Option<&'a Board>);

impl Presence {
    /// Told to nobody with `None`.
    pub(super) fn new(send: Option<UnboundedSender<Report>>) -> Self {
        Self(send.map(|send| Board { there: Mutex::new(0), send }))
    }

    /// A request has arrived that no rule of the door refuses.
    pub(super) fn enter(&self) -> There<'_> {
        if let Some(board) = &self.0 {
            board.count(|there| there + 1);
        }
        There(self.0.as_ref())
    }
}

impl Board {
    fn count(&self, count: impl FnOnce(u64) -> u64) {
        let mut there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *there;
        *there = count(before);
        // A run that is over reads no more reports.
        let _ = match (before, *there) {
            (0, 1..) => self.send.send(Report::FirstRequest),
            (1.., 0) => self.send.send(Report::LastRequest),
            _ => Ok(()),
        };
    }
}

impl Drop for There<'_> {
    fn drop(&mut self) {
        if let Some(board) = self.0 {
            board.count(|there| there.saturating_sub(1));
        }
    }
}
