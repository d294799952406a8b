use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::{Value, json};

use crate::units::Memory;

use super::app::App;
use super::wish::{Refusal, Wish};

const MARK: &str = "mimic.mark";
const DATA: &str = "mimic.data";

/// Where a file can go. Only these: a visitor must not write anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The app's own folder: the disk of the instance.
    Disk,
    /// `/tmp`, which some hosts keep in memory.
    Tmp,
    /// Shared memory.
    Shm,
}

/// A word that is no place.
#[derive(Debug, thiserror::Error)]
#[error("found `{0}`, expected `disk`, `tmp` or `shm`")]
pub(super) struct NoPlace(String);

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        match text {
            "disk" => Ok(Self::Disk),
            "tmp" => Ok(Self::Tmp),
            "shm" => Ok(Self::Shm),
            other => Err(NoPlace(other.to_owned())),
        }
    }
}

/// The folder for files: the one asked for, else the working directory, else `/tmp` when that one
/// cannot be written to.
pub(super) fn folder(asked: Option<&Path>) -> PathBuf {
    let here = || std::env::current_dir().ok().filter(|folder| writable(folder));
    asked.map(Path::to_owned).or_else(here).unwrap_or_else(|| PathBuf::from("/tmp"))
}

fn writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// How many lives wrote the mark into this folder.
pub(super) fn earlier_lives(folder: &Path) -> u64 {
    let mark = fs::read_to_string(folder.join(MARK)).unwrap_or_default();
    mark.trim().parse().unwrap_or(0)
}

/// Leaves the mark by which a later life knows of this one.
pub(super) fn mark(app: &App) -> Result<Value, Refusal> {
    let path = app.folder.join(MARK);
    let lives = app.earlier_lives + 1;
    fs::write(&path, lives.to_string()).map_err(|error| refused(&error))?;
    app.say(&format!("wrote {}: life {lives}", path.display()));
    Ok(json!({ "written": path, "life": lives }))
}

/// Writes a file of some size and leaves it there.
pub(super) async fn write(app: &App, wish: &Wish<'_>) -> Result<Value, Refusal> {
    let size = wish.size(Memory::from_mib(100))?;
    fill(app, wish.value("to", Place::Disk)?, size).await
}

/// Fills one file at a place to some size. In a thread, for writing does not wait politely.
pub(super) async fn fill(app: &App, place: Place, size: Memory) -> Result<Value, Refusal> {
    let path = path(app, place);
    let target = path.clone();
    let written = tokio::task::spawn_blocking(move || write_file(&target, size.bytes())).await;
    match written {
        Ok(Ok(())) => {
            app.say(&format!("wrote {size} to {}", path.display()));
            Ok(json!({ "written": path, "bytes": size.bytes() }))
        }
        Ok(Err(error)) => Err(refused(&error)),
        Err(error) => Err(Refusal::System(error.to_string())),
    }
}

/// Removes every file that [`write()`] made.
pub(super) fn remove(app: &App) -> Value {
    let paths = [Place::Disk, Place::Tmp, Place::Shm].map(|place| path(app, place));
    let removed: Vec<_> = paths.into_iter().filter(|path| fs::remove_file(path).is_ok()).collect();
    json!({ "removed": removed })
}

fn path(app: &App, place: Place) -> PathBuf {
    match place {
        Place::Disk => app.folder.join(DATA),
        Place::Tmp => Path::new("/tmp").join(DATA),
        Place::Shm => Path::new("/dev/shm").join(DATA),
    }
}

/// Not all zeros: a file system that compresses would keep nothing.
fn write_file(path: &Path, size: u64) -> io::Result<()> {
    let piece: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let mut file = File::create(path)?;
    let mut left = size;
    while left > 0 {
        let now = left.min(piece.len() as u64);
        file.write_all(&piece[..usize::try_from(now).unwrap_or(piece.len())])?;
        left -= now;
    }
    file.flush()
}

fn refused(error: &io::Error) -> Refusal {
    Refusal::System(error.to_string())
}
