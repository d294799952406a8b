use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// What the name of a run's lock file ends in.
const ENDING: &str = "lock";

/// The folder beside the record with one locked file for every run that is being written.
///
/// The kernel drops a lock with the process that held it, so a file whose lock is free was left by
/// a run that was cut off.
#[derive(Debug, Clone)]
pub(super) struct Living {
    folder: PathBuf,
}

impl Living {
    /// The folder that belongs to the record at `path`.
    pub(super) fn beside(path: &Path) -> Self {
        Self { folder: path.with_file_name("live") }
    }

    /// Marks a run as going on until the mark is dropped.
    ///
    /// The file gets its name only once it is locked: nobody ever finds it free while its run lives.
    pub(super) fn mark(&self, run: &str) -> io::Result<Mark> {
        fs::create_dir_all(&self.folder)?;
        let (early, path) = (self.folder.join(format!("{run}.new")), self.folder.join(format!("{run}.{ENDING}")));
        let lock = File::create(&early)?;
        let placed = flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from);
        if let Err(error) = placed.and_then(|()| fs::rename(&early, &path)) {
            // The first trouble is the one to tell.
            let _ = fs::remove_file(&early);
            return Err(error);
        }
        Ok(Mark { path, _lock: lock })
    }

    /// The ids of all runs that go on. Removes what dead runs left.
    ///
    /// A folder that cannot be read has no living run: this is about what to show, and must not fail.
    pub(super) fn runs(&self) -> HashSet<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| is_held(path)).filter_map(|path| run_of(&path)).collect()
    }
}

/// A run goes on for as long as this is held. Dropping it takes the file away.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    _lock: File,
}

impl Drop for Mark {
    fn drop(&mut self) {
        // What stays behind has no lock, and goes with the next look at the folder.
        let _ = fs::remove_file(&self.path);
    }
}

/// Looks with a shared lock, so that two who look at once do not take one another for the run.
fn is_held(path: &Path) -> bool {
    if path.extension().is_none_or(|ending| ending != ENDING) {
        return false;
    }
    let Ok(file) = File::open(path) else { return false };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => {
            // Whoever may not remove it leaves it to the next one.
            let _ = fs::remove_file(path);
            false
        }
        Err(error) => error == rustix::io::Errno::WOULDBLOCK,
    }
}

fn run_of(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, Living) {
        let folder = tempfile::tempdir().unwrap();
        let living = Living::beside(&folder.path().join("record"));
        (folder, living)
    }

    fn files(folder: &tempfile::TempDir) -> usize {
        fs::read_dir(folder.path().join("live")).unwrap().count()
    }

    #[test]
    fn a_run_lives_from_its_mark_to_its_end() {
        let (folder, living) = place();
        assert_eq!(living.runs(), HashSet::new());
        let mark = living.mark("one").unwrap();
        assert_eq!(living.runs(), HashSet::from(["one".to_owned()]));
        drop(mark);
        assert_eq!(living.runs(), HashSet::new());
        assert_eq!(files(&folder), 0);
    }

    #[test]
    fn what_a_killed_run_left_is_no_life_and_is_removed_by_who_finds_it() {
        let (folder, living) = place();
        let _other = living.mark("other").unwrap();
        // A killed process leaves the file without its lock.
        File::create(folder.path().join("live/killed.lock")).unwrap();
        assert_eq!(living.runs(), HashSet::from(["other".to_owned()]));
        assert_eq!(files(&folder), 1);
    }

    #[test]
    fn a_second_look_at_the_same_moment_does_not_bring_a_dead_run_to_life() {
        let (folder, living) = place();
        fs::create_dir(folder.path().join("live")).unwrap();
        let looking = File::create(folder.path().join("live/killed.lock")).unwrap();
        flock(&looking, FlockOperation::NonBlockingLockShared).unwrap();
        assert_eq!(living.runs(), HashSet::new());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let (folder, living) = place();
        fs::write(folder.path().join("live"), "in the way").unwrap();
        assert!(living.mark("one").is_err());
        assert_eq!(living.runs(), HashSet::new());
    }
}
