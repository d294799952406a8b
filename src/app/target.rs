use std::path::Path;

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
}

/// Why something cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A folder was named.
    #[error("`{path}` is a folder, expected an image or `mimic`")]
    Folder {
        /// The folder.
        path: String,
        /// Whether it holds a Dockerfile.
        has_dockerfile: bool,
    },
    /// Something that looks like a path was named, and nothing is there.
    #[error("`{path}` looks like a path, and nothing is there; expected an image or `mimic`")]
    NoSuchPath {
        /// The path.
        path: String,
    },
    /// A command without an image to run it in.
    #[error("a command needs an app to run in: found `-- {command}`, expected an image before it")]
    CommandWithoutApp {
        /// The command as typed.
        command: String,
    },
}

impl Target {
    /// Reads the word before `--` and the command after it.
    pub fn find(name: Option<&str>, command: &[String]) -> Result<Self, TargetError> {
        match name {
            None if command.is_empty() => Ok(Self::Tour),
            None => Err(TargetError::CommandWithoutApp { command: command.join(" ") }),
            Some("mimic") => Ok(Self::Mimic),
            Some(name) if Path::new(name).is_dir() => Err(TargetError::Folder {
                path: name.to_owned(),
                has_dockerfile: Path::new(name).join("Dockerfile").is_file(),
            }),
            Some(path) if path.starts_with(['.', '/', '~']) => Err(TargetError::NoSuchPath { path: path.to_owned() }),
            Some(image) => Ok(Self::Image(image.to_owned())),
        }
    }

    /// The app for the spec.
    pub fn app(&self, command: &[String]) -> AppSpec {
        let (name, image) = match self {
            Self::Tour | Self::Mimic => ("mimic", Image::Mimic),
            Self::Image(name) => (name.as_str(), Image::Named(name.clone())),
        };
        AppSpec { name: name.to_owned(), image, command: command.to_vec() }
    }
}

impl TargetError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Folder { path, has_dockerfile: true } => {
                format!("build it first: `docker build -t my-app {path}`, then `emu run my-app --profile ID`")
            }
            Self::Folder { .. } => {
                "write a Dockerfile there, `docker build -t my-app FOLDER`, then `emu run my-app --profile ID`".into()
            }
            Self::NoSuchPath { .. } => "`docker images` lists the images on this machine".into(),
            Self::CommandWithoutApp { command } => format!("`emu run IMAGE --profile ID -- {command}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_is_the_tour_and_a_bare_word_is_an_image() {
        assert_eq!(Target::find(None, &[]), Ok(Target::Tour));
        assert_eq!(Target::find(Some("mimic"), &[]), Ok(Target::Mimic));
        assert_eq!(Target::find(Some("shop:1.2"), &words("serve")), Ok(Target::Image("shop:1.2".into())));
    }

    #[test]
    fn a_folder_a_missing_path_and_a_lone_command_are_refused_with_a_next_step() {
        let folder = Target::find(Some("src"), &[]).unwrap_err();
        assert!(matches!(folder, TargetError::Folder { has_dockerfile: false, .. }));
        let missing = Target::find(Some("./nowhere"), &[]).unwrap_err();
        assert_eq!(missing, TargetError::NoSuchPath { path: "./nowhere".into() });
        let lone = Target::find(None, &words("python3 app.py")).unwrap_err();
        assert!(lone.hint().contains("-- python3 app.py"));
    }

    #[test]
    fn the_command_replaces_the_images_own() {
        let app = Target::Image("shop".into()).app(&words("serve --fast"));
        assert_eq!((app.name.as_str(), app.command.len()), ("shop", 2));
    }
}
