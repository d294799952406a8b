use std::cell::RefCell;

use tokio::sync::watch::Receiver;

use super::watch::Watch;
use crate::event::Gate;
use crate::units::Elapsed;

/// When the app was there and when it was not.
#[derive(Debug)]
pub(super) struct Gates {
    watch: Watch,
    seen: RefCell<Seen>,
}

#[derive(Debug)]
struct Seen {
    gate: Receiver<Gate>,
    /// Every change, and to what: open or not. In rising order; the first one is at zero.
    changes: Vec<(Elapsed, bool)>,
}

impl Gates {
    pub(super) fn new(mut gate: Receiver<Gate>, watch: Watch) -> Self {
        let open = is_open(*gate.borrow_and_update());
        Self { watch, seen: RefCell::new(Seen { gate, changes: vec![(Elapsed::ZERO, open)] }) }
    }

    /// Notes every change as it happens, for as long as it is polled.
    pub(super) async fn follow(&self) {
        let mut gate = self.seen.borrow().gate.clone();
        while gate.changed().await.is_ok() {
            self.look();
        }
        std::future::pending::<()>().await;
    }

    /// Returns when the first start of the app is over, well or badly.
    pub(super) async fn booted(&self) {
        let mut gate = self.seen.borrow().gate.clone();
        // Without anybody who could open it, there is nothing to wait for.
        let _ = gate.wait_for(|gate| !matches!(gate, Gate::Hold(crate::event::Hold::Booting))).await;
    }

    fn look(&self) {
        let mut seen = self.seen.borrow_mut();
        if seen.gate.has_changed().unwrap_or(false) {
            let open = is_open(*seen.gate.borrow_and_update());
            let now = self.watch.now();
            seen.changes.push((now, open));
        }
    }

    /// Whether the app was away at any moment from `from` to `to`, which is about now.
    pub(super) fn were_shut(&self, from: Elapsed, to: Elapsed) -> bool {
        self.look();
        let seen = self.seen.borrow();
        let before = seen.changes.partition_point(|(at, _)| *at <= from).saturating_sub(1);
        seen.changes[before..].iter().take_while(|(at, _)| *at <= to).any(|(_, open)| !open)
    }
}

fn is_open(gate: Gate) -> bool {
    matches!(gate, Gate::Open(_))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use tokio::sync::watch;
    use tokio::time::advance;

    use super::*;
    use crate::event::Hold;

    #[tokio::test(start_paused = true)]
    async fn what_was_due_or_sent_while_the_app_was_away_is_told() {
        let open = Gate::Open(SocketAddr::from(([127, 0, 0, 1], 9)));
        let (send, gate) = watch::channel(open);
        let gates = Gates::new(gate, Watch::begin());
        let secs = Elapsed::from_secs;
        advance(Duration::from_secs(5)).await;
        assert!(!gates.were_shut(secs(2), secs(5)));
        send.send_replace(Gate::Hold(Hold::Asleep));
        assert!(!gates.were_shut(secs(2), secs(4)));
        assert!(gates.were_shut(secs(2), secs(5)));
        advance(Duration::from_secs(5)).await;
        send.send_replace(open);
        assert!(gates.were_shut(secs(9), secs(10)));
        assert!(gates.were_shut(secs(2), secs(10)));
        assert!(!gates.were_shut(secs(11), secs(11)));
    }
}
