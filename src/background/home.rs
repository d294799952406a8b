use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::{BackgroundError, Card, Name, Place};

/// The folder with one folder for every app in the background.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

/// An app in the background as its folder shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub name: Name,
    /// What its folder says; `None` before there is anything to say.
    pub card: Option<Card>,
    /// Whether its supervisor lives.
    pub lives: bool,
}

impl Home {
    /// The folder inside `state`, emu's state folder. Nothing is made yet.
    pub fn new(state: &Path) -> Self {
        Self { folder: state.join("background") }
    }

    /// All apps, in the order of their names. Without a folder there are none.
    pub fn all(&self) -> Result<Vec<Seen>, BackgroundError> {
        let Some(_gate) = self.gate_where_there_is_one()? else { return Ok(Vec::new()) };
        let entries = fs::read_dir(&self.folder).map_err(|error| BackgroundError::folder(&self.folder, error))?;
        let names = entries.flatten().filter_map(|entry| Name::new(entry.file_name().to_str()?).ok());
        let mut all: Vec<Seen> = names.filter_map(|name| self.seen(name)).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// The app of this name, living or dead.
    pub fn find(&self, name: &Name) -> Result<Option<Seen>, BackgroundError> {
        let gate = self.gate_where_there_is_one()?;
        Ok(gate.and_then(|_gate| self.seen(name.clone())))
    }

    /// Takes a name for a supervisor, until the place is dropped. What a dead one of this name left is removed.
    pub fn claim(&self, name: &Name) -> Result<Place, BackgroundError> {
        let folder = self.of(name);
        let unusable = |error| BackgroundError::folder(&folder, error);
        private(&self.folder).map_err(|error| BackgroundError::folder(&self.folder, error))?;
        let _gate = self.gate()?;
        private(&folder).map_err(unusable)?;
        let lock = open(&folder.join(LOCK)).map_err(unusable)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                Place::clear(&folder).map_err(unusable)?;
                Ok(Place::new(self.clone(), name.clone(), folder, lock))
            }
            Err(Errno::WOULDBLOCK) => Err(BackgroundError::Taken { name: name.to_string() }),
            Err(error) => Err(unusable(error.into())),
        }
    }

    /// Removes what a dead supervisor left, unless one of this name lives again. Whether it did.
    pub fn forget(&self, name: &Name) -> Result<bool, BackgroundError> {
        let Some(_gate) = self.gate_where_there_is_one()? else { return Ok(false) };
        match self.seen(name.clone()) {
            Some(seen) if !seen.lives => self.remove(name).map(|()| true),
            _ => Ok(false),
        }
    }

    /// The folder of one app.
    pub(super) fn of(&self, name: &Name) -> PathBuf {
        self.folder.join(name.as_str())
    }

    /// Removes the folder of an app. Whoever calls it holds the gate, and the lock if anybody does.
    pub(super) fn remove(&self, name: &Name) -> Result<(), BackgroundError> {
        let folder = self.of(name);
        fs::remove_dir_all(&folder).map_err(|error| BackgroundError::folder(&folder, error))
    }

    /// While this is held nobody else looks at a lock, takes one or removes one: a look would be taken
    /// for a supervisor. It is held for no longer than that.
    pub(super) fn gate(&self) -> Result<File, BackgroundError> {
        let path = self.folder.join(GATE);
        let held = open(&path).and_then(|gate| {
            flock(&gate, FlockOperation::LockExclusive)?;
            Ok(gate)
        });
        held.map_err(|error| BackgroundError::folder(&path, error))
    }

    /// Where nothing was ever started, nothing is made by looking.
    fn gate_where_there_is_one(&self) -> Result<Option<File>, BackgroundError> {
        if self.folder.join(GATE).exists() { self.gate().map(Some) } else { Ok(None) }
    }

    fn seen(&self, name: Name) -> Option<Seen> {
        let folder = self.of(&name);
        let lock = File::open(folder.join(LOCK)).ok()?;
        let lives = flock(&lock, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK);
        Some(Seen { card: Card::read(&folder.join(super::place::CARD)), name, lives })
    }
}

/// The lock of one app, in its folder.
const LOCK: &str = "lock";
/// The lock over all of them. No name begins with a point.
const GATE: &str = ".gate";

/// A folder that nobody else looks into: the sockets inside obey whoever reaches them.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::background::card::tests::card;

    fn place() -> (tempfile::TempDir, Home, Name) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        (folder, home, Name::new("shop").unwrap())
    }

    #[test]
    fn looking_makes_nothing() {
        let (folder, home, name) = place();
        assert_eq!(home.all().unwrap(), []);
        assert_eq!(home.find(&name).unwrap(), None);
        assert!(!home.forget(&name).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_name_is_taken_for_as_long_as_its_supervisor_lives() {
        let (_folder, home, name) = place();
        let held = home.claim(&name).unwrap();
        held.write(&card()).unwrap();
        assert!(matches!(home.claim(&name), Err(BackgroundError::Taken { .. })));
        assert_eq!(home.all().unwrap(), [Seen { name: name.clone(), card: Some(card()), lives: true }]);
        assert!(!home.forget(&name).unwrap(), "the living are not forgotten");
        drop(held);
        assert_eq!(home.find(&name).unwrap(), Some(Seen { name: name.clone(), card: Some(card()), lives: false }));
        let again = home.claim(&name).unwrap();
        assert_eq!(home.find(&name).unwrap().unwrap().card, None, "what the dead one left is gone");
        again.forget().unwrap();
        assert_eq!(home.all().unwrap(), []);
    }

    #[test]
    fn the_dead_are_forgotten_once() {
        let (_folder, home, name) = place();
        drop(home.claim(&name).unwrap());
        assert!(home.forget(&name).unwrap());
        assert!(!home.forget(&name).unwrap());
        assert_eq!(home.find(&name).unwrap(), None);
    }

    #[test]
    fn of_many_who_want_one_name_one_gets_it_whoever_looks_meanwhile() {
        let (_folder, home, name) = place();
        let start = std::sync::Barrier::new(16);
        let claim = |wants: bool| {
            start.wait();
            wants.then(|| home.claim(&name).ok()).flatten().or_else(|| {
                home.all().unwrap();
                None
            })
        };
        let claimed: Vec<Place> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|at| scope.spawn(move || claim(at % 2 == 0))).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(claimed.len(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let (folder, home, name) = place();
        fs::write(folder.path().join("background"), "in the way").unwrap();
        assert!(matches!(home.claim(&name), Err(BackgroundError::Folder { .. })));
    }
}
