use std::path::Path;

/// One reading in so many looks at descriptors: it costs a look into `/proc` for every process of the group.
const ONE_IN: u32 = 20;

/// How many files the processes of a group have open: their descriptors, sockets and pipes among them.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    readings: u32,
}

impl Descriptors {
    /// Those of the process that has the most, because the limit (`RLIMIT_NOFILE`) is one for each process. `None` in
    /// most readings, and when no process can be looked at. `members` is the text of `cgroup.procs`.
    pub(super) fn most(&mut self, members: &str) -> Option<u32> {
        let due = self.readings.is_multiple_of(ONE_IN);
        self.readings = self.readings.wrapping_add(1);
        // The text of a very large group may be cut in its last line.
        let whole = members.rfind('\n').map_or("", |end| &members[..end]);
        let pids = whole.lines().filter(|_| due);
        pids.filter_map(|pid| count(&Path::new("/proc").join(pid).join("fd"))).max()
    }
}

/// Descriptors in a folder of the kernel's; `None` when the process has ended or is not ours to look at.
fn count(folder: &Path) -> Option<u32> {
    u32::try_from(std::fs::read_dir(folder).ok()?.count()).ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn the_process_with_the_most_is_told_once_in_twenty_readings() {
        let own = format!("1\n999999999\n{}\n", std::process::id());
        let mut descriptors = Descriptors::default();
        let before = descriptors.most(&own).expect("this process can look at itself");
        let held: Vec<File> = (0..300).map(|_| File::open("/dev/null").expect("it can be opened")).collect();
        let between: Vec<Option<u32>> = (1..ONE_IN).map(|_| descriptors.most(&own)).collect();
        assert!(between.iter().all(Option::is_none), "{between:?}");
        let after = descriptors.most(&own).expect("this process can look at itself");
        // Other tests of this process open and close files meanwhile.
        assert!(after >= 300 && before > 0, "{before}, then {after} with {} more", held.len());
    }

    #[test]
    fn a_line_that_is_cut_is_not_taken_for_a_process() {
        assert_eq!(Descriptors::default().most(&std::process::id().to_string()), None);
        assert_eq!(Descriptors::default().most(""), None);
    }
}
