//! What can go wrong on the way to a running app, as a word for emu.

use std::fmt::Display;
use std::io;
use std::path::Path;

use super::Word;

/// Failures become words that name the stage.
pub(super) trait Stage<T> {
    /// `doing` is a verb with its object: `join the control group`.
    fn stage(self, doing: impl Display) -> Result<T, Word>;
}

impl<T, E: Into<io::Error>> Stage<T> for Result<T, E> {
    fn stage(self, doing: impl Display) -> Result<T, Word> {
        self.map_err(|error| failed(doing, reason(&error.into())))
    }
}

/// A stage that failed for a reason of our own.
pub(super) fn failed(doing: impl Display, reason: impl Into<String>) -> Word {
    Word::Failed { doing: doing.to_string(), reason: reason.into() }
}

/// A path as it stands in a message.
pub(super) fn named(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// The system's reason, without its number, beginning small: `no such file or directory`.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_systems_without_its_number() {
        assert_eq!(reason(&io::Error::from_raw_os_error(2)), "no such file or directory");
        assert_eq!(reason(&io::Error::other("Nothing of the kind")), "nothing of the kind");
        assert_eq!(reason(&io::Error::other("")), "");
    }

    #[test]
    fn a_failure_names_its_stage() {
        let told = Err::<(), _>(rustix::io::Errno::PERM).stage("own the moon");
        assert_eq!(told, Err(failed("own the moon", "operation not permitted")));
    }
}
