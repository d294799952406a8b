use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::Report;

/// Reports on their way to the conductor, sent together.
///
/// Each send may wake another thread, which costs as much as a request does. The door therefore sends
/// what it has when it runs out of work ([`Outbox::flush`] is called before its thread sleeps).
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Mutex<Vec<Report>>,
    /// So many are sent without waiting for a pause.
    batch: usize,
    send: UnboundedSender<Report>,
}

impl Outbox {
    pub(super) fn new(send: UnboundedSender<Report>, batch: usize) -> Self {
        Self { waiting: Mutex::new(Vec::with_capacity(batch)), batch, send }
    }

    pub(super) fn post(&self, report: Report) {
        let full = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(report);
            waiting.len() >= self.batch
        };
        if full {
            self.flush();
        }
    }

    /// Sends everything, in the order in which it was posted.
    pub(super) fn flush(&self) {
        for report in self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A run that is over reads no more reports.
            let _ = self.send.send(report);
        }
    }
}
