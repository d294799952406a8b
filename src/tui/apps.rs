use super::Model;
use super::view::whole_seconds;
use crate::report::words;
use crate::units::Elapsed;

/// One of several apps that are watched, as a row above the view of the chosen one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// How it stands, in words.
    pub state: String,
    /// Need of the limit.
    pub memory: String,
    /// CPU over the last second, of the share.
    pub cpu: String,
    /// Users as the app counts them, else open sockets.
    pub users: String,
    /// Requests that ended, and how many of them a visitor would call failed.
    pub requests: String,
    /// Processes killed for want of memory or from outside.
    pub kills: String,
    /// The plan's id.
    pub plan: String,
}

/// What stands above the cells of a [`Row`].
pub(super) const HEAD: [&str; 8] = ["app", "state", "memory", "CPU", "users", "requests", "kills", "plan"];

impl Row {
    pub(super) fn cells(&self) -> Vec<String> {
        let Self { name, state, memory, cpu, users, requests, kills, plan } = self.clone();
        vec![name, state, memory, cpu, users, requests, kills, plan]
    }
}

impl Model {
    /// The run as a row. `fate` says what became of it where it does not go on.
    pub fn row(&self, name: &str, now: Elapsed, fate: Option<&str>) -> Row {
        let status = self.status();
        let of_share = |cpu: crate::units::Millicores| format!("{:.2} of {}", cpu.cores(), status.cpu_share.cores());
        let state = fate.map_or_else(|| self.words(now), str::to_owned);
        // Of one that does not go on, the last sample is no news.
        let sampled = status.instance.filter(|_| fate.is_none());
        Row {
            name: name.to_owned(),
            state,
            memory: sampled.map_or_else(none, |_| format!("{:.0} % of {}", status.memory_percent(), status.kill_at)),
            cpu: sampled.and(status.cpu).map_or_else(none, of_share),
            users: self.users(),
            requests: requests(status.requests, status.failed),
            kills: status.kills.to_string(),
            plan: self.facts.plan.clone(),
        }
    }

    /// `serving for 3 min 10 s`.
    fn words(&self, now: Elapsed) -> String {
        let Some((state, _)) = self.standing.state() else { return "not begun".to_owned() };
        format!("{} for {}", words::state(state), whole_seconds(self.standing.lasted(now)))
    }

    fn users(&self) -> String {
        let Some(gauges) = &self.gauges else { return none() };
        gauges.users.unwrap_or(gauges.sockets).to_string()
    }
}

/// What is not told at the moment.
fn none() -> String {
    "–".to_owned()
}

fn requests(ended: u64, failed: u64) -> String {
    if failed == 0 { ended.to_string() } else { format!("{ended}, {failed} failed") }
}
