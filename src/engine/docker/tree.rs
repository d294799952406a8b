//! The files of the built-in app's image: the program, what it needs to load, and the bare minimum around it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use super::elf::Program;

/// The program inside the image.
pub(super) const PROGRAM: &str = "/emu";

const PASSWD: &str = "root:x:0:0:root:/:/\nnobody:x:65534:65534:nobody:/:/\n";
const GROUP: &str = "root:x:0:\nnogroup:x:65534:\n";
const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost\n";
const NSSWITCH: &str = "hosts: files dns\n";
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Everything that goes into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    program: Vec<u8>,
    /// Files of this machine, at the same path inside.
    copied: BTreeSet<PathBuf>,
}

impl Tree {
    /// `program` is the content of a program file at `path`.
    pub(super) async fn of(path: &Path, program: Vec<u8>, facts: &Program) -> io::Result<Self> {
        let mut copied = match &facts.interpreter {
            Some(interpreter) => libraries(interpreter, path).await?,
            None => BTreeSet::new(),
        };
        copied.extend(Some(PathBuf::from(CERTIFICATES)).filter(|bundle| bundle.is_file()));
        Ok(Self { program, copied })
    }

    /// Different for every content of the program.
    pub(super) fn tag(&self) -> String {
        tag(&self.program)
    }

    /// Folders the loader would not search by itself.
    pub(super) fn library_path(&self) -> Option<String> {
        let folders: BTreeSet<_> = self
            .copied
            .iter()
            .filter(|file| file.to_string_lossy().contains(".so"))
            .filter_map(|file| file.parent()?.to_str())
            .filter(|folder| !["/lib", "/usr/lib"].iter().any(|usual| folder.starts_with(usual)))
            .collect();
        (!folders.is_empty()).then(|| folders.into_iter().collect::<Vec<_>>().join(":"))
    }

    /// The tree as a tar archive. Times and owners are fixed, so that equal trees are equal archives.
    pub(super) fn archive(&self) -> io::Result<Vec<u8>> {
        let mut archive = tar::Builder::new(Vec::with_capacity(self.program.len() + (8 << 20)));
        for (path, mode) in [("tmp", 0o1777), ("etc", 0o755), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755)] {
            entry(&mut archive, path, mode, Kind::Folder)?;
        }
        for (path, text) in
            [("etc/passwd", PASSWD), ("etc/group", GROUP), ("etc/hosts", HOSTS), ("etc/nsswitch.conf", NSSWITCH)]
        {
            entry(&mut archive, path, 0o644, Kind::File(text.as_bytes()))?;
        }
        for file in &self.copied {
            let content = std::fs::read(file)?;
            let inside = file.strip_prefix("/").unwrap_or(file).to_string_lossy().into_owned();
            entry(&mut archive, &inside, 0o755, Kind::File(&content))?;
        }
        entry(&mut archive, PROGRAM.trim_start_matches('/'), 0o755, Kind::File(&self.program))?;
        archive.into_inner()
    }
}

/// Different for every content of a program.
pub(super) fn tag(program: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(program);
    format!("{:016x}", hasher.finish())
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Folder,
    File(&'a [u8]),
}

fn entry(archive: &mut tar::Builder<Vec<u8>>, path: &str, mode: u32, kind: Kind<'_>) -> io::Result<()> {
    let mut head = tar::Header::new_gnu();
    head.set_mode(mode);
    head.set_mtime(0);
    let content = match kind {
        Kind::Folder => {
            head.set_entry_type(tar::EntryType::Directory);
            &[]
        }
        Kind::File(content) => {
            head.set_entry_type(tar::EntryType::Regular);
            content
        }
    };
    head.set_size(content.len() as u64);
    archive.append_data(&mut head, path, content)
}

/// The loader and the shared objects a program needs, as the loader itself resolves them here.
async fn libraries(interpreter: &str, program: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let listed = tokio::process::Command::new(interpreter).arg("--list").arg(program).output().await?;
    if !listed.status.success() {
        let words = String::from_utf8_lossy(&listed.stderr);
        return Err(io::Error::other(format!("`{interpreter}` could not list its libraries: {}", words.trim())));
    }
    let mut files = listed_files(&String::from_utf8_lossy(&listed.stdout));
    files.insert(PathBuf::from(interpreter));
    Ok(files)
}

/// Lines are `name => /path (0x…)`, `/path (0x…)`, or name a part of the kernel, which has no path.
fn listed_files(text: &str) -> BTreeSet<PathBuf> {
    text.lines()
        .filter_map(|line| {
            let path = line.split_once("=>").map_or(line, |(_, path)| path).split(" (0x").next()?.trim();
            path.starts_with('/').then(|| PathBuf::from(path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_list_is_read() {
        let text = "\tlinux-vdso.so.1 (0x00007ffe)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f01)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f02)\n";
        let found: Vec<_> = listed_files(text).into_iter().collect();
        let expected = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"];
        assert_eq!(found, expected.map(PathBuf::from));
    }

    #[test]
    fn unusual_library_folders_are_told_to_the_loader() {
        let copied = ["/lib/a/libc.so.6", "/nix/store/x/lib/libgcc_s.so.1", CERTIFICATES].map(PathBuf::from);
        let tree = Tree { program: Vec::new(), copied: copied.into() };
        assert_eq!(tree.library_path().as_deref(), Some("/nix/store/x/lib"));
    }

    #[test]
    fn the_archive_holds_the_program_and_a_tmp_for_everybody() {
        let tree = Tree { program: b"content".to_vec(), copied: BTreeSet::new() };
        let bytes = tree.archive().expect("an archive");
        let mut archive = tar::Archive::new(&bytes[..]);
        let modes: Vec<_> = archive
            .entries()
            .expect("entries")
            .map(|entry| {
                let entry = entry.expect("an entry");
                (entry.path().expect("a path").display().to_string(), entry.header().mode().expect("a mode"))
            })
            .collect();
        assert!(modes.contains(&("tmp".into(), 0o1777)) && modes.contains(&("emu".into(), 0o755)), "{modes:?}");
    }

    #[test]
    fn another_program_has_another_tag() {
        assert_ne!(tag(b"one"), tag(b"two"));
        assert_eq!(tag(b"one"), tag(b"one"));
    }
}
