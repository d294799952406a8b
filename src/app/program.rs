use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Why a program of this machine cannot be run, found before anything runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// No folder of `PATH` has it.
    #[error("`{program}` cannot be run: no folder of `PATH` has a program of this name")]
    NotInPath {
        /// As it was typed.
        program: String,
    },
    /// A path was typed, and nothing is there.
    #[error("`{program}` cannot be run: no such file, seen from `{folder}`")]
    NoSuchFile {
        /// As it was typed.
        program: String,
        /// The folder it would run in.
        folder: String,
    },
    /// A folder is there.
    #[error("`{program}` cannot be run: it is a folder, expected a program")]
    Folder {
        /// As it was typed.
        program: String,
    },
    /// A file is there, and it is not marked as a program.
    #[error("`{program}` cannot be run: the file is not executable")]
    NotExecutable {
        /// As it was typed.
        program: String,
    },
}

impl ProgramError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::NotInPath { program } => format!("install it, or name it by its path: `./{program}`"),
            Self::NoSuchFile { .. } => "check the path; the command runs in the folder that emu is called from".into(),
            Self::Folder { .. } => "name the program in it".into(),
            Self::NotExecutable { program } => {
                format!("`chmod +x {program}`, or put its interpreter before it: `python3 {program}`")
            }
        }
    }
}

/// Where the program of a command is, as the system looks for it: a word with a slash is a path seen from
/// `folder`, any other is looked for in the folders of `path`.
pub fn find_program(program: &str, path: &str, folder: &Path) -> Result<PathBuf, ProgramError> {
    if program.contains('/') {
        return at(program, folder);
    }
    let inside = path.split(':').map(|place| folder.join(place).join(program));
    let runs = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|found| found.is_file() && is_executable(&found));
    inside.into_iter().find(runs).ok_or_else(|| ProgramError::NotInPath { program: program.to_owned() })
}

fn at(program: &str, folder: &Path) -> Result<PathBuf, ProgramError> {
    let file = folder.join(program);
    let program = program.to_owned();
    match std::fs::metadata(&file) {
        Err(_) => Err(ProgramError::NoSuchFile { program, folder: folder.display().to_string() }),
        Ok(found) if found.is_dir() => Err(ProgramError::Folder { program }),
        Ok(found) if !is_executable(&found) => Err(ProgramError::NotExecutable { program }),
        Ok(_) => Ok(file),
    }
}

fn is_executable(file: &Metadata) -> bool {
    file.permissions().mode() & 0o111 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("bin/serve", 0o755), ("lib/serve", 0o644), ("app.py", 0o644)] {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        folder
    }

    #[test]
    fn a_word_is_looked_for_in_every_folder_of_the_path() {
        let folder = folder();
        let whole = format!("/nowhere:{0}/lib:{0}/bin", folder.path().display());
        for path in [whole.as_str(), "lib:bin"] {
            assert_eq!(find_program("serve", path, folder.path()), Ok(folder.path().join("bin/serve")), "{path}");
        }
        let error = find_program("serve", "/nowhere:lib", folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "`serve` cannot be run: no folder of `PATH` has a program of this name");
    }

    #[test]
    fn a_path_is_seen_from_the_folder_of_the_app() {
        let folder = folder();
        let find = |program| find_program(program, "", folder.path());
        assert_eq!(find("bin/serve"), Ok(folder.path().join("bin/serve")));
        assert_eq!(find("/bin/sh"), Ok("/bin/sh".into()));
        let missing = find("./nowhere").unwrap_err().to_string();
        assert!(missing.starts_with("`./nowhere` cannot be run: no such file, seen from `"), "{missing}");
        assert_eq!(find("./bin"), Err(ProgramError::Folder { program: "./bin".into() }));
        let plain = find("./app.py").unwrap_err();
        assert_eq!(plain.to_string(), "`./app.py` cannot be run: the file is not executable");
        assert!(plain.hint().contains("`python3 ./app.py`"), "{}", plain.hint());
    }
}
