use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::conduct::Command;

/// Ctrl-C and its relatives, as commands of a run.
///
/// The first one stops the app as its host would, the second one kills it, the third one leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupts {
    first: Arc<Notify>,
    third: Arc<Notify>,
}

impl Interrupts {
    /// Listens for signals from now on, until the runtime ends.
    pub(super) fn listen(commands: UnboundedSender<Command>) -> std::io::Result<Self> {
        let interrupts = Self::default();
        let sources = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [mut interrupt, mut terminate, mut hangup] =
            [signal(sources[0])?, signal(sources[1])?, signal(sources[2])?];
        let heard = interrupts.clone();
        tokio::spawn(async move {
            for count in 1.. {
                any(&mut interrupt, &mut terminate, &mut hangup).await;
                heard.tell(count, &commands);
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

    fn tell(&self, count: u32, commands: &UnboundedSender<Command>) {
        self.first.notify_one();
        // A run that is over does not listen any more, and needs nothing.
        let _ = commands.send(Command::Interrupt);
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
