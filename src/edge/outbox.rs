use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use super::Report;

/// The longest that a report waits for others.
const PATIENCE: Duration = Duration::from_millis(2);

/// Reports on their way to the conductor, sent together.
///
/// Each send may wake another thread, which costs nearly as much as a request does. A report that
/// nobody acts on therefore waits a moment for others.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Mutex<Vec<Report>>,
    /// So many are sent without waiting for more.
    batch: usize,
    first: Notify,
    send: UnboundedSender<Report>,
}

impl Outbox {
    pub(super) fn new(send: UnboundedSender<Report>, batch: usize) -> Self {
        Self { waiting: Mutex::new(Vec::with_capacity(batch)), batch, first: Notify::new(), send }
    }

    pub(super) fn post(&self, report: Report) {
        let count = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(report);
            waiting.len()
        };
        if count >= self.batch {
            self.flush();
        } else if count == 1 {
            self.first.notify_one();
        }
    }

    /// Sends what waits, at the latest a moment after the first of it was posted. Never ends.
    pub(super) async fn carry(&self) {
        loop {
            self.first.notified().await;
            sleep(PATIENCE).await;
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
