use std::path::Path;

use super::finding::{Finding, ok, refused, warning};
use super::trial::trial;
use super::{leftovers, limits, size};
use crate::cli::engine::{self, EngineArgs};
use crate::cli::{Printer, Surroundings};
use crate::engine::native::Native;
use crate::engine::{Capabilities, Either, Isolation};

/// What can be said about the embedded engine.
pub(super) async fn findings(printer: &Printer, surroundings: &Surroundings) -> Vec<Finding> {
    match engine::native(EngineArgs::default(), surroundings).await {
        Ok(native) => of(native, printer).await,
        Err(error) => vec![refused("engine", engine::failure(&error))],
    }
}

async fn of(native: Native, printer: &Printer) -> Vec<Finding> {
    let facts = native.diagnosis();
    let can = &facts.machine.can;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mut findings = vec![
        ok("engine", format!("embedded: {}", facts.machine.engine_version)),
        ok("cgroup", format!("version {}, controllers {}", can.cgroup_version, controllers(can))),
        limits(&facts.missing),
        isolation(can.isolation, facts.isolation.as_deref()),
    ];
    findings.extend(size(&facts.machine));
    findings.push(scratch(&facts.scratch, file_system(&mounts, &facts.scratch)));
    let native = Either::Native(native);
    findings.push(leftovers(&native).await);
    printer.progress("trying the memory limit of the embedded engine on an instance of mimic");
    findings.push(trial(&native).await);
    printer.clear_progress();
    findings
}

fn controllers(can: &Capabilities) -> String {
    let all = [(can.memory_limit, "memory"), (can.cpu_quota, "cpu"), (can.pids_limit, "pids"), (can.cpuset, "cpuset")];
    let there: Vec<&str> = all.into_iter().filter_map(|(there, name)| there.then_some(name)).collect();
    there.join(", ")
}

fn isolation(level: Isolation, weaker: Option<&str>) -> Finding {
    match weaker {
        None => ok("isolation", format!("level {level}, the strongest")),
        Some(why) => {
            let found = format!("level {level}: {why}");
            warning("isolation", &found, "limits hold; runs say in their header what is not kept")
        }
    }
}

/// Where apps write, and on what.
fn scratch(folder: &Path, file_system: Option<&str>) -> Finding {
    let place = folder.display();
    match file_system {
        Some(memory @ ("tmpfs" | "ramfs")) => {
            let found = format!("{place} on {memory}: files of an app count as its memory");
            warning("scratch folder", &found, "set `EMU_HOME` to a folder on a disk")
        }
        Some(other) => ok("scratch folder", format!("{place} on {other}")),
        None => ok("scratch folder", place.to_string()),
    }
}

/// The kind of file system that a path is on, by the mounts as `/proc/self/mountinfo` lists them: the
/// last one of the longest that hold the path.
fn file_system<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    let mount = |line: &'m str| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        path.starts_with(&point).then(|| (point.len(), after.split(' ').next()))
    };
    mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length)?.1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::finding::Health;
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:25 / /tmp rw - tmpfs tmpfs rw
31 22 0:26 / /my\\040disk rw master:1 - xfs /dev/vdb rw
32 22 0:27 / /my\\040disk rw - btrfs /dev/vdc rw
";

    #[test]
    fn a_path_is_on_the_longest_mount_that_holds_it() {
        let on = |path: &str| file_system(MOUNTS, Path::new(path));
        assert_eq!(on("/home/me/.local/state/emu/scratch"), Some("ext4"));
        assert_eq!(on("/tmp/scratch"), Some("tmpfs"));
        assert_eq!(on("/tmpfiles"), Some("ext4"));
        assert_eq!(on("/my disk/scratch"), Some("btrfs"), "the later mount covers the earlier one");
        assert_eq!(file_system("", Path::new("/")), None);
    }

    #[test]
    fn files_in_memory_are_worth_a_note() {
        assert_eq!(scratch(Path::new("/tmp/scratch"), Some("tmpfs")).state, Health::Warning);
        assert_eq!(scratch(Path::new("/home/scratch"), Some("ext4")).found, "/home/scratch on ext4");
    }

    #[test]
    fn a_weaker_isolation_comes_with_its_reason() {
        let found = isolation(Isolation::Process, Some("it needs root"));
        assert_eq!((found.state, found.found.as_str()), (Health::Warning, "level process: it needs root"));
        assert_eq!(isolation(Isolation::Sandbox, None).state, Health::Ok);
    }

    proptest! {
        #[test]
        fn junk_never_panics(mounts in ".{0,200}", path in "/.{0,40}") {
            let _ = file_system(&mounts, Path::new(&path));
        }
    }
}
