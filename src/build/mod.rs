//! What an engine is told to make of a project folder. Pure: a [`Folder`], what it is and a plan go in; a
//! Dockerfile, the files that go with it and the command come out.
//!
//! [`plan_image`] is for an engine that runs images, [`plan_program`] for one that runs programs of this
//! machine. Both start the app by the same words.

mod cause;
mod context;
mod dockerfile;
mod files;
mod fingerprint;
mod line;
mod node;
mod own;
mod problem;
mod python;
mod requirements;
mod start;
#[cfg(test)]
mod tests;
mod version;

pub use cause::{BuildCause, cause};
pub use context::Sent;
pub use files::{SERVER, SERVER_IMAGE, server};
pub use fingerprint::Fingerprint;
pub use line::words;
pub use problem::BuildProblem;
pub use start::{Start, packages_of};

use std::collections::BTreeMap;

use crate::profile::{BuildStep, Profile, Runtime};
use crate::project::{Command, Folder, Found, Notice, Recipe};

/// The name of the Dockerfile among the files that are sent.
pub const DOCKERFILE: &str = ".emu.Dockerfile";
/// The name of the bundle of certificates among the files that are sent.
pub const CERTIFICATES: &str = ".emu-certificates.pem";
/// Build arguments by which tools that are run in a build find that bundle.
pub const CERTIFICATE_ARGUMENTS: &[&str] =
    &["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// What the user changes about a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// The image that is built on, in place of the plan's or the Dockerfile's.
    pub base_image: Option<String>,
    /// Build arguments.
    pub arguments: BTreeMap<String, String>,
    /// Whether a bundle of certificates is sent along for the tools of the build.
    pub certificates: bool,
}

/// A project folder and a plan.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What lies there.
    pub folder: &'a Folder,
    /// What it is.
    pub found: &'a Found,
    /// The plan it is built for.
    pub profile: &'a Profile,
}

/// How an engine that runs images comes to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// One that is there, with a command in place of its own where a file names one.
    Named(String, Vec<String>),
    /// One that is built.
    Built(Box<Build>),
}

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The name of the image, without its tag: `emu-built/shop`.
    pub name: String,
    /// The Dockerfile.
    pub dockerfile: String,
    /// Images that it builds on, and that are not made by it.
    pub bases: Vec<String>,
    /// The stage that is built; `None` for the last.
    pub target: Option<String>,
    /// Build arguments.
    pub arguments: BTreeMap<String, String>,
    /// The files that are sent along.
    pub files: Vec<Sent>,
    /// The command it is started by; empty where only the image knows it.
    pub command: Vec<String>,
    /// What runs it.
    pub runtime: Runtime,
    /// The platform's own lines, by step.
    pub lines: BTreeMap<BuildStep, String>,
    /// What was found and is not done.
    pub notices: Vec<Notice>,
}

/// A program of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The folder it runs in, seen from the project's; empty for that one.
    pub folder: String,
    /// Its command.
    pub command: Vec<String>,
    /// What runs it.
    pub runtime: Runtime,
    /// Modules of Python without which it does not start, each with the package that has it.
    pub modules: Vec<(&'static str, &'static str)>,
}

/// How an engine that runs images comes to this app's.
///
/// # Errors
/// Where nothing can be made of the folder: nobody says how it starts, or its packages are named in a way
/// that emu does not know.
pub fn plan_image(subject: Subject<'_>, options: &Options) -> Result<Image, BuildProblem> {
    match &subject.found.recipe {
        Recipe::Image(name) => {
            let command = subject.found.taken.command.as_ref().map(|command| words(&command.value));
            Ok(Image::Named(name.value.clone(), command.unwrap_or_default()))
        }
        Recipe::Dockerfile { .. } => own::build(subject, options).map(built),
        Recipe::Python(python) => python::build(subject, python, options).map(built),
        Recipe::Node(node) => node::build(subject, node, options).map(built),
        Recipe::Static { folder } => Ok(built(files::build(subject, folder, options))),
        Recipe::Other => dockerfile::other(subject, options).map(built),
    }
}

fn built(build: Build) -> Image {
    Image::Built(Box::new(build))
}

/// How this app runs as a program of this machine.
///
/// # Errors
/// Where it is an image or needs one, and where nobody says how it starts.
pub fn plan_program(subject: Subject<'_>) -> Result<Program, BuildProblem> {
    let root = subject.found.taken.root.as_ref().map(|root| context::plain(&root.value)).unwrap_or_default();
    match &subject.found.recipe {
        Recipe::Image(_) => return Err(BuildProblem::NeedsImages { what: "an image" }),
        Recipe::Dockerfile { .. } => return Err(BuildProblem::NeedsImages { what: "a Dockerfile" }),
        Recipe::Static { folder } => return Ok(files::program(subject, folder)),
        Recipe::Python(_) | Recipe::Node(_) | Recipe::Other => {}
    }
    let start = start::start(subject)?;
    Ok(Program {
        folder: root,
        command: words(&start.command),
        runtime: runtime(&subject.found.recipe),
        modules: start.modules,
    })
}

/// What runs an app of this recipe.
pub fn runtime(recipe: &Recipe) -> Runtime {
    match recipe {
        Recipe::Python(_) => Runtime::Python,
        Recipe::Node(_) => Runtime::Node,
        _ => Runtime::Other,
    }
}

impl Subject<'_> {
    /// The app's name as a part of paths and of an image's name.
    pub fn name(self) -> String {
        let kept = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let name: String = self.found.name.chars().map(kept).collect();
        let name = name.trim_matches(['-', '_']);
        if name.is_empty() { "app".to_owned() } else { name.to_owned() }
    }

    /// The folder in which the sources stand and the app runs.
    pub fn workdir(self) -> String {
        self.profile.build.workdir.replace("{app}", &self.name())
    }

    /// The name of the image. Those of the registries are in lower case, with single marks between words.
    fn image(self) -> String {
        let name = self.name().to_ascii_lowercase().replace('_', "-");
        let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
        format!("emu-built/{}", words.join("-"))
    }

    /// The text of a file, seen from the app's root.
    fn text(&self, root: &str, path: &str) -> Option<&str> {
        self.folder.text(&context::below(root, path))
    }
}

/// A command as one line, as platforms show it.
pub fn shown(command: &Command) -> String {
    match command {
        Command::Line(line) => line.clone(),
        Command::Words(words) => words.join(" "),
    }
}
