//! Whose container it is: labels that outlive us, so that what a dead emu left can be found.

use std::collections::HashMap;

/// On every container of emu's, so that `docker ps --filter label=emu` finds them all.
pub(super) const MARK: &str = "emu";
/// The run.
pub(super) const RUN: &str = "emu.run";
/// The number of the instance in the run.
pub(super) const INSTANCE: &str = "emu.instance";
const HOST: &str = "emu.host";
const PID: &str = "emu.pid";
const PID_START: &str = "emu.pid-start";

/// An emu process, told apart from every other process that has or had the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    host: String,
    pid: u32,
    /// Clock ticks from the boot to its start. `None` where the system does not tell.
    start: Option<u64>,
}

impl Owner {
    /// This very process.
    pub(super) fn ours() -> Self {
        let pid = std::process::id();
        Self { host: host(), pid, start: start_of(pid) }
    }

    /// The owner a container's labels name. `None` when it is not one of emu's.
    pub(super) fn of(labels: &HashMap<String, String>) -> Option<Self> {
        labels.get(MARK)?;
        let host = labels.get(HOST)?.clone();
        let pid = labels.get(PID)?.parse().ok()?;
        Some(Self { host, pid, start: labels.get(PID_START).and_then(|start| start.parse().ok()) })
    }

    /// Labels for a container of this owner.
    pub(super) fn labels(&self, run: &str, instance: u32) -> HashMap<String, String> {
        let mut labels = HashMap::from([
            (MARK.to_owned(), String::new()),
            (RUN.to_owned(), run.to_owned()),
            (INSTANCE.to_owned(), instance.to_string()),
            (HOST.to_owned(), self.host.clone()),
            (PID.to_owned(), self.pid.to_string()),
        ]);
        labels.extend(self.start.map(|start| (PID_START.to_owned(), start.to_string())));
        labels
    }

    /// A name for what belongs to an instance of this owner, by which it is found again.
    pub(super) fn name(&self, run: &str, instance: u32) -> String {
        format!("{run}.{instance}.{}.{}", self.pid, self.start.unwrap_or(0))
    }

    /// The owner, the run and the instance that such a name tells of. On this host.
    pub(super) fn named(name: &str) -> Option<(Self, &str, u32)> {
        let mut parts = name.rsplitn(4, '.');
        let start = parts.next()?.parse::<u64>().ok()?;
        let pid = parts.next()?.parse().ok()?;
        let instance = parts.next()?.parse().ok()?;
        Some((Self { host: host(), pid, start: Some(start).filter(|start| *start > 0) }, parts.next()?, instance))
    }

    /// Whether this owner is known to be dead. One on another host never is: it cannot be seen from here.
    pub(super) fn is_dead(&self) -> bool {
        if self.host != host() {
            return false;
        }
        // Where the system tells starts, it told this one's.
        self.start.map_or_else(|| !alive(self.pid), |start| start_of(self.pid) != Some(start))
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    // A process of another user exists too, although it may not be signalled.
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn start_of(pid: u32) -> Option<u64> {
    start_in(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Field 22 of `/proc/<pid>/stat`, unless field 3 says that the process has ended and only waits for its parent.
/// The second field is a name in brackets that may hold anything.
fn start_in(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_lead_back_to_their_owner() {
        let ours = Owner::ours();
        let labels = ours.labels("run-1", 3);
        assert_eq!(Owner::of(&labels), Some(ours.clone()));
        assert!(labels.contains_key("emu") && !ours.is_dead());
    }

    #[test]
    fn a_name_leads_back_to_its_owner() {
        let ours = Owner::ours();
        assert_eq!(Owner::named(&ours.name("a.b", 3)), Some((ours, "a.b", 3)));
        assert_eq!(Owner::named("system.slice"), None);
        assert_eq!(Owner::named("run.1.x.2"), None);
    }

    #[test]
    fn another_process_with_the_same_number_is_not_the_owner() {
        let ours = Owner::ours();
        let earlier = Owner { start: ours.start.map(|start| start.wrapping_sub(1)), ..ours };
        assert!(earlier.is_dead());
    }

    #[test]
    fn a_process_that_is_gone_is_dead() {
        assert!(Owner { pid: u32::MAX / 4, ..Owner::ours() }.is_dead());
    }

    /// The parent has not looked yet: the number is still taken.
    #[test]
    fn a_process_that_has_ended_is_dead_before_it_is_gone() {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let owner = Owner { pid: child.id(), start: start_of(child.id()), ..Owner::ours() };
        assert!(!owner.is_dead());
        let id = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
        drop(child.stdin.take());
        let ended = rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT;
        rustix::process::waitid(rustix::process::WaitId::Pid(id), ended).unwrap();
        assert!(owner.is_dead());
        child.wait().unwrap();
        assert!(owner.is_dead());
    }

    #[test]
    fn an_owner_on_another_host_is_never_called_dead() {
        assert!(!Owner { host: "elsewhere".into(), pid: u32::MAX / 4, start: None }.is_dead());
    }

    #[test]
    fn a_container_without_our_labels_has_no_owner() {
        let foreign = HashMap::from([("emu.pid".to_owned(), "1".to_owned())]);
        assert_eq!(Owner::of(&foreign), None);
    }

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9";
        assert_eq!(start_in(stat), Some(4242));
        assert_eq!(start_in(&stat.replace(" S ", " Z ")), None, "nobody lives there");
    }

    proptest! {
        #[test]
        fn junk_never_panics(stat in ".{0,100}") {
            let _ = start_in(&stat);
        }
    }
}
