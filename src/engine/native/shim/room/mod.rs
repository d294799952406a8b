//! The surroundings of an app that is kept apart: this machine's files below a layer of its own, its
//! own process numbers, devices and names.
//!
//! The room is put together at `<scratch>/root` and then becomes the root of the file system. What the
//! app writes lies in `<scratch>/upper` and `<scratch>/layers`; a later life in the same scratch finds it.

mod devices;
mod layers;
mod mounts;
mod newcomer;
mod notes;
mod plan;
mod system;
mod written;

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_change, move_mount,
    open_tree, unmount,
};
use rustix::process::{chdir, pivot_root};
use rustix::thread::UnshareFlags;

use super::stage::{Stage, named};
use super::{Room, Word, raw};
use notes::Notes;

pub(super) use newcomer::welcome;
pub(in crate::engine::native) use written::written;

/// A room that was entered, and what was noted about it.
pub(super) struct Entered {
    notes: Notes,
}

/// Makes the room and goes in. `folder` and `workdir` are there afterwards.
pub(super) fn enter(room: &Room, folder: Option<&Path>, workdir: Option<&Path>) -> Result<Entered, Word> {
    raw::unshare(UnshareFlags::NEWNS | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS)
        .stage("make mounts and names of its own")?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .stage("keep its mounts to itself")?;
    let site = room.scratch.join("root");
    fs::create_dir_all(&site).stage(format!("make the folder {}", named(&site)))?;
    let mut notes = Notes::open(&room.scratch)?;
    layers::lay(room, &site, &mut notes)?;
    hide(&room.scratch, &site);
    // Taken before anything covers it, and once for every place: of one that is taken already, kernels
    // before 6.15 give no copy.
    let files = folder.map(|folder| Ok((folder, [tree(&site, folder)?, tree(&site, folder)?]))).transpose()?;
    system::mount_system(room, &site)?;
    devices::mount_devices(room, &site)?;
    move_in(&site)?;
    place(files, workdir)?;
    let mut entered = Entered { notes };
    entered.put(&room.files, workdir.or(folder).unwrap_or(Path::new("/")))?;
    if let Some(hostname) = &room.hostname {
        entered.take_name(hostname)?;
    }
    Ok(entered)
}

/// The app is not shown its own layer a second time.
fn hide(scratch: &Path, site: &Path) {
    let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    // Where the scratch folder cannot be seen from inside, there is nothing to hide.
    let _ = mount("tmpfs", inside(site, scratch), "tmpfs", flags, Some(c"size=4k,mode=755"));
}

/// Where a path of the room is while the room is being made.
fn inside(site: &Path, path: &Path) -> PathBuf {
    site.join(path.strip_prefix("/").unwrap_or(path))
}

/// A folder as the app sees it, to be put elsewhere.
fn tree(site: &Path, folder: &Path) -> Result<OwnedFd, Word> {
    let doing = || format!("find the app's folder {}", named(folder));
    let inside = rustix::fs::open(site, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).stage(doing())?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat2(&inside, folder, flags, Mode::empty(), ResolveFlags::IN_ROOT).stage(doing())?;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_EMPTY_PATH
        | OpenTreeFlags::AT_RECURSIVE;
    open_tree(&folder, "", flags).stage(doing())
}

/// Makes `site` the root, and lets go of the old one.
fn move_in(site: &Path) -> Result<(), Word> {
    chdir(site)
        .and_then(|()| pivot_root(".", "."))
        .and_then(|()| unmount(".", UnmountFlags::DETACH))
        .and_then(|()| chdir("/"))
        .stage("make it the root of the file system")
}

/// Sees to it that the app's folder and its working directory are there. A covered folder is put back at
/// its own place, and where the working directory is missing, too.
fn place(files: Option<(&Path, [OwnedFd; 2])>, workdir: Option<&Path>) -> Result<(), Word> {
    let missing = |path: &&Path| !path.is_dir();
    let doing = |path: &Path| format!("make the folder {}", named(path));
    let Some((folder, trees)) = files else {
        return workdir.filter(missing).map_or(Ok(()), |path| fs::create_dir_all(path).stage(doing(path)));
    };
    for (path, tree) in [Some(folder), workdir].into_iter().flatten().zip(trees).filter(|(path, _)| missing(path)) {
        fs::create_dir_all(path).stage(doing(path))?;
        move_mount(&tree, "", CWD, path, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
            .stage(format!("put the app's folder at {}", named(path)))?;
    }
    Ok(())
}

impl Entered {
    /// Files that only the app may see. They lie on the throw-away layer, and anybody in the room may read them.
    fn put(&mut self, files: &[(PathBuf, Vec<u8>)], workdir: &Path) -> Result<(), Word> {
        for (path, content) in files {
            let path = workdir.join(path);
            self.notes.put(&path, content).stage(format!("put the secret file {}", named(&path)))?;
        }
        Ok(())
    }

    /// The host name, with the files in which programs look it up. Those are best effort.
    fn take_name(&mut self, hostname: &str) -> Result<(), Word> {
        rustix::system::sethostname(hostname.as_bytes()).stage(format!("take the host name `{hostname}`"))?;
        let line = format!("127.0.1.1\t{hostname}\n");
        let _ = self.notes.write("/etc/hostname", |_| Some(format!("{hostname}\n")));
        let _ = self.notes.write("/etc/hosts", |hosts| (!hosts.contains(&line)).then(|| format!("{hosts}{line}")));
        Ok(())
    }
}
