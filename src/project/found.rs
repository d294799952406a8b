use std::collections::BTreeMap;

use super::{Place, Said};
use crate::units::{Elapsed, Memory, Millicores};

/// What a folder turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the app is called: as its platform file says, else after the folder.
    pub name: String,
    /// How a program is made of it.
    pub recipe: Recipe,
    /// Why it was taken for that, and what decided over what: said aloud, in this order.
    pub because: Vec<Because>,
    /// What its own files say about how it is run.
    pub taken: Taken,
    /// What was found and is not done.
    pub notices: Vec<Notice>,
}

/// How a program is made of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// Nothing is made: an image that is there.
    Image(Said<String>),
    /// A Dockerfile of the project's own.
    Dockerfile {
        /// The file, seen from the project's folder.
        file: Place,
        /// The folder that is sent along, seen from the project's; empty for all of it.
        context: String,
        /// The stage that is built; `None` for the last.
        target: Option<String>,
        /// Build arguments.
        arguments: BTreeMap<String, String>,
    },
    /// Python source.
    Python(Python),
    /// JavaScript source that Node runs.
    Node(Node),
    /// Files that are served as they are.
    Static {
        /// Their folder, seen from the project's; empty for all of it.
        folder: String,
    },
    /// Source of another kind, started by a command that one of its files names.
    Other,
}

/// Python source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Python {
    /// The framework that its imports show.
    pub framework: Option<Said<Framework>>,
    /// The file that is run, seen from the project's folder: `app.py`.
    pub entry: Option<Said<String>>,
    /// The object in it that the server is given, for frameworks with one: `app`.
    pub object: Option<String>,
    /// What it needs, in the order in which the platforms look; the first is used.
    pub requirements: Vec<Said<Requirements>>,
    /// The version of Python that it asks for: `3.12`, `3.12.4`.
    pub version: Option<Said<String>>,
    /// Packages of the system that it asks for.
    pub packages: Vec<Said<String>>,
}

/// What Python source says it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirements {
    /// `uv.lock`
    UvLock,
    /// `Pipfile`, with or without its lock.
    Pipfile,
    /// `environment.yml`
    Conda,
    /// `requirements.txt`
    Requirements,
    /// `pyproject.toml`
    Pyproject,
    /// `setup.py` or `setup.cfg`
    Setup,
}

/// A framework whose apps are started in a way of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// Streamlit.
    Streamlit,
    /// Gradio.
    Gradio,
    /// FastAPI, or another app of ASGI.
    FastApi,
    /// Flask, or another app of WSGI.
    Flask,
    /// Django.
    Django,
    /// Dash.
    Dash,
}

/// JavaScript source that Node runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// The version that it asks for, as it is written there: `22`, `>=20`.
    pub version: Option<Said<String>>,
    /// Its lock file: `package-lock.json`, `yarn.lock`, `pnpm-lock.yaml`.
    pub lock: Option<Place>,
    /// Whether `package.json` has a script `build`.
    pub builds: bool,
    /// The command that starts it where nobody else names one: `npm start`.
    pub start: Option<Said<Command>>,
}

/// How something is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A line for the shell.
    Line(String),
    /// Words, as the program gets them.
    Words(Vec<String>),
}

/// Why something was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// What was found there.
    pub place: Place,
    /// What it led to, as a clause: `a Streamlit app: it imports streamlit`.
    pub what: String,
}

/// What the project's own files say about how it is run. Later words in the order of the rooms' rules have
/// been decided already: every value here is the one in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The command, in place of what the recipe would do.
    pub command: Option<Said<Command>>,
    /// What is done when it is built, after the sources are in place.
    pub build_command: Option<Said<String>>,
    /// Variables.
    pub environment: BTreeMap<String, Said<Setting>>,
    /// The path that the platform's health check asks.
    pub health_path: Option<Said<String>>,
    /// How long the check waits before it counts.
    pub initial_delay: Option<Said<Elapsed>>,
    /// The port that the app listens on.
    pub port: Option<Said<u16>>,
    /// The plan, in the platform's words: `starter`.
    pub plan: Option<Said<String>>,
    /// The profile that this plan has here.
    pub profile: Option<String>,
    /// The platform, as its profiles name it, whose file decided.
    pub platform: Option<String>,
    /// The folder of the app in the project's, where a file names one.
    pub root: Option<Said<String>>,
    /// Memory that a compose file allows.
    pub memory: Option<Said<Memory>>,
    /// CPU that a compose file allows.
    pub cpu: Option<Said<Millicores>>,
}

/// What a project's file says about a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// This value.
    Value(String),
    /// A secret that somebody types into the platform's page.
    Asked,
    /// A secret that the platform makes up.
    Generated,
    /// Taken from another service of the platform; which.
    Elsewhere(String),
}

/// Something that was found and is not done, or not as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where.
    pub place: Place,
    /// What is said there.
    pub found: String,
    /// What emu does about it.
    pub done: String,
}
