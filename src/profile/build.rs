use std::collections::BTreeMap;

use super::kind::Kind;
use super::named::named;
use super::settings::{Missing, Settings};
use super::vocabulary::{Family, optional, setting};

const DEPENDENCY_FILE: Kind = Kind::OneOf(DependencyFile::NAMES);

/// `[build]`
pub(super) const FAMILY: Family = Family {
    name: "build",
    doc: "How the platform makes a running app of a project's sources.",
    settings: &[
        setting("build.python", Kind::Text, "The version of Python where the project asks for none."),
        setting(
            "build.pythons",
            Kind::List(&Kind::Text),
            "The versions of Python there are; empty where none is named.",
        ),
        setting("build.node", Kind::Text, "The version of Node where the project asks for none."),
        setting(
            "build.workdir",
            Kind::Text,
            "Where the sources stand and the app runs; `{app}` is the project's name.",
        ),
        optional("build.user", Kind::Text, "The user it runs as, by name; `none`: the image's own."),
        optional("build.home", Kind::Text, "That user's home."),
        setting(
            "build.dependency_files",
            Kind::List(&DEPENDENCY_FILE),
            "Files that name Python packages, in the order in which they are looked for; the first is used.",
        ),
        optional("build.packages_file", Kind::Text, "A file that names packages of the system, one a line."),
        setting("build.adds", Kind::List(&Kind::Text), "Python packages that are installed unasked."),
        setting("build.images.<runtime>", Kind::Text, "The image that is built on. `{version}` is the runtime's."),
        setting(
            "build.start.<app>",
            Kind::Text,
            "How an app of this kind is started where the project does not say. \
             `{entry}`, `{module}`, `{object}`, `{port}` and `{bind}` are filled in.",
        ),
        setting(
            "build.environment.<runtime>.<name>",
            Kind::Text,
            "A variable that apps of this runtime are given beside those of `[environment]`.",
        ),
        setting(
            "build.lines.<step>",
            Kind::Text,
            "What the platform writes into its build log at this step. \
             `{app}`, `{entry}`, `{file}` and `{workdir}` are filled in.",
        ),
    ],
};

/// How the platform makes a running app of a project's sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRules {
    /// The version of Python where the project asks for none: `3.12`.
    pub python: String,
    /// The versions of Python there are; empty where none is named.
    pub pythons: Vec<String>,
    /// The version of Node where the project asks for none: `22`.
    pub node: String,
    /// Where the sources stand and the app runs. `{app}` is the project's name.
    pub workdir: String,
    /// The user it runs as, by name; `None` for the image's own.
    pub user: Option<String>,
    /// That user's home.
    pub home: Option<String>,
    /// Files that name Python packages, in the order in which they are looked for; the first is used.
    pub dependency_files: Vec<DependencyFile>,
    /// A file that names packages of the system, one a line.
    pub packages_file: Option<String>,
    /// Python packages that are installed unasked.
    pub adds: Vec<String>,
    /// The images that are built on. `{version}` is the runtime's.
    pub images: BTreeMap<Runtime, String>,
    /// How apps are started where the project does not say, as templates.
    pub start: BTreeMap<AppKind, String>,
    /// Variables that apps of a runtime are given beside those of `[environment]`.
    pub environment: BTreeMap<Runtime, BTreeMap<String, String>>,
    /// The platform's own lines of its build log, as templates.
    pub lines: BTreeMap<BuildStep, String>,
}

/// A file that names Python packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyFile {
    /// `uv.lock`
    UvLock,
    /// `Pipfile`, with or without its lock.
    Pipfile,
    /// `environment.yml`, of conda.
    Conda,
    /// `requirements.txt`
    Requirements,
    /// `pyproject.toml`
    Pyproject,
    /// `setup.py` or `setup.cfg`
    Setup,
}

named!(DependencyFile {
    UvLock = "uv.lock",
    Pipfile = "Pipfile",
    Conda = "environment.yml",
    Requirements = "requirements.txt",
    Pyproject = "pyproject.toml",
    Setup = "setup.py",
});

/// What runs an app's sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runtime {
    /// Python.
    Python,
    /// Node.
    Node,
    /// A command that the project names.
    Other,
}

named!(Runtime { Python = "python", Node = "node", Other = "other" });

/// A kind of app with a start command of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppKind {
    /// A Streamlit app.
    Streamlit,
    /// A Gradio app.
    Gradio,
    /// An object of ASGI, with uvicorn among the project's packages.
    Asgi,
    /// An object of WSGI, with gunicorn among the project's packages.
    Wsgi,
    /// A Flask app without gunicorn: Flask's own server.
    Flask,
    /// A Django project without gunicorn: Django's own server.
    Django,
    /// Any other file of Python.
    Python,
    /// A file that Node runs.
    Node,
}

named!(AppKind {
    Streamlit = "streamlit",
    Gradio = "gradio",
    Asgi = "asgi",
    Wsgi = "wsgi",
    Flask = "flask",
    Django = "django",
    Python = "python",
    Node = "node",
});

/// A step of a build that a platform has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildStep {
    /// The sources are fetched.
    Sources,
    /// The packages are about to be installed.
    Dependencies,
    /// They were installed.
    Installed,
    /// Everything is built.
    Done,
}

named!(BuildStep { Sources = "sources", Dependencies = "dependencies", Installed = "installed", Done = "done" });

impl BuildRules {
    pub(super) fn read(settings: &Settings) -> Result<Self, Missing> {
        let variables = |runtime: &Runtime| settings.texts(&format!("build.environment.{}", runtime.name()));
        Ok(Self {
            python: settings.read("build.python")?,
            pythons: settings.read("build.pythons")?,
            node: settings.read("build.node")?,
            workdir: settings.read("build.workdir")?,
            user: settings.read("build.user")?,
            home: settings.read("build.home")?,
            dependency_files: settings.read("build.dependency_files")?,
            packages_file: settings.read("build.packages_file")?,
            adds: settings.read("build.adds")?,
            images: by_name(settings, "build.images", Runtime::from_name),
            start: by_name(settings, "build.start", AppKind::from_name),
            environment: Runtime::ALL.iter().map(|runtime| (*runtime, variables(runtime))).collect(),
            lines: by_name(settings, "build.lines", BuildStep::from_name),
        })
    }
}

fn by_name<K: Ord>(settings: &Settings, prefix: &str, known: fn(&str) -> Option<K>) -> BTreeMap<K, String> {
    let texts = settings.texts(prefix).into_iter();
    texts.filter_map(|(name, text)| Some((known(&name)?, text))).collect()
}
