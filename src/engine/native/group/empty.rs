//! Ends every process of a group, those that are being born meanwhile too.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use tokio::time::{Instant, sleep};

use super::files::{read, write};
use super::set::{Controller, Set, tree};
use crate::engine::EngineError;

/// Longer than a process takes to end that is not stuck in the kernel.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses between two looks grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LAST_PAUSE: Duration = Duration::from_millis(50);
/// How many of those that are left an error names.
const NAMED: usize = 5;

/// The processes in a group and below it, as this machine numbers them.
pub(super) fn processes(group: &Set) -> BTreeSet<u32> {
    let groups = group.paths().flat_map(tree);
    let pids = groups.flat_map(|folder| numbers(&read(&folder.join("cgroup.procs"))));
    // Those that cannot be seen from here are all called 0.
    pids.filter(|pid| *pid != 0).collect()
}

fn numbers(text: &str) -> Vec<u32> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Kills until nobody is left.
pub(super) async fn empty(group: &Set) -> Result<(), EngineError> {
    let births = Births::stop(group);
    let outcome = until_empty(group).await;
    births.allow();
    outcome
}

async fn until_empty(group: &Set) -> Result<(), EngineError> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        let left = processes(group);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(stuck(&left));
        }
        kill(group, &left);
        sleep(pause).await;
        pause = (pause * 2).min(LAST_PAUSE);
    }
}

fn kill(group: &Set, seen: &BTreeSet<u32>) {
    if group.version == 2 && group.paths().all(|folder| write(&folder.join("cgroup.kill"), "1").is_ok()) {
        return;
    }
    kill_each(group, seen);
}

/// A number may go to a stranger between the look and the kill. So each process is held first, and
/// killed only when its number is still in the group.
fn kill_each(group: &Set, seen: &BTreeSet<u32>) {
    let held: Vec<_> = seen.iter().filter_map(|pid| Some((*pid, to_pid(*pid)?))).collect();
    let held: Vec<_> =
        held.into_iter().map(|(number, pid)| (number, pid, pidfd_open(pid, PidfdFlags::empty()))).collect();
    let still = processes(group);
    for (_, pid, handle) in held.iter().filter(|(number, ..)| still.contains(number)) {
        // One that has ended meanwhile is what is wanted.
        let _ = match handle {
            Ok(handle) => pidfd_send_signal(handle, Signal::KILL),
            // Before Linux 5.3 a process cannot be held.
            Err(rustix::io::Errno::NOSYS) => kill_process(*pid, Signal::KILL),
            Err(_) => Ok(()),
        };
    }
}

fn to_pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

fn stuck(left: &BTreeSet<u32>) -> EngineError {
    let name = |pid: &u32| format!("{pid} `{}`", read(Path::new(&format!("/proc/{pid}/comm"))));
    let mut names: Vec<String> = left.iter().take(NAMED).map(name).collect();
    if left.len() > NAMED {
        names.push(format!("{} more", left.len() - NAMED));
    }
    EngineError::Failed {
        doing: "end all processes of the instance".to_owned(),
        reason: format!("after {} s these are left: {}", PATIENCE.as_secs(), names.join(", ")),
    }
}

/// While a group is emptied nobody is born in it: killing alone may never catch up with a process
/// that does nothing but fork.
struct Births(Option<(std::path::PathBuf, String)>);

impl Births {
    fn stop(group: &Set) -> Self {
        let file = group.of(Controller::Pids).map(|folder| folder.join("pids.max"));
        let stopped = file.map(|file| (read(&file), file)).filter(|(_, file)| write(file, "0").is_ok());
        Self(stopped.map(|(before, file)| (file, before)))
    }

    fn allow(self) {
        if let Some((file, before)) = self.0 {
            // The group may be gone by now.
            let _ = write(&file, &before);
        }
    }
}
