use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::build::{Build, Fingerprint};

/// A file of the project that was there a moment ago and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` cannot be read: {reason}")]
pub struct ContextError {
    /// The file, seen from the project's folder.
    pub file: String,
    /// The system's words.
    pub reason: String,
}

/// The tag of the image that is built of these files: another one as soon as anything about them changes.
pub fn fingerprint(folder: &Path, build: &Build) -> Result<String, ContextError> {
    let mut fingerprint = Fingerprint::of(build);
    for sent in &build.files {
        let path = folder.join(&sent.from);
        let of = |error: std::io::Error| ContextError { file: sent.from.clone(), reason: error.to_string() };
        let content = std::fs::read(&path).map_err(of)?;
        let mode = std::fs::metadata(&path).map_err(of)?.permissions().mode();
        fingerprint.file(&sent.inside, mode & 0o111 != 0, &content);
    }
    Ok(fingerprint.tag())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::build::Sent;
    use crate::profile::Runtime;

    fn build(files: &[&str]) -> Build {
        Build {
            name: "emu-built/shop".into(),
            dockerfile: "FROM a\n".into(),
            bases: Vec::new(),
            target: None,
            arguments: BTreeMap::new(),
            files: files.iter().map(|file| Sent { inside: (*file).into(), from: (*file).into() }).collect(),
            command: Vec::new(),
            runtime: Runtime::Other,
            lines: BTreeMap::new(),
            notices: Vec::new(),
        }
    }

    #[test]
    fn the_content_of_a_file_counts_and_its_time_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.py");
        let write = |text: &str| std::fs::write(&file, text).unwrap();
        write("a");
        let first = fingerprint(folder.path(), &build(&["app.py"])).unwrap();
        write("a");
        assert_eq!(fingerprint(folder.path(), &build(&["app.py"])).unwrap(), first);
        write("b");
        assert_ne!(fingerprint(folder.path(), &build(&["app.py"])).unwrap(), first);
    }

    #[test]
    fn a_file_that_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = fingerprint(folder.path(), &build(&["gone.py"])).unwrap_err();
        assert!(error.to_string().starts_with("`gone.py` cannot be read: "), "{error}");
    }
}
