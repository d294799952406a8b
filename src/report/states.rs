use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::{Event, Kind, State};
use crate::units::Elapsed;

/// How often and how long an app was in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StateTime {
    /// Which.
    pub state: State,
    /// How often it was entered.
    pub entered: u64,
    /// Time in it, to the last event of the run.
    #[serde(rename = "time_us")]
    pub time: Elapsed,
}

/// Counts from the first change of state; the moments before it belong to nobody.
#[derive(Debug, Clone, Default)]
pub(super) struct StatesFold {
    times: BTreeMap<State, (u64, Elapsed)>,
    now: Option<(State, Elapsed)>,
    last: Elapsed,
}

impl StatesFold {
    pub(super) fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        if let Kind::State { to, .. } = event.kind {
            self.leave(event.at);
            self.times.entry(to).or_default().0 += 1;
            self.now = Some((to, event.at));
        }
    }

    fn leave(&mut self, at: Elapsed) {
        if let Some((state, since)) = self.now {
            self.times.entry(state).or_default().1 += at.since(since);
        }
    }

    /// In the order of an app's life. The end of a run is no state anybody spends time in.
    pub(super) fn times(&self) -> Vec<StateTime> {
        let mut closed = self.clone();
        closed.leave(self.last);
        let lived = closed.times.into_iter().filter(|(state, _)| *state != State::Gone);
        lived.map(|(state, (entered, time))| StateTime { state, entered, time }).collect()
    }
}
