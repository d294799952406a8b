use crate::event::{Ending, Event, Kind};

/// Requests by how they ended. Each is counted exactly once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Outcomes {
    /// Answered by the app with a status below 400.
    pub(in crate::tui) well: u64,
    /// Answered by the app with a status from 400.
    pub(in crate::tui) app_4xx: u64,
    /// Answered by the app with a status from 500.
    pub(in crate::tui) app_5xx: u64,
    /// Answered by the platform in the app's place.
    pub(in crate::tui) platform: u64,
    /// Answers that had begun and broke off, or never came.
    pub(in crate::tui) cut: u64,
    /// Whose client went away first.
    pub(in crate::tui) left: u64,
}

impl Outcomes {
    pub(super) fn add(&mut self, event: &Event) {
        let Kind::Request(request) = &event.kind else { return };
        let place = match (request.ending, request.status) {
            (Ending::App, Some(..400)) => &mut self.well,
            (Ending::App, Some(400..500)) => &mut self.app_4xx,
            (Ending::App, Some(_)) => &mut self.app_5xx,
            (Ending::Platform(_) | Ending::StandIn, _) => &mut self.platform,
            (Ending::Cut(_) | Ending::App, _) => &mut self.cut,
            (Ending::ClientLeft, _) => &mut self.left,
        };
        *place += 1;
    }

    /// Of all of them.
    pub(in crate::tui) fn total(&self) -> u64 {
        self.well + self.app_4xx + self.app_5xx + self.platform + self.cut + self.left
    }
}
