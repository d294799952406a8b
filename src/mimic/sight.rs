use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::thread;

use rustix::fs::statvfs;
use rustix::process::{Resource, getpid, getrlimit, getuid};
use serde::Serialize;

use super::app::App;

/// What the app can see of the machine it believes to be on, in bytes and thousandths of a core.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sight {
    /// Host name.
    pub(super) hostname: String,
    /// Whom it runs as.
    pub(super) user: String,
    /// Where it writes files.
    pub(super) folder: String,
    /// Its process id; 1 means that nobody starts processes for it.
    pub(super) process: u32,
    /// Cores that a runtime would size its thread pools by.
    pub(super) cores_to_use: usize,
    /// Cores that it may be scheduled on.
    pub(super) cores_allowed: u32,
    /// The CPU limit of its group.
    pub(super) cpu_limit_millicores: Option<u64>,
    /// Memory of the machine, as a careless app reads it.
    pub(super) machine_memory_bytes: u64,
    /// The memory limit of its group.
    pub(super) memory_limit_bytes: Option<u64>,
    /// Memory that its group is charged for, file cache included.
    pub(super) memory_charged_bytes: Option<u64>,
    /// Its own resident memory.
    pub(super) resident_bytes: u64,
    /// The limit of its group on processes and threads.
    pub(super) processes_limit: Option<u64>,
    /// How many files it may have open.
    pub(super) open_files_limit: Option<u64>,
    /// Room left on its disk.
    pub(super) disk_free_bytes: u64,
    /// Size of `/dev/shm`.
    pub(super) shm_bytes: u64,
}

impl Sight {
    /// Looks around.
    pub(super) fn look(app: &App) -> Self {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let group = |controller: &str, names: [&str; 2]| read_group(&groups, controller, names);
        Self {
            hostname: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            user: user(),
            folder: app.folder.display().to_string(),
            process: getpid().as_raw_nonzero().get().unsigned_abs(),
            cores_to_use: thread::available_parallelism().map_or(1, NonZero::get),
            cores_allowed: rustix::thread::sched_getaffinity(None).map_or(0, |set| set.count()),
            cpu_limit_millicores: cpu_limit(&groups),
            machine_memory_bytes: machine_memory(),
            memory_limit_bytes: group("memory", ["memory.max", "memory.limit_in_bytes"]).and_then(|text| limit(&text)),
            memory_charged_bytes: group("memory", ["memory.current", "memory.usage_in_bytes"])
                .and_then(|text| limit(&text)),
            resident_bytes: resident(),
            processes_limit: group("pids", ["pids.max", "pids.max"]).and_then(|text| limit(&text)),
            open_files_limit: getrlimit(Resource::Nofile).current,
            disk_free_bytes: statvfs(&app.folder).map_or(0, |disk| disk.f_bavail * disk.f_frsize),
            shm_bytes: statvfs("/dev/shm").map_or(0, |disk| disk.f_blocks * disk.f_frsize),
        }
    }

    /// The same as lines of a log.
    pub(super) fn lines(&self) -> [String; 3] {
        let size = |bytes: Option<u64>| bytes.map_or_else(|| "none".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
        [
            format!("I am process {} of {} on {}, in {}", self.process, self.user, self.hostname, self.folder),
            format!(
                "memory limit {}, machine {} MiB, shm {} MiB, disk free {} MiB",
                size(self.memory_limit_bytes),
                self.machine_memory_bytes >> 20,
                self.shm_bytes >> 20,
                self.disk_free_bytes >> 20,
            ),
            format!(
                "cores to use {}, allowed {}, limit {}; processes {}, open files {}",
                self.cores_to_use,
                self.cores_allowed,
                word(self.cpu_limit_millicores.map(|limit| format!("{limit}m"))),
                word(self.processes_limit),
                word(self.open_files_limit),
            ),
        ]
    }
}

fn word(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// The name of the user in the list of users, or the number when there is no list.
fn user() -> String {
    let id = getuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    user_name(&users, &id).unwrap_or(id)
}

fn user_name(users: &str, id: &str) -> Option<String> {
    let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    fields.find(|user| user.get(2) == Some(&id)).map(|user| user[0].to_owned())
}

fn machine_memory() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) << 10
}

fn resident() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

fn cpu_limit(groups: &str) -> Option<u64> {
    if let Some(text) = read_group(groups, "cpu", ["cpu.max", ""]) {
        let (quota, period) = text.trim().split_once(' ')?;
        return share(quota, period);
    }
    let quota = read_group(groups, "cpu", ["", "cpu.cfs_quota_us"])?;
    let period = read_group(groups, "cpu", ["", "cpu.cfs_period_us"])?;
    share(&quota, &period)
}

/// Thousandths of a core. `max` and `-1` are no limit.
fn share(quota: &str, period: &str) -> Option<u64> {
    let (quota, period) = (quota.trim().parse::<u64>().ok()?, period.trim().parse::<u64>().ok()?);
    (quota * 1000).checked_div(period)
}

/// A file of this process' group: its name in the unified tree and in the older one. Inside a
/// container the group is mounted as the root of its tree, so that place is looked at too.
fn read_group(groups: &str, controller: &str, names: [&str; 2]) -> Option<String> {
    let root = Path::new("/sys/fs/cgroup");
    let unified = [root.join(own_group(groups, "")), root.to_owned()];
    let older_root = root.join(controller);
    let older = [older_root.join(own_group(groups, controller)), older_root];
    let candidates = unified.into_iter().map(|folder| folder.join(names[0]));
    let candidates = candidates.chain(older.into_iter().map(|folder| folder.join(names[1])));
    candidates.filter(|path| path.is_file()).find_map(|path| fs::read_to_string(path).ok())
}

/// The path of this process' group for a controller; the unified tree has none in its line.
fn own_group(groups: &str, controller: &str) -> String {
    let lines = groups.lines().filter_map(|line| line.split_once(':').and_then(|(_, rest)| rest.split_once(':')));
    let mut own = lines.filter(|(controllers, _)| controllers.split(',').any(|name| name == controller));
    let path = own.next().map_or("", |(_, path)| path);
    path.trim_start_matches('/').to_owned()
}

/// A limit in bytes or in pieces. The word `max` and the older tree's huge number are no limit.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|value| *value < 1 << 62)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_spelled_in_two_ways() {
        assert_eq!(limit("max\n"), None);
        assert_eq!(limit("9223372036854771712\n"), None);
        assert_eq!(limit("536870912\n"), Some(536_870_912));
    }

    #[test]
    fn a_share_of_cpu_is_read_in_thousandths() {
        assert_eq!(share("10000", "100000\n"), Some(100));
        assert_eq!(share("max", "100000"), None);
        assert_eq!(share("-1", "100000"), None);
        assert_eq!(share("1", "0"), None);
    }

    #[test]
    fn the_own_group_is_found_in_both_kinds_of_tree() {
        let older = "11:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/system\n";
        assert_eq!(own_group(older, "cpu"), "docker/abc");
        assert_eq!(own_group(older, "memory"), "docker/abc");
        assert_eq!(own_group("0::/user.slice/x.scope\n", ""), "user.slice/x.scope");
    }

    #[test]
    fn a_user_has_a_name_where_there_is_a_list() {
        assert_eq!(user_name("root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:\n", "1000").unwrap(), "app");
        assert_eq!(user_name("", "1000"), None);
    }
}
