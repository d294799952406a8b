//! What the helper remembers of a room from one life to the next, in a file of the scratch folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::native::shim::Word;
use crate::engine::native::shim::stage::{Stage, named};

const FILE: &str = "notes.json";

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Mount points besides the root that have a layer of their own, with its number.
    pub layers: BTreeMap<PathBuf, u32>,
    /// Files that the helper wrote itself, with their size.
    pub own: BTreeMap<PathBuf, u64>,
}

/// The memory, with its file.
#[derive(Debug)]
pub(super) struct Notes {
    memory: Memory,
    scratch: PathBuf,
    file: File,
}

impl Memory {
    /// What is remembered in a scratch folder; nothing where there is none.
    pub(super) fn read(scratch: &Path) -> Self {
        let text = fs::read(scratch.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

impl Notes {
    pub(super) fn open(scratch: &Path) -> Result<Self, Word> {
        let memory = Memory::read(scratch);
        let path = scratch.join(FILE);
        let file = File::options().write(true).create(true).truncate(false).open(&path);
        let file = file.stage(format!("write {}", named(&path)))?;
        Ok(Self { memory, scratch: scratch.to_owned(), file })
    }

    /// Where the layer of a mount point is, the same in every life.
    pub(super) fn layer(&mut self, point: &Path) -> PathBuf {
        if point == Path::new("/") {
            return self.scratch.clone();
        }
        let next = self.memory.layers.values().max().map_or(1, |last| last + 1);
        let number = *self.memory.layers.entry(point.to_owned()).or_insert(next);
        folder(&self.scratch, number)
    }

    /// Keeps what was noted. The file was opened before the scratch folder went out of sight.
    pub(super) fn save(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.memory)?;
        self.file.set_len(0)?;
        self.file.write_all_at(&text, 0)?;
        self.file.flush()
    }

    /// Changes a file of the room as `text` says, which is given its content, and remembers whose work that was.
    pub(super) fn write(&mut self, path: &str, text: impl FnOnce(&str) -> Option<String>) -> io::Result<()> {
        let before = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        let Some(after) = text(&before) else { return Ok(()) };
        self.keep(Path::new(path), after.as_bytes())
    }

    /// Puts a file into the room that everybody there may read, and remembers whose work that was.
    pub(super) fn put(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // What stands there may be a link that leads to somewhere else, or somebody's own file without these rights.
        let _ = fs::remove_file(path);
        self.keep(path, content)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o444))
    }

    fn keep(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::write(path, content)?;
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.memory.own.insert(path.into(), size);
        self.save()
    }
}

/// The folder of a layer by number.
pub(super) fn folder(scratch: &Path, number: u32) -> PathBuf {
    scratch.join("layers").join(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_has_the_same_layer_in_every_life() {
        let scratch = tempfile::tempdir().expect("a folder");
        let home = {
            let mut notes = Notes::open(scratch.path()).expect("opened");
            assert_eq!(notes.layer(Path::new("/")), scratch.path());
            let home = notes.layer(Path::new("/home"));
            assert_ne!(home, notes.layer(Path::new("/srv")));
            notes.save().expect("saved");
            home
        };
        let mut notes = Notes::open(scratch.path()).expect("opened");
        assert_ne!(notes.layer(Path::new("/aaa")), home, "a new mount point takes no old layer");
        assert_eq!(notes.layer(Path::new("/home")), home);
    }

    #[test]
    fn what_was_noted_longer_before_leaves_no_trace() {
        let scratch = tempfile::tempdir().expect("a folder");
        let mut notes = Notes::open(scratch.path()).expect("opened");
        notes.layer(Path::new("/a/rather/long/mount/point"));
        notes.save().expect("saved");
        notes.memory.layers.clear();
        notes.save().expect("saved");
        assert_eq!(Memory::read(scratch.path()), Memory::default());
    }

    #[test]
    fn a_file_is_written_only_when_something_changes() {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = scratch.path().join("hosts");
        let path = file.to_str().expect("text");
        let mut notes = Notes::open(scratch.path()).expect("opened");
        notes.write(path, |_| None).expect("nothing to do");
        assert!(!file.exists());
        notes.write(path, |before| Some(format!("{before}more"))).expect("written");
        assert_eq!(Memory::read(scratch.path()).own, BTreeMap::from([(file, 4)]));
    }
}
