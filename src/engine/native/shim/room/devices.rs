//! `/dev` and the folders in memory.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::mount::{MountFlags, mount, mount_bind};

use super::Room;
use crate::engine::native::shim::Word;
use crate::engine::native::shim::stage::{Stage, named};

/// Devices of this machine that any program may use.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

const LINKS: &[(&str, &str)] = &[
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

/// `/dev/shm` where nothing else is asked for, in bytes. As Docker has it.
const SHM: u64 = 64 << 20;

/// Makes a `/dev` of the room's own, and its `/tmp` in memory, where one is wanted.
pub(super) fn mount_devices(room: &Room, site: &Path) -> Result<(), Word> {
    let dev = site.join("dev");
    mount("tmpfs", &dev, "tmpfs", MountFlags::NOSUID, Some(c"size=64k,mode=755")).stage("mount `/dev`")?;
    for name in DEVICES {
        let target = dev.join(name);
        File::create(&target)
            .and_then(|_| Ok(mount_bind(Path::new("/dev").join(name), &target)?))
            .stage(format!("show `/dev/{name}`"))?;
    }
    for (name, target) in LINKS {
        symlink(target, dev.join(name)).stage(format!("link `/dev/{name}`"))?;
    }
    terminals(&dev.join("pts")).stage("mount `/dev/pts`")?;
    let plain = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    in_memory(&dev.join("shm"), room.shm.unwrap_or(SHM), plain).stage("mount `/dev/shm`")?;
    // Not every kernel has queues.
    let queues = dev.join("mqueue");
    let _ = fs::create_dir(&queues).map(|()| mount("mqueue", &queues, "mqueue", plain, None));
    let Some(bytes) = room.tmp else { return Ok(()) };
    let tmp = site.join("tmp");
    in_memory(&tmp, bytes, MountFlags::NOSUID | MountFlags::NODEV).stage(format!("mount {}", named(Path::new("/tmp"))))
}

fn terminals(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    let options = c"newinstance,ptmxmode=0666,mode=0620,gid=5";
    Ok(mount("devpts", folder, "devpts", MountFlags::NOSUID | MountFlags::NOEXEC, Some(options))?)
}

/// A folder that anybody may write to, of a size in bytes.
fn in_memory(folder: &Path, size: u64, flags: MountFlags) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let options = std::ffi::CString::new(format!("mode=1777,size={size}"))?;
    Ok(mount("tmpfs", folder, "tmpfs", flags, Some(options.as_c_str()))?)
}
