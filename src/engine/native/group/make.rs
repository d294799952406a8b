//! Groups come and go: folders, and the controllers handed down to them.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::files::{failed, make_folder, read, write};
use super::find::controllers;
use super::set::{Controller, Set, tree};
use crate::engine::EngineError;

/// The kernel lets go of a group a moment after its last process.
const BUSY_MOST: Duration = Duration::from_secs(2);
const BUSY_STEP: Duration = Duration::from_millis(2);

const DOING: &str = "make a control group";

/// Makes a group below `base`, in `emu`, with every controller that `base` has.
pub(super) fn make(base: &Set, nursery: &Set, group: &Set) -> Result<(), EngineError> {
    if base.version == 2 {
        hand_down(base)?;
    }
    for (folder, parent) in nursery.folders.iter().zip(base.paths()) {
        make_folder(&folder.path).map_err(|error| failed(DOING, &folder.path, &error))?;
        if base.version == 1 {
            inherit(&folder.path, parent, &folder.controllers)?;
        }
    }
    if base.version == 2 {
        hand_down(nursery)?;
    }
    for (folder, parent) in group.folders.iter().zip(nursery.paths()) {
        std::fs::create_dir(&folder.path).map_err(|error| failed(DOING, &folder.path, &error))?;
        if base.version == 1 {
            inherit(&folder.path, parent, &folder.controllers)?;
        }
    }
    Ok(())
}

/// Version 2: groups below one have the controllers that it hands down.
pub(super) fn hand_down(set: &Set) -> Result<(), EngineError> {
    for folder in &set.folders {
        let (there, done) = ("cgroup.controllers", "cgroup.subtree_control");
        let enabled = controllers(&folder.path, done);
        let missing = controllers(&folder.path, there).into_iter().filter(|one| !enabled.contains(one));
        let file = folder.path.join(done);
        // One by one: the kernel takes all of a line or nothing.
        for controller in missing {
            let outcome = write(&file, &format!("+{}", controller.name()));
            outcome.map_err(|error| refused(controller, &file, &error))?;
        }
    }
    Ok(())
}

fn refused(controller: Controller, file: &Path, error: &io::Error) -> EngineError {
    failed(&format!("hand the controller `{}` down to a group", controller.name()), file, error)
}

/// Version 1: what a new group does not have by itself.
fn inherit(folder: &Path, parent: &Path, controllers: &[Controller]) -> Result<(), EngineError> {
    if controllers.contains(&Controller::Memory) {
        // Old kernels count groups below one only when told so; new ones always do, and may refuse to be told.
        let _ = write(&folder.join("memory.use_hierarchy"), "1");
    }
    if controllers.contains(&Controller::Cpuset) {
        // Both are empty at first, and then no process may join.
        for name in ["cpuset.cpus", "cpuset.mems"] {
            let (file, text) = (folder.join(name), read(&parent.join(name)));
            if read(&file).is_empty() {
                write(&file, &text).map_err(|error| failed(DOING, &file, &error))?;
            }
        }
    }
    Ok(())
}

/// Removes a group with all groups below it. What is gone is removed.
pub(super) async fn remove(group: &Set) -> Result<(), EngineError> {
    let deadline = Instant::now() + BUSY_MOST;
    loop {
        match remove_now(group) {
            Err((_, error)) if error.kind() == io::ErrorKind::ResourceBusy && Instant::now() < deadline => {
                sleep(BUSY_STEP).await;
            }
            Err((folder, error)) => return Err(failed("remove a control group", &folder, &error)),
            Ok(()) => return Ok(()),
        }
    }
}

/// One attempt.
pub(super) fn remove_now(group: &Set) -> Result<(), (std::path::PathBuf, io::Error)> {
    for folder in group.paths().flat_map(tree) {
        match std::fs::remove_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err((folder, error)),
            _ => {}
        }
    }
    Ok(())
}
