use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use crate::event::{Event, Exit, ExitCause, Kind, State};
use crate::units::Memory;

/// Follows a run's events for the tour: what the state is, and what was last seen.
#[derive(Debug)]
pub(super) struct Watcher {
    events: UnboundedReceiver<Event>,
    /// Where the app stands.
    pub(super) state: State,
    /// The last memory need seen.
    need: Option<Memory>,
    /// The last end of a main process.
    pub(super) exit: Option<Exit>,
}

impl Watcher {
    pub(super) fn new(events: UnboundedReceiver<Event>) -> Self {
        Self { events, state: State::Starting, need: None, exit: None }
    }

    /// Waits until the app is in one of these states. `false` when it is not in time, or the run ended.
    pub(super) async fn reaches(&mut self, states: &[State], limit: Duration) -> bool {
        self.until(limit, |watcher| states.contains(&watcher.state)).await
    }

    /// Waits until the kernel has killed the main process for want of memory, or the app was left without memory.
    pub(super) async fn sees_the_limit(&mut self, limit: Duration) -> bool {
        self.exit = None;
        self.until(limit, |watcher| watcher.exit.as_ref().is_some_and(|exit| exit.cause == ExitCause::OutOfMemory))
            .await
    }

    /// The memory need of the next sample; `None` when none comes in time.
    pub(super) async fn next_need(&mut self, limit: Duration) -> Option<Memory> {
        self.catch_up();
        self.need = None;
        self.until(limit, |watcher| watcher.need.is_some()).await;
        self.need
    }

    /// Takes in what has already happened.
    fn catch_up(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.take(event);
        }
    }

    async fn until(&mut self, limit: Duration, reached: impl Fn(&Self) -> bool) -> bool {
        self.catch_up();
        let waiting = async {
            while !reached(self) {
                match self.events.recv().await {
                    Some(event) => self.take(event),
                    None => return false,
                }
            }
            true
        };
        timeout(limit, waiting).await.unwrap_or(false)
    }

    fn take(&mut self, event: Event) {
        match event.kind {
            Kind::State { to, .. } => self.state = to,
            Kind::Sample(sample) => self.need = Some(sample.need),
            Kind::Exited(exit) => self.exit = Some(exit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::event::Why;
    use crate::units::Elapsed;

    fn to(state: State) -> Event {
        Event { seq: 0, at: Elapsed::ZERO, kind: Kind::State { from: State::Starting, to: state, why: Why::Ready } }
    }

    #[tokio::test(start_paused = true)]
    async fn a_state_that_comes_is_seen_and_one_that_does_not_is_given_up() {
        let (send, events) = mpsc::unbounded_channel();
        let mut watcher = Watcher::new(events);
        send.send(to(State::Serving)).unwrap();
        assert!(watcher.reaches(&[State::Serving], Duration::from_secs(5)).await);
        assert!(!watcher.reaches(&[State::Asleep], Duration::from_secs(5)).await);
        drop(send);
        assert!(!watcher.reaches(&[State::Asleep], Duration::from_secs(5)).await);
    }
}
