use serde::{Deserialize, Serialize};

use crate::event::{Event, Kind, State, Why};
use crate::report::StatusFold;
use crate::units::Elapsed;

/// How an app in the background stands, as its supervisor tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its state; `None` before the run has begun.
    pub state: Option<State>,
    /// For how long it has been in that state, in microseconds.
    pub since_us: u64,
    /// For how long the run goes on, in microseconds.
    pub length_us: u64,
    /// Its need of memory, in bytes; nothing while no instance runs.
    pub need_bytes: u64,
    /// The plan's limit, in bytes.
    pub limit_bytes: u64,
    /// How often it was started again without having slept: after failures, by the timetable, by its user.
    pub restarts: u64,
    /// Requests that ended.
    pub requests: u64,
}

/// Folds the events of a run into a [`Report`].
#[derive(Debug, Clone, Default)]
pub struct Standing {
    status: StatusFold,
    restarts: u64,
}

impl Standing {
    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        self.status.add(event);
        if let Kind::State { to: State::Starting, why, .. } = &event.kind {
            self.restarts += u64::from(!matches!(why, Why::Begin | Why::Wake));
        }
    }

    /// How it stands, so long after the run's beginning.
    pub fn report(&self, now: Elapsed) -> Report {
        let status = self.status.status();
        let now = now.max(status.at);
        Report {
            state: status.state,
            since_us: now.since(status.since).micros(),
            length_us: now.micros(),
            need_bytes: status.need.bytes(),
            limit_bytes: status.kill_at.bytes(),
            restarts: self.restarts,
            requests: status.requests,
        }
    }
}

/// Whether an event belongs into a log: what the app wrote, what the platform wrote, and what befell the app.
/// Requests and counters do not.
pub fn is_log(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Log { .. }
            | Kind::Platform { .. }
            | Kind::Listening { .. }
            | Kind::State { .. }
            | Kind::Exited(_)
            | Kind::ChildOutOfMemory { .. }
            | Kind::HealthFailed { .. }
            | Kind::HealthRecovered { .. }
            | Kind::Notice { .. }
            | Kind::Mark { .. }
            | Kind::Finished(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(secs: u64, to: State, why: Why) -> Event {
        Event { seq: 0, at: Elapsed::from_secs(secs), kind: Kind::State { from: State::Asleep, to, why } }
    }

    #[test]
    fn a_wake_is_no_restart_and_time_goes_on_between_events() {
        let mut standing = Standing::default();
        for event in [
            change(0, State::Starting, Why::Begin),
            change(1, State::Serving, Why::Ready),
            change(5, State::Starting, Why::Wake),
            change(8, State::Starting, Why::Asked),
            change(9, State::Starting, Why::BackoffOver),
        ] {
            standing.add(&event);
        }
        let report = standing.report(Elapsed::from_secs(20));
        assert_eq!((report.restarts, report.state), (2, Some(State::Starting)));
        assert_eq!((report.since_us, report.length_us), (11_000_000, 20_000_000));
    }

    #[test]
    fn a_log_has_what_befell_the_app_and_no_counters() {
        assert!(is_log(&Kind::Platform { line: String::new() }));
        assert!(is_log(&change(0, State::Serving, Why::Ready).kind));
        assert!(!is_log(&Kind::PlatformReady));
    }
}
