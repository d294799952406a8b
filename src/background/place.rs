use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::home::Home;
use super::{BackgroundError, Card, Name};

/// The file that says what runs here.
pub(super) const CARD: &str = "card.json";
/// Where the supervisor answers.
const SOCKET: &str = "socket";
/// What the supervisor itself has to say once nobody listens: warnings, and mistakes of ours.
const TALK: &str = "supervisor.log";

/// A name in the hands of its supervisor. It is free again when this is dropped, or when the process dies.
#[derive(Debug)]
pub struct Place {
    home: Home,
    name: Name,
    folder: PathBuf,
    _lock: File,
}

impl Place {
    pub(super) fn new(home: Home, name: Name, folder: PathBuf, lock: File) -> Self {
        Self { home, name, folder, _lock: lock }
    }

    /// Removes what an earlier supervisor of this name left.
    pub(super) fn clear(folder: &Path) -> io::Result<()> {
        for file in [CARD, SOCKET, TALK] {
            match fs::remove_file(folder.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Writes down what runs here.
    pub fn write(&self, card: &Card) -> Result<(), BackgroundError> {
        card.write(&self.folder.join(CARD)).map_err(|error| BackgroundError::folder(&self.folder, error))
    }

    /// A file for what the supervisor says when nobody listens any more.
    pub fn talk(&self) -> Result<File, BackgroundError> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(self.folder.join(TALK));
        file.map_err(|error| BackgroundError::folder(&self.folder, error))
    }

    /// Opens the socket for questions.
    pub fn listen(&self) -> Result<std::os::unix::net::UnixListener, BackgroundError> {
        let bound = at_short_path(&self.folder, std::os::unix::net::UnixListener::bind);
        bound.map_err(|error| BackgroundError::folder(&self.folder.join(SOCKET), error))
    }

    /// Leaves nothing behind: the run was ended by its user, or has never served.
    pub fn forget(self) -> Result<(), BackgroundError> {
        let _gate = self.home.gate()?;
        self.home.remove(&self.name)
    }
}

/// Reaches the socket in a folder.
pub(super) fn connect(folder: &Path) -> io::Result<std::os::unix::net::UnixStream> {
    at_short_path(folder, std::os::unix::net::UnixStream::connect)
}

/// The address of a socket has room for about a hundred bytes, and folders may lie deep: a long path is
/// reached through the open folder.
fn at_short_path<T>(folder: &Path, reach: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
    const ROOM: usize = 100;
    let path = folder.join(SOCKET);
    if path.as_os_str().len() < ROOM {
        return reach(path);
    }
    let open = File::open(folder)?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&open);
    reach(PathBuf::from(format!("/proc/self/fd/{number}/{SOCKET}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_in_a_deep_folder_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a".repeat(200));
        fs::create_dir(&deep).unwrap();
        let home = Home::new(&deep);
        let place = home.claim(&Name::new("shop").unwrap()).unwrap();
        let listener = place.listen().unwrap();
        let asking = connect(&home.of(place.name())).unwrap();
        assert!(listener.accept().is_ok());
        drop(asking);
    }

    #[test]
    fn a_socket_that_a_dead_supervisor_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (home, name) = (Home::new(folder.path()), Name::new("shop").unwrap());
        let place = home.claim(&name).unwrap();
        drop(place.listen().unwrap());
        drop(place);
        assert!(connect(&home.of(&name)).is_err(), "nobody is behind it");
        assert!(home.claim(&name).unwrap().listen().is_ok());
    }
}
