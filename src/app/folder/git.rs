//! What git knows about a folder: asked of git itself, which knows its own files best.

use std::path::Path;
use std::process::{Command, Stdio};

/// The files that are committed or staged, by their paths from the folder; `None` where there is no git, or
/// no work tree of it.
pub(super) fn tracked(folder: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    // A folder of somebody else's may be looked at all the same: nothing of it is run.
    git.args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(["ls-files", "-z", "--cached"]);
    let output = git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    output.status.success().then(|| names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}
