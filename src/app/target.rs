use std::path::{Path, PathBuf};

use crate::spec::{AppSpec, Image};

/// What to run, as the user meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Nothing was named: mimic plays a plan's whole life.
    Tour,
    /// The app inside the binary, left to the user.
    Mimic,
    /// An image that the engine knows.
    Image(String),
    /// A project folder.
    Folder {
        /// The folder; absolute.
        folder: PathBuf,
    },
    /// A program of this machine.
    Program {
        /// The folder it runs in; absolute.
        folder: PathBuf,
    },
}

/// Why something cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A file was named.
    #[error("`{path}` is a file, expected an image, a folder or `mimic`")]
    File {
        /// The file.
        path: String,
    },
    /// Something that looks like a path was named, and nothing is there.
    #[error("`{path}` looks like a path, and nothing is there; expected an image, a folder or `mimic`")]
    NoSuchPath {
        /// The path.
        path: String,
    },
}

impl Target {
    /// Reads the word before `--` and the command after it. Without the word, the command is a program of
    /// this machine, and `folder` is where it runs.
    pub fn find(name: Option<&str>, command: &[String], folder: &Path) -> Result<Self, TargetError> {
        match name {
            None if command.is_empty() => Ok(Self::Tour),
            None => Ok(Self::Program { folder: folder.to_owned() }),
            Some("mimic") => Ok(Self::Mimic),
            Some(name) if Path::new(name).is_dir() => Ok(Self::Folder { folder: whole(Path::new(name)) }),
            Some(path) if path.starts_with(['.', '/', '~']) && Path::new(path).is_file() => {
                Err(TargetError::File { path: path.to_owned() })
            }
            Some(path) if path.starts_with(['.', '/', '~']) => Err(TargetError::NoSuchPath { path: path.to_owned() }),
            Some(image) => Ok(Self::Image(image.to_owned())),
        }
    }

    /// The project's folder, where it is known.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Program { folder } | Self::Folder { folder } => Some(folder),
            Self::Tour | Self::Mimic | Self::Image(_) => None,
        }
    }

    /// The app for the spec.
    pub fn app(&self, command: &[String]) -> AppSpec {
        let (name, image) = match self {
            Self::Tour | Self::Mimic => ("mimic".to_owned(), Image::Mimic),
            Self::Image(name) => (name.clone(), Image::Named(name.clone())),
            Self::Program { folder } | Self::Folder { folder } => {
                (called(folder, command), Image::Host { folder: folder.to_string_lossy().into_owned() })
            }
        };
        AppSpec { name, image, command: command.to_vec() }
    }
}

/// Without `.` and `..`, so that the folder has its own name.
fn whole(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// A program is called after its folder; in the root folder, which has no name, after itself.
fn called(folder: &Path, command: &[String]) -> String {
    let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let program = || last(Path::new(command.first()?));
    last(folder).or_else(program).unwrap_or_default()
}

impl TargetError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::File { path } => format!("`emu run --profile ID -- {path}` runs a program of this machine"),
            Self::NoSuchPath { .. } => "`docker images` lists the images on this machine".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn find(name: Option<&str>, command: &[String]) -> Result<Target, TargetError> {
        Target::find(name, command, Path::new("/home/me/shop"))
    }

    #[test]
    fn nothing_is_the_tour_and_a_bare_word_is_an_image() {
        assert_eq!(find(None, &[]), Ok(Target::Tour));
        assert_eq!(find(Some("mimic"), &[]), Ok(Target::Mimic));
        assert_eq!(find(Some("shop:1.2"), &words("serve")), Ok(Target::Image("shop:1.2".into())));
    }

    #[test]
    fn a_command_alone_is_a_program_of_this_machine_called_after_its_folder() {
        let command = words("python3 app.py");
        let app = find(None, &command).unwrap().app(&command);
        assert_eq!((app.name.as_str(), &app.command), ("shop", &command));
        assert_eq!(app.image, Image::Host { folder: "/home/me/shop".into() });
        let root = Target::Program { folder: "/".into() };
        assert_eq!(root.app(&words("/usr/bin/serve --fast")).name, "serve");
    }

    #[test]
    fn a_folder_is_a_project_called_by_its_own_name() {
        let found = find(Some("src/../src"), &[]).unwrap();
        assert_eq!(found, Target::Folder { folder: whole(Path::new("src")) });
        assert_eq!(found.app(&[]).name, "src");
    }

    #[test]
    fn a_file_and_a_missing_path_are_refused_with_a_next_step() {
        let file = find(Some("./Cargo.toml"), &[]).unwrap_err();
        assert_eq!(file, TargetError::File { path: "./Cargo.toml".into() });
        assert!(file.hint().contains("`emu run --profile ID -- ./Cargo.toml`"), "{}", file.hint());
        let missing = find(Some("./nowhere"), &[]).unwrap_err();
        assert_eq!(missing, TargetError::NoSuchPath { path: "./nowhere".into() });
    }

    #[test]
    fn the_command_replaces_the_images_own() {
        let app = Target::Image("shop".into()).app(&words("serve --fast"));
        assert_eq!((app.name.as_str(), app.command.len()), ("shop", 2));
    }
}
