//! Reads a group's counters again and again, through files that stay open.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::descriptors::Descriptors;
use super::{Counters, Place, lines_of, locate, number, v1, v2};
use crate::event::SampleSource;

/// Larger than any counter file. `memory.stat` has about 2 KB.
const FILE_MAX: usize = 16 * 1024;

/// A group's files, open. Reading costs some tens of microseconds and allocates nothing, but for one in
/// twenty, which looks at the open files of every process.
#[derive(Debug)]
pub struct Reader {
    place: Place,
    files: [Counter; 6],
    members: Counter,
    descriptors: Descriptors,
}

/// The limits in force, as the kernel tells them. `None`: not limited, or not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of memory and swap together (version 1), or of swap alone (version 2). The largest number
    /// where version 2 counts swap and does not limit it.
    pub swap: Option<u64>,
    /// Microseconds of CPU in each period.
    pub quota: Option<u64>,
    /// The period in microseconds.
    pub period: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

impl Reader {
    /// Opens the counters of the group of `container`, which `pid` is in. `None` when they are not
    /// visible from here, and when the process has ended and is in that group no more.
    pub fn of_process(pid: u32, container: &str) -> Option<Self> {
        let cgroup = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
        let mountinfo = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
        Self::open(locate(&lines_of(container, &cgroup), &mountinfo)?)
    }

    /// Opens the counters in `place`. `None` when the memory counter cannot be read.
    pub fn open(place: Place) -> Option<Self> {
        let files = match &place {
            Place::V1 { memory, cpu, cpuacct, pids } => [
                Counter::open(Some(memory), "memory.usage_in_bytes"),
                Counter::open(Some(memory), "memory.stat"),
                Counter::open(Some(memory), "memory.oom_control"),
                Counter::open(cpuacct.as_deref(), "cpuacct.usage"),
                Counter::open(cpu.as_deref(), "cpu.stat"),
                Counter::open(pids.as_deref(), "pids.current"),
            ],
            Place::V2(folder) => [
                Counter::open(Some(folder), "memory.current"),
                Counter::open(Some(folder), "memory.stat"),
                Counter::open(Some(folder), "memory.events"),
                Counter::open(Some(folder), "memory.swap.current"),
                Counter::open(Some(folder), "cpu.stat"),
                Counter::open(Some(folder), "pids.current"),
            ],
        };
        let folder = match &place {
            Place::V1 { memory, .. } => memory,
            Place::V2(folder) => folder,
        };
        let members = Counter::open(Some(folder), "cgroup.procs");
        let mut reader = Self { place, files, members, descriptors: Descriptors::default() };
        reader.counters().is_some().then_some(reader)
    }

    /// Which interface is read.
    pub const fn source(&self) -> SampleSource {
        match self.place {
            Place::V1 { .. } => SampleSource::CgroupV1,
            Place::V2(_) => SampleSource::CgroupV2,
        }
    }

    /// The counters now, or nothing when the group is gone.
    pub fn counters(&mut self) -> Option<Counters> {
        let [first, memory, oom, fourth, cpu, pids] = &mut self.files;
        let (memory, oom, cpu, pids) = (memory.read(), oom.read(), cpu.read(), pids.read());
        let counters = match self.place {
            Place::V1 { .. } => {
                v1::counters(v1::Files { usage: first.read(), memory, oom, cpu, cpu_used: fourth.read(), pids })
            }
            Place::V2(_) => {
                v2::counters(v2::Files { current: first.read(), memory, events: oom, swap: fourth.read(), cpu, pids })
            }
        }?;
        Some(Counters { open_files: self.descriptors.most(self.members.read()), ..counters })
    }

    /// Kills for want of memory now. Cheaper than all counters.
    pub fn oom_kills(&mut self) -> Option<u64> {
        let text = self.files[2].read();
        match self.place {
            Place::V1 { .. } => v1::oom_kills(text),
            Place::V2(_) => v2::oom_kills(text),
        }
    }

    /// Whether the group still exists.
    fn is_alive(&self) -> bool {
        match &self.place {
            Place::V1 { memory, .. } => memory.is_dir(),
            Place::V2(folder) => folder.is_dir(),
        }
    }

    /// The limits in force, or nothing when the group is gone.
    pub fn limits(&self) -> Option<Limits> {
        let limits = self.read_limits();
        // Asked afterwards: a file that went in between would read as "not limited".
        self.is_alive().then_some(limits)
    }

    fn read_limits(&self) -> Limits {
        match &self.place {
            Place::V1 { memory, cpu, pids, .. } => Limits {
                memory: single(memory, "memory.limit_in_bytes"),
                swap: single(memory, "memory.memsw.limit_in_bytes"),
                quota: cpu.as_deref().and_then(|cpu| single(cpu, "cpu.cfs_quota_us")),
                period: cpu.as_deref().and_then(|cpu| single(cpu, "cpu.cfs_period_us")),
                pids: pids.as_deref().and_then(|pids| single(pids, "pids.max")),
            },
            Place::V2(folder) => {
                let share = text(folder, "cpu.max").unwrap_or_default();
                let mut share = share.split_whitespace().map(number);
                Limits {
                    memory: single(folder, "memory.max"),
                    swap: text(folder, "memory.swap.max").map(|text| number(&text).unwrap_or(u64::MAX)),
                    quota: share.next().flatten(),
                    period: share.next().flatten(),
                    pids: single(folder, "pids.max"),
                }
            }
        }
    }
}

fn text(folder: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(name)).ok()
}

fn single(folder: &Path, name: &str) -> Option<u64> {
    number(&text(folder, name)?)
}

/// One counter file, with the space its text is read into.
#[derive(Debug)]
struct Counter {
    file: Option<File>,
    text: Vec<u8>,
}

impl Counter {
    fn open(folder: Option<&Path>, name: &str) -> Self {
        let file = folder.and_then(|folder| File::open(folder.join(name)).ok());
        let text = if file.is_some() { vec![0; FILE_MAX] } else { Vec::new() };
        Self { file, text }
    }

    /// The file's text now. Empty when it is not there, or when the group is gone: a removed group
    /// answers `ENODEV` through a file that is still open.
    fn read(&mut self) -> &str {
        let Some(file) = &self.file else { return "" };
        let length = file.read_at(&mut self.text, 0).unwrap_or(0);
        std::str::from_utf8(&self.text[..length]).unwrap_or("")
    }
}
