use std::collections::VecDeque;

use crate::event::{ClientKind, Ending, Event, Kind};
use crate::report::values_needed;
use crate::units::Elapsed;

/// Latencies are taken over this much of the past …
const WINDOW: Elapsed = Elapsed::from_secs(60);
/// … and over no more answers than these, the newest.
const KEPT: usize = 1_000;

/// How long the app's answers took lately, from arrival to the last byte. WebSockets are left out.
#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Recent {
    kept: VecDeque<(Elapsed, Elapsed)>,
}

impl Recent {
    pub(super) fn add(&mut self, event: &Event) {
        let Kind::Request(request) = &event.kind else { return };
        if request.ending != Ending::App || request.client == ClientKind::Websocket {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((event.at, request.total));
    }

    /// A percentile over the last minute before `now`; `None` with fewer values than it needs.
    pub(in crate::tui) fn percentile(&self, per_cent: u64, now: Elapsed) -> Option<Elapsed> {
        let fresh = self.kept.iter().filter(|(at, _)| now.since(*at) <= WINDOW);
        let mut totals: Vec<Elapsed> = fresh.map(|(_, total)| *total).collect();
        if (totals.len() as u64) < values_needed(per_cent) {
            return None;
        }
        totals.sort_unstable();
        let place = (totals.len() as u64 * per_cent).div_ceil(100).saturating_sub(1);
        totals.get(usize::try_from(place).ok()?).copied()
    }
}
