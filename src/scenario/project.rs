//! The project's own file, `emu.toml`: what is compared, on which plans, under which load, within which budget.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::budget::{BUDGET, Budget};
use super::file::scenario;
use super::key::{Key, key};
use super::keys::SCENARIO;
use super::metrics::metrics;
use super::problem::FileError;
use super::reading::{ReadFile, Reading, Table, count, describe, printed, read, text, texts};
use super::short::names_a_file;
use super::values::Scenario;
use crate::metrics::Asked;

const APP: Key = key(
    "app",
    "an image, a folder, or `\"mimic\"`",
    "What is run. A folder is seen from the file's own.",
    "has to be named on the command line",
);
const PROFILES: Key = key(
    "profiles",
    "a list of ids or paths of profiles such as `[\"example-free\"]`",
    "The plans. `emu profiles list` shows every id.",
    "have to be named on the command line",
);
const LOAD: Key = key(
    "load",
    "a load such as `\"20/s for 2m\"`, the path of a scenario file, or a table `[load]`",
    "What is done to the app: the short form, a file seen from this one's folder, or all that a scenario file can say.",
    "has to be named on the command line",
);
const ROUNDS: Key = key(
    "rounds",
    "a whole number from 1 to 100",
    "How often every plan has its turn.",
    "what `emu compare` does by itself",
);
const ENV: Key = key(
    "env",
    "a table of variables such as `{ DEBUG = \"0\" }`",
    "Variables of the app. Their names are letters, digits and `_`. A flag goes before them.",
    "none",
);
const COMMAND: Key = key(
    "command",
    "a list of texts such as `[\"serve\", \"--fast\"]`",
    "The command, in place of the image's own. Without `app`: a program of this machine, run from the file's own folder.",
    "the image's own",
);
const ENTRY: Key = key(
    "entry",
    "the path of a file such as `\"app.py\"`",
    "Of several files that could be run, this one. Only where the app is the file's own folder.",
    "found out; several candidates are an error",
);
const DOCKERFILE: Key = key(
    "dockerfile",
    "the path of a Dockerfile",
    "Of several Dockerfiles, this one; it goes before everything else in the folder.",
    "found out",
);
const SERVICE: Key = key(
    "service",
    "a name such as `\"web\"`",
    "Of several services of a compose file or of a platform's file, this one.",
    "found out; several candidates are an error",
);
const BUDGET_KEY: Key = key("budget", "a table `[budget]`", "What the app must not exceed.", "nothing is demanded");

const METRICS_KEY: Key = key(
    "metrics",
    "a table `[metrics]`, or `false`",
    "Where the app tells of itself: its users, its caches. `false`: it is not asked.",
    "what apps of its kind are known to tell",
);

/// The outermost table of `emu.toml`.
pub(super) const PROJECT: &[Key] =
    &[APP, PROFILES, LOAD, ROUNDS, ENV, COMMAND, ENTRY, DOCKERFILE, SERVICE, METRICS_KEY, BUDGET_KEY];

/// What `emu.toml` says. Everything in it may be left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Project {
    /// What is run, as written.
    pub app: Option<String>,
    /// Profiles, as written. Empty where the file names none.
    pub profiles: Vec<String>,
    /// What is done to the app.
    pub load: Option<Load>,
    /// How often every plan has its turn.
    pub rounds: Option<u32>,
    /// Variables of the app.
    pub env: BTreeMap<String, String>,
    /// The command in place of the image's own, or a program of this machine. Empty for the image's own.
    pub command: Vec<String>,
    /// What is run, of several candidates in its folder.
    pub choice: Choice,
    /// What is asked of the app about itself; `None` where the file does not say.
    pub metrics: Option<Asked>,
    /// What the app must not exceed.
    pub budget: Budget,
}

/// Which of several candidates in a folder is run. Paths are seen from the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// The file that is run.
    pub entry: Option<String>,
    /// The Dockerfile.
    pub dockerfile: Option<String>,
    /// The service of a compose file or of a platform's file.
    pub service: Option<String>,
}

/// The load that a project's file asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Load {
    /// It stands in the file.
    Here(Scenario),
    /// It stands in a file of its own, of this path.
    File(String),
}

impl Project {
    /// Reads the project's file. `file` is its name for messages; `files` gives the content of the
    /// files that requests in it send.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, content: &str, files: &mut ReadFile<'_>) -> Result<Self, FileError> {
        read((file, content), files, &[PROJECT], |reading, table| Some(project(reading, table)))
    }
}

fn project(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Project {
    Project {
        app: reading.take(table, &APP, text),
        profiles: profiles(reading, table),
        load: load(reading, table),
        rounds: reading.take(table, &ROUNDS, |value| count(value, 1, 100)),
        env: variables(reading, table),
        command: reading.take(table, &COMMAND, texts).unwrap_or_default(),
        choice: Choice {
            entry: reading.take(table, &ENTRY, text),
            dockerfile: reading.take(table, &DOCKERFILE, text),
            service: reading.take(table, &SERVICE, text),
        },
        metrics: metrics(reading, table, &METRICS_KEY),
        budget: reading
            .table(table, &BUDGET_KEY, &[BUDGET])
            .map(|table| Budget::read(reading, &table))
            .unwrap_or_default(),
    }
}

fn profiles(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Vec<String> {
    let Some(names) = reading.take(table, &PROFILES, texts) else { return Vec::new() };
    if names.is_empty() {
        reading.wrong(table, &PROFILES, "an empty list", PROFILES.value);
    }
    let again = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
    if let Some((_, again)) = again {
        reading.wrong(table, &PROFILES, format!("`{again}` twice"), "it once");
    }
    names
}

fn load(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> Option<Load> {
    let leaf = table.get(&LOAD)?;
    let Some(text) = leaf.get_ref().as_str() else {
        let inner = reading.table(table, &LOAD, &[SCENARIO])?;
        return scenario(reading, &inner, "load").map(Load::Here);
    };
    match Scenario::short(text) {
        Ok(scenario) => Some(Load::Here(scenario)),
        Err(_) if names_a_file(text) => Some(Load::File(text.to_owned())),
        Err(error) => {
            reading.wrong(table, &LOAD, error.found, format!("{} (or the path of a scenario file)", error.expected));
            None
        }
    }
}

fn variables(reading: &mut Reading<'_>, table: &Table<'_, '_>) -> BTreeMap<String, String> {
    let Some(leaf) = table.get(&ENV) else { return BTreeMap::new() };
    let DeValue::Table(fields) = leaf.get_ref() else {
        reading.wrong(table, &ENV, describe(leaf.get_ref()), ENV.value);
        return BTreeMap::new();
    };
    let mut variables = BTreeMap::new();
    for (name, value) in fields {
        match printed(value.get_ref()) {
            Some(value) if is_variable(name.get_ref()) && !value.contains('\0') => {
                variables.insert(name.get_ref().to_string(), value);
            }
            Some(_) => reading.wrong_entry(
                (ENV.name, name.get_ref()),
                name.span().start,
                "this name",
                "letters, digits and `_`, no digit first",
            ),
            None => reading.wrong_entry(
                (ENV.name, name.get_ref()),
                value.span().start,
                &describe(value.get_ref()),
                "a text",
            ),
        }
    }
    variables
}

fn is_variable(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
