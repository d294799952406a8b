//! What an app wrote on its throw-away layers.

use std::fs;
use std::path::{Path, PathBuf};

use super::notes::{Memory, folder};

/// The files in the layers of a scratch folder, with their path as the app saw it and their size in bytes,
/// in the order of their paths. No folders, no removals, and nothing that the helper wrote itself.
pub(in crate::engine::native) fn written(scratch: &Path) -> Vec<(String, u64)> {
    let memory = Memory::read(scratch);
    let mut found = Vec::new();
    walk(&scratch.join("upper"), Path::new("/"), &mut found);
    for (point, number) in &memory.layers {
        walk(&folder(scratch, *number).join("upper"), point, &mut found);
    }
    found.retain(|(path, size)| memory.own.get(path) != Some(size));
    found.sort();
    found.into_iter().map(|(path, size)| (path.to_string_lossy().into_owned(), size)).collect()
}

/// Removed files are devices without a number; they and other special files are no content.
fn walk(folder: &Path, seen_as: &Path, found: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let seen_as = seen_as.join(entry.file_name());
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            walk(&entry.path(), &seen_as, found);
        } else if metadata.is_file() || metadata.is_symlink() {
            found.push((seen_as, metadata.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn file(path: &Path, content: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, content).expect("written");
    }

    #[test]
    fn files_of_every_layer_are_told_as_the_app_saw_them() {
        let scratch = tempfile::tempdir().expect("a folder");
        let path = |name: &str| scratch.path().join(name);
        file(&path("upper/etc/x"), "12345");
        file(&path("upper/etc/passwd"), "root");
        file(&path("upper/etc/group"), "root, and what the app added");
        file(&path("layers/1/upper/me/note"), "1");
        file(&path("layers/2/upper/stale"), "1");
        file(&path("work/index/part"), "1");
        fs::create_dir_all(path("upper/empty")).expect("made");
        symlink("/etc/x", path("upper/link")).expect("linked");
        drop(std::os::unix::net::UnixListener::bind(path("upper/socket")).expect("a socket"));
        let notes = r#"{"layers":{"/home":1},"own":{"/etc/passwd":4,"/etc/group":4}}"#;
        fs::write(path("notes.json"), notes).expect("written");
        let expected = [("/etc/group", 28), ("/etc/x", 5), ("/home/me/note", 1), ("/link", 6)];
        assert_eq!(written(scratch.path()), expected.map(|(path, size)| (path.to_owned(), size)));
    }

    #[test]
    fn nothing_is_written_where_nothing_is() {
        assert_eq!(written(Path::new("/no/such/folder")), []);
    }
}
