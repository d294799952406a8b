use std::fs;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::{decode, git};
use crate::project::{Content, File, Folder};
use crate::units::Memory;

/// A file larger than this is nobody's source.
const LARGEST: u64 = 1024 * 1024;
/// More files than this are not one app's.
const MOST: usize = 20_000;
/// All that is read together.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Folders that tools make, and that go nowhere.
const MADE: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    "env",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".idea",
    "site-packages",
];
/// What files of secrets are called, in lower case; with `.env` all that begins so.
const SECRETS: &[&str] = &["secrets.toml", "secrets.json", "secrets.yaml", "secrets.yml", "credentials.json"];

/// Why a folder could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Nothing is there, or the system refuses it.
    #[error("folder `{path}` cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// Something else is there.
    #[error("`{path}` is a file, expected the folder of a project")]
    NoFolder {
        /// Which.
        path: String,
    },
    /// Nothing lies in it, or only what is ignored.
    #[error("folder `{path}` holds no files{}, expected an app", if *.ignored { " that its ignore files leave in" } else { "" })]
    Empty {
        /// Which.
        path: String,
        /// Whether ignored ones are there.
        ignored: bool,
    },
}

impl FolderError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the path and its permissions".into(),
            Self::NoFolder { .. } => "name the folder that it lies in".into(),
            Self::Empty { ignored: true, .. } => "`git check-ignore -v *` says which line leaves them out".into(),
            Self::Empty { .. } => "name the folder of your app: `emu run path/to/app --profile ID`".into(),
        }
    }
}

/// Everything in a folder that is not ignored, with the text of what is text.
///
/// # Errors
/// Where nothing can be read, or nothing is there. A single file that cannot be read is told in its place.
pub fn folder(path: &Path) -> Result<Folder, FolderError> {
    let shown = || path.display().to_string();
    let unreadable = |error: std::io::Error| FolderError::Unreadable { path: shown(), reason: error.to_string() };
    let whole = path.canonicalize().map_err(unreadable)?;
    if !whole.is_dir() {
        return Err(FolderError::NoFolder { path: shown() });
    }
    fs::read_dir(&whole).map_err(unreadable)?;
    let name = whole.file_name().map_or_else(|| "app".into(), |name| name.to_string_lossy().into_owned());
    let mut folder = Folder { name, tracked: git::tracked(&whole), ..Folder::default() };
    read(&whole, &mut folder);
    folder.ignored = secrets(&whole, &folder);
    if folder.files.is_empty() {
        return Err(FolderError::Empty { path: shown(), ignored: holds_something(&whole) });
    }
    Ok(folder)
}

fn read(whole: &Path, folder: &mut Folder) {
    let mut budget = MOST_BYTES;
    for entry in walker(whole).build().flatten() {
        let Some(path) = below(whole, entry.path()).filter(|_| is_file(&entry)) else { continue };
        if folder.files.len() == MOST {
            folder.truncated = true;
            return;
        }
        let size = fs::metadata(entry.path()).map_or(0, |data| data.len());
        let content = if size > LARGEST || size > budget { Content::Unread } else { content(entry.path()) };
        folder.truncated |= size <= LARGEST && size > budget;
        budget = budget.saturating_sub(if content == Content::Unread { 0 } else { size });
        folder.files.insert(path, File { size: Memory::from_bytes(size), content });
    }
}

/// Hidden files count: most of what platforms read is hidden. What git ignores does not, even where
/// there is no git: ignore files say what belongs to a project.
fn walker(whole: &Path) -> WalkBuilder {
    let mut walker = WalkBuilder::new(whole);
    walker.hidden(false).require_git(false).git_global(false).parents(true).follow_links(false);
    walker.filter_entry(|entry| entry.depth() == 0 || !is_made(entry));
    walker.sort_by_file_path(std::cmp::Ord::cmp);
    walker
}

/// A folder that a tool made, by its name, or by the file that every virtual environment of Python has.
fn is_made(entry: &DirEntry) -> bool {
    let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let known = entry.file_name().to_str().is_some_and(|name| MADE.contains(&name));
    // An app may call a package of its own `env`.
    let own = entry.path().join("__init__.py").exists();
    folder && ((known && !own) || entry.path().join("pyvenv.cfg").exists())
}

/// A link is followed when it leads to a file: that is what is sent to a platform.
fn is_file(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_symlink() => entry.path().is_file(),
        kind => kind.is_some_and(|kind| kind.is_file()),
    }
}

fn below(whole: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(whole).ok()?.components().map(|part| part.as_os_str().to_string_lossy());
    let path = parts.collect::<Vec<_>>().join("/");
    (!path.is_empty()).then_some(path)
}

fn content(path: &Path) -> Content {
    match fs::read(path) {
        Ok(bytes) => decode::decode(bytes),
        Err(error) => Content::Unreadable(error.to_string()),
    }
}

/// Files of secrets that lie there although the ignore files leave them out.
fn secrets(whole: &Path, folder: &Folder) -> Vec<String> {
    let mut walker = WalkBuilder::new(whole);
    walker.standard_filters(false).hidden(false).follow_links(false).max_depth(Some(4));
    walker.filter_entry(|entry| entry.depth() == 0 || !is_made(entry)).sort_by_file_path(std::cmp::Ord::cmp);
    let entries = walker.build().flatten().take(MOST).filter(is_file);
    let secret = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_secret));
    let paths = secret.filter_map(|entry| below(whole, entry.path()));
    paths.filter(|path| !folder.has(path)).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let example = ["example", "sample", "template"].iter().any(|word| name.contains(word));
    !example && (SECRETS.contains(&name.as_str()) || name == ".env" || name.starts_with(".env."))
}

fn holds_something(whole: &Path) -> bool {
    let entries: Vec<PathBuf> = fs::read_dir(whole).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.iter().any(|path| path.file_name().is_some_and(|name| name != ".git"))
}
