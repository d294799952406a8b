use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::conduct::Command;

/// Ctrl-C and its relatives, as commands of a run.
///
/// The first one stops the app as its host would, the second one kills it, the third one leaves.
#[derive(Debug, Clone)]
pub(super) struct Interrupts {
    first: Arc<Notify>,
    third: Arc<Notify>,
    count: Arc<AtomicU32>,
    commands: UnboundedSender<Command>,
}

impl Interrupts {
    /// Listens for signals from now on, until the runtime ends.
    pub(super) fn listen(commands: UnboundedSender<Command>) -> std::io::Result<Self> {
        let interrupts = Self { first: Arc::default(), third: Arc::default(), count: Arc::default(), commands };
        let sources = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [mut interrupt, mut terminate, mut hangup] =
            [signal(sources[0])?, signal(sources[1])?, signal(sources[2])?];
        let heard = interrupts.clone();
        tokio::spawn(async move {
            loop {
                any(&mut interrupt, &mut terminate, &mut hangup).await;
                heard.press();
            }
        });
        Ok(interrupts)
    }

    /// Completes at the first signal, for work that can simply be dropped. Permits one waiter.
    pub(super) async fn first(&self) {
        self.first.notified().await;
    }

    /// Completes at the third signal: nothing is waited for any more.
    pub(super) async fn third(&self) {
        self.third.notified().await;
    }

    /// Counts as one more signal: a key of the live view, where a terminal sends none.
    pub(super) fn press(&self) {
        let count = self.count.fetch_add(1, Relaxed) + 1;
        self.first.notify_one();
        // A run that is over does not listen any more, and needs nothing.
        let _ = self.commands.send(Command::Interrupt);
        if count >= 3 {
            self.third.notify_one();
        }
    }
}

async fn any(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}
