use std::collections::BTreeMap;

use super::kind::Kind;
use super::named::named;
use super::settings::{FromValue, Missing, Settings};
use super::vocabulary::{Family, setting};
use super::{Held, key};

const TEXTS: Kind = Kind::List(&Kind::Text);

/// `[manifest."<file>"]`
pub(super) const FAMILY: Family = Family {
    name: "manifest",
    doc: "The platform's own file in a project, by its name: where in it stands how the app is run. A place is \
          written as a path: `a.b` is `b` in `a`, `list[]` every entry of a list, `list[type=web]` those of which \
          that is said, `table.*` everything in a table. Of several paths the first that leads somewhere counts.",
    settings: &[
        setting("manifest.<file>.format", Kind::OneOf(ManifestFormat::NAMES), "How the file is written."),
        setting(
            "manifest.<file>.service",
            Kind::Text,
            "Where an app stands in it; several of them are candidates. All other places are seen from there. \
             Without it: the whole file is about one app.",
        ),
        setting("manifest.<file>.<role>", TEXTS, "Where this is said of the app: paths."),
        setting(
            "manifest.<file>.environment",
            TEXTS,
            "Where its variables stand: a table of them, or a list with one in each entry.",
        ),
        setting("manifest.<file>.variable", Kind::Text, "In a list of variables: where the name stands."),
        setting("manifest.<file>.value", Kind::Text, "In a list of variables: where the value stands."),
        setting(
            "manifest.<file>.asked",
            TEXTS,
            "What marks a variable whose value somebody is asked for: `key=value`, or a path that is there.",
        ),
        setting("manifest.<file>.generated", TEXTS, "What marks one whose value the platform makes up."),
        setting("manifest.<file>.elsewhere", TEXTS, "What marks one that comes from another service."),
        setting(
            "manifest.<file>.by_source",
            TEXTS,
            "What marks an app that is built of its sources, whatever Dockerfile lies beside them.",
        ),
        setting("manifest.<file>.plans.<plan>", Kind::Text, "The profile of a plan, by the platform's name for it."),
        setting(
            "manifest.<file>.keys.<place>",
            TEXTS,
            "All keys that may stand at a place; what else stands there is a mistake. `.` is the file itself.",
        ),
    ],
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManifestFormat {
    /// YAML, one document; of several the first that has a service.
    Yaml,
    /// TOML.
    Toml,
    /// JSON.
    Json,
    /// Lines of `type: command`, as in a `Procfile`.
    Procfile,
}

named!(ManifestFormat { Yaml = "yaml", Toml = "toml", Json = "json", Procfile = "procfile" });

/// What a platform's own file says of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What the app is called.
    Name,
    /// The command that starts it.
    Command,
    /// The command that builds it.
    BuildCommand,
    /// Its Dockerfile.
    Dockerfile,
    /// The folder that is sent to the daemon with the Dockerfile.
    Context,
    /// An image.
    Image,
    /// Its folder in the project.
    Root,
    /// The version of its runtime.
    Runtime,
    /// The path of the health check.
    HealthPath,
    /// How long the health check waits before it counts: a time, or seconds.
    InitialDelay,
    /// The port that it listens on.
    Port,
    /// The plan.
    Plan,
    /// What is found there and not done.
    NotDone,
}

named!(Role {
    Name = "name",
    Command = "command",
    BuildCommand = "build_command",
    Dockerfile = "dockerfile",
    Context = "context",
    Image = "image",
    Root = "root",
    Runtime = "runtime",
    HealthPath = "health_path",
    InitialDelay = "initial_delay",
    Port = "port",
    Plan = "plan",
    NotDone = "not_done",
});

/// The platform's own file in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// How it is written.
    pub format: ManifestFormat,
    /// Where an app stands in it; `None` where the whole file is about one.
    pub service: Option<String>,
    /// Where things are said of the app: paths, of which the first that leads somewhere counts.
    pub places: BTreeMap<Role, Vec<String>>,
    /// Where its variables stand.
    pub environment: Vec<String>,
    /// In a list of variables: where the name and the value stand.
    pub variable: Option<(String, String)>,
    /// What marks a variable whose value somebody is asked for.
    pub asked: Vec<String>,
    /// What marks one whose value the platform makes up.
    pub generated: Vec<String>,
    /// What marks one that comes from another service.
    pub elsewhere: Vec<String>,
    /// What marks an app that is built of its sources.
    pub by_source: Vec<String>,
    /// The profile of each plan.
    pub plans: BTreeMap<String, String>,
    /// The keys that may stand at a place.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Manifest {
    /// All files of a platform, by their names.
    pub(super) fn read_all(settings: &Settings) -> Result<BTreeMap<String, Self>, Missing> {
        settings.names("manifest").into_iter().map(|file| Ok((file.clone(), Self::read(settings, &file)?))).collect()
    }

    fn read(settings: &Settings, file: &str) -> Result<Self, Missing> {
        let at = |name: &str| key::join(&["manifest", file, name]);
        let list = |name: &str| settings.entry::<Vec<String>>(&at(name)).unwrap_or_default();
        let text = |name: &str| settings.entry::<String>(&at(name));
        let places = Role::ALL.iter().map(|role| (*role, list(role.name()))).filter(|(_, paths)| !paths.is_empty());
        Ok(Self {
            format: settings.read(&at("format"))?,
            service: text("service"),
            places: places.collect(),
            environment: list("environment"),
            variable: text("variable").map(|name| (name, text("value").unwrap_or_else(|| "value".to_owned()))),
            asked: list("asked"),
            generated: list("generated"),
            elsewhere: list("elsewhere"),
            by_source: list("by_source"),
            plans: settings.texts(&at("plans")),
            keys: lists(settings, &at("keys")),
        })
    }
}

/// The entries of a map of lists.
fn lists(settings: &Settings, prefix: &str) -> BTreeMap<String, Vec<String>> {
    let names = settings.names(prefix).into_iter();
    let list = |name: &str| {
        let Held { value, .. } = settings.get(&format!("{prefix}.{}", key::join(&[name])))?;
        Vec::from_value(value)
    };
    names.filter_map(|name| Some((name.clone(), list(&name)?))).collect()
}
