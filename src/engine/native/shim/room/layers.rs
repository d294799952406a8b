//! This machine's files below layers that take what the app writes.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, mount, mount_bind, mount_remount};

use super::notes::Notes;
use super::plan::{Manner, Step, plan};
use super::{Room, inside};
use crate::engine::native::shim::Word;
use crate::engine::native::shim::stage::{Stage, failed, named};

/// Assembles the files of this machine at `site`. What cannot be shown is left out, except the root.
pub(super) fn lay(room: &Room, site: &Path, notes: &mut Notes) -> Result<(), Word> {
    let mountinfo = fs::read("/proc/self/mountinfo").stage("read the mounts of this machine")?;
    let covered = room.tmp.map(|_| Path::new("/tmp"));
    let avoided: Vec<&Path> = [Some(room.scratch.as_path()), covered].into_iter().flatten().collect();
    let steps = plan(&String::from_utf8_lossy(&mountinfo), &avoided, Path::is_dir);
    let Some((first, others)) = steps.split_first() else { return Ok(()) };
    // Noted before the layers are used: a life that ends here has written nothing.
    let folders: Vec<_> = steps.iter().map(|step| notes.layer(&step.point)).collect();
    notes.save().stage("note where the layers are")?;
    layer(first, site, &room.scratch).map_err(|errno| no_layer(room, errno))?;
    for (step, folder) in others.iter().zip(folders.iter().skip(1)) {
        let target = inside(site, &step.point);
        let shown = match step.manner {
            Manner::Layer => layer(step, &target, folder).or_else(|_| read_only(step, &target)),
            Manner::ReadOnly => read_only(step, &target),
        };
        // A mount of a kind that cannot be shown leaves an empty folder.
        let _ = shown;
    }
    Ok(())
}

/// The commonest reasons in words.
fn no_layer(room: &Room, errno: Errno) -> Word {
    let doing = "mount the throw-away layer";
    match errno {
        Errno::NODEV => failed(doing, "this kernel has no overlay file system"),
        Errno::PERM | Errno::ACCESS => failed(doing, "emu has no right to mount"),
        Errno::INVAL => failed(doing, format!("the file system of {} cannot take one", named(&room.scratch))),
        other => Err::<(), _>(other).stage(doing).err().unwrap_or_else(|| failed(doing, "unknown")),
    }
}

/// Shows a mount below a layer whose parts are in `folder`. The descriptors' own names need no escapes.
fn layer(step: &Step, target: &Path, folder: &Path) -> rustix::io::Result<()> {
    let errno = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
    let lower = open(&step.point)?;
    let (upper, work) = (folder.join("upper"), folder.join("work"));
    fs::create_dir_all(&work).map_err(errno)?;
    if !upper.is_dir() {
        fs::create_dir(&upper).and_then(|()| like(&step.point, &upper)).map_err(errno)?;
    }
    let (upper, work) = (open(&upper)?, open(&work)?);
    let [lower, upper, work] = [&lower, &upper, &work].map(|part| format!("/proc/self/fd/{}", part.as_raw_fd()));
    let options = format!("lowerdir={lower},upperdir={upper},workdir={work}\0");
    let options = std::ffi::CStr::from_bytes_with_nul(options.as_bytes()).map_err(|_| Errno::INVAL)?;
    make_folder(target, step);
    mount("emu", target, "overlay", flags(step), Some(options))
}

fn open(folder: &Path) -> rustix::io::Result<OwnedFd> {
    rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// The folder that is seen is the upper one: it gets the owner and the rights of the lower.
fn like(lower: &Path, upper: &Path) -> std::io::Result<()> {
    let metadata = fs::metadata(lower)?;
    chown(upper, Some(metadata.uid()), Some(metadata.gid()))?;
    fs::set_permissions(upper, fs::Permissions::from_mode(metadata.mode() & 0o7777))
}

fn read_only(step: &Step, target: &Path) -> rustix::io::Result<()> {
    make_folder(target, step);
    mount_bind(&step.point, target)?;
    mount_remount(target, MountFlags::BIND | MountFlags::RDONLY | flags(step), "")
}

/// A mount point may be there only on a mount that is not shown.
fn make_folder(target: &Path, step: &Step) {
    if step.point != Path::new("/") && !target.exists() {
        let _ = fs::create_dir_all(target);
    }
}

fn flags(step: &Step) -> MountFlags {
    let wanted =
        [(step.nosuid, MountFlags::NOSUID), (step.nodev, MountFlags::NODEV), (step.noexec, MountFlags::NOEXEC)];
    wanted.iter().filter(|(wanted, _)| *wanted).map(|(_, flag)| *flag).collect()
}
