//! Whether an app can be kept apart from this machine: tried, not guessed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::stage::{named, reason};
use super::{Assignment, Room, Word};

/// Some hundred times what it takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a room in a new folder below `scratch`, runs `program --version` there, and removes it all. The
/// error is what stands in the way, in words. Blocks for some 20 ms.
pub(in crate::engine::native) fn sandbox_works(program: &Path, scratch: &Path) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("emu does not run as root".to_owned());
    }
    let scratch = scratch.join(name());
    fs::create_dir_all(&scratch).map_err(|error| format!("cannot make {}: {}", named(&scratch), reason(&error)))?;
    let tried = run(program, &scratch);
    let _ = fs::remove_dir_all(&scratch);
    tried
}

/// A name for one look: others may look at the same time, in this process too.
fn name() -> String {
    static LOOKS: AtomicU32 = AtomicU32::new(0);
    format!("probe.{}.{}", std::process::id(), LOOKS.fetch_add(1, Ordering::Relaxed))
}

fn run(program: &Path, scratch: &Path) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot start the helper: {}", reason(&error));
    let (here, there) = UnixStream::pair().map_err(cannot)?;
    here.set_read_timeout(Some(PATIENCE)).map_err(cannot)?;
    let mut command = Command::new(program);
    command.arg("__shim").stdin(OwnedFd::from(there)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut helper = command.spawn().map_err(cannot)?;
    // The helper alone holds the other end.
    drop(command);
    let verdict = hear(&assignment(program, scratch), &here);
    drop(here);
    // It leaves at the end of the socket at the latest, and then nothing of the room is in use.
    let _ = helper.wait();
    verdict
}

fn assignment(program: &Path, scratch: &Path) -> Assignment {
    let room = Room {
        scratch: scratch.to_owned(),
        hostname: None,
        shm: None,
        tmp: None,
        groups: Vec::new(),
        files: Vec::new(),
    };
    Assignment {
        command: vec![program.to_string_lossy().into_owned(), "--version".to_owned()],
        environment: BTreeMap::new(),
        folder: None,
        workdir: Some(PathBuf::from("/")),
        user: None,
        open_files: None,
        doors: Vec::new(),
        closed_network: false,
        room: Some(room),
        enter: None,
    }
}

fn hear(assignment: &Assignment, mut socket: &UnixStream) -> Result<(), String> {
    let line = serde_json::to_string(assignment).map_err(|error| error.to_string())?;
    // Whether it was heard is seen in the answer.
    let _ = writeln!(socket, "{line}");
    for line in BufReader::new(socket).lines() {
        let line = match line {
            Ok(line) => line,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                return Err(format!("the helper says nothing for {} seconds", PATIENCE.as_secs()));
            }
            Err(_) => break,
        };
        match serde_json::from_str(&line) {
            Ok(Word::Started { .. }) => {}
            Ok(word) => return verdict(&word),
            Err(error) => return Err(format!("the helper cannot be understood: {error}")),
        }
    }
    Err("the helper ended without a word".to_owned())
}

fn verdict(word: &Word) -> Result<(), String> {
    match word {
        Word::Started { .. } | Word::Ended { code: 0 } => Ok(()),
        Word::Ended { code } => Err(format!("a program in a sandbox ended with status {code}")),
        Word::CannotRun { reason } => Err(format!("a program in a sandbox cannot be run: {reason}")),
        Word::Failed { doing, reason } => Err(format!("cannot {doing}: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_looks_at_the_same_time_do_not_share_a_folder() {
        assert_ne!(name(), name());
    }

    #[test]
    fn what_stands_in_the_way_is_said_in_words() {
        let failed = Word::Failed { doing: "mount `/proc`".into(), reason: "no".into() };
        assert_eq!(verdict(&failed), Err("cannot mount `/proc`: no".into()));
        assert_eq!(verdict(&Word::Ended { code: 0 }), Ok(()));
        assert!(verdict(&Word::Ended { code: 1 }).is_err());
        assert!(verdict(&Word::CannotRun { reason: "no".into() }).is_err());
    }

    #[test]
    fn a_helper_that_says_nothing_stands_in_the_way() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let scratch = tempfile::tempdir().expect("a folder");
        let silent = sandbox_works(Path::new("/bin/true"), scratch.path());
        assert_eq!(silent, Err("the helper ended without a word".into()));
        let absent = sandbox_works(Path::new("/no/such/program"), scratch.path());
        assert_eq!(absent, Err("cannot start the helper: no such file or directory".into()));
        assert_eq!(fs::read_dir(scratch.path()).expect("there").count(), 0, "nothing is left");
    }
}
