//! Writing the kernel's files, with errors that name them.

use std::io::{self, Write};
use std::path::Path;

use crate::engine::EngineError;

/// Writes a value into a file that is there already.
///
/// The kernel makes these files: one that is not there is a limit this machine lacks, and must not be created.
pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    std::fs::OpenOptions::new().write(true).open(file)?.write_all(text.as_bytes())
}

/// The text of a file without blanks at its ends; empty when it cannot be read.
pub(super) fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default().trim().to_owned()
}

/// A folder that is there already is no failure.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

/// A refusal while `doing` something to a file or folder.
pub(super) fn failed(doing: &str, path: &Path, error: &io::Error) -> EngineError {
    EngineError::Failed { doing: doing.to_owned(), reason: format!("`{}`: {}", path.display(), words(error)) }
}

/// The kernel's words in lower case, without their number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
