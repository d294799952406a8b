//! How the app is started: where it listens, and for whom.

mod bind;
mod command;
mod line;
mod port;
mod server;
mod workers;

pub(super) use bind::CHECK as BIND;
pub(super) use command::{Port, Start, is_loopback};
pub(super) use port::CHECK as PORT;
pub(super) use workers::CHECK as WORKERS;

use super::Subject;
use super::docker::{Dockerfile, dockerfiles};
use super::toml_file::line as line_of;
use crate::profile::Runtime;
use crate::project::{Command, Place, Recipe};

/// The command that starts the app: what the platform's file says, else the Dockerfile, else `package.json`.
pub(super) fn start(subject: &Subject<'_>) -> Option<Start> {
    let said = subject.found.and_then(|found| found.taken.command.as_ref());
    if let Some(said) = said {
        return Start::of(said.place.clone(), &said.value).map(|start| of_script(subject, start));
    }
    let docker = || dockerfiles(subject).iter().find_map(of_dockerfile);
    match subject.found.map(|found| &found.recipe) {
        Some(Recipe::Node(node)) => {
            let said = node.start.as_ref()?;
            Start::of(said.place.clone(), &said.value).map(|start| of_script(subject, start))
        }
        _ => docker(),
    }
}

/// What `npm start` and `yarn run serve` stand for: the script of that name in `package.json`.
fn of_script(subject: &Subject<'_>, start: Start) -> Start {
    let words: Vec<&str> = start.words.iter().map(String::as_str).collect();
    let name = match words.as_slice() {
        ["npm" | "yarn" | "pnpm", "run", name, ..] | ["npm" | "yarn" | "pnpm", name, ..] => *name,
        _ => return start,
    };
    let script = || {
        let text = subject.folder.text("package.json")?;
        let package: serde_json::Value = serde_json::from_str(text).ok()?;
        let line = package.get("scripts")?.get(name)?.as_str()?.to_owned();
        let place = Place::line("package.json", line_of(text, text.find(&format!("\"{name}\""))?));
        Start::of(place, &Command::Line(line))
    };
    script().unwrap_or(start)
}

/// The command of a Dockerfile: its `ENTRYPOINT` with the words of `CMD`.
pub(super) fn of_dockerfile(file: &Dockerfile) -> Option<Start> {
    let last = |word: &str| file.stage.iter().rev().find(|instruction| instruction.word == word);
    let (entrypoint, cmd) = (last("ENTRYPOINT"), last("CMD"));
    let at = cmd.or(entrypoint)?;
    let command = match (entrypoint, cmd) {
        (None, Some(only)) | (Some(only), None) => {
            only.exec().map_or_else(|| Command::Line(only.rest.clone()), Command::Words)
        }
        (Some(entrypoint), Some(cmd)) => match (entrypoint.exec(), cmd.exec()) {
            (Some(entrypoint), Some(cmd)) => Command::Words([entrypoint, cmd].concat()),
            (Some(entrypoint), None) => Command::Words([entrypoint, vec![cmd.rest.clone()]].concat()),
            (None, _) => Command::Line(entrypoint.rest.clone()),
        },
        (None, None) => return None,
    };
    Start::of(file.place(at), &command)
}

/// The value of a variable at run time, as far as the plan, the project's files and its Dockerfile tell.
pub(super) fn is_given(subject: &Subject<'_>, variable: &str) -> bool {
    let of_port = subject.profile.and_then(|profile| profile.port.variable.as_deref()) == Some(variable);
    let taken = subject.found.is_some_and(|found| found.taken.environment.contains_key(variable));
    let sets = |file: &Dockerfile| {
        let lines = file.stage.iter().filter(|instruction| instruction.word == "ENV");
        lines.flat_map(|line| line.rest.split_whitespace()).any(|word| word.split('=').next() == Some(variable))
    };
    let runtime = match subject.found.map(|found| &found.recipe) {
        Some(Recipe::Python(_)) => Some(Runtime::Python),
        Some(Recipe::Node(_)) => Some(Runtime::Node),
        _ => None,
    };
    let built = || Some(subject.profile?.build.environment.get(&runtime?)?.contains_key(variable));
    of_port
        || taken
        || subject.given(variable).is_some()
        || built() == Some(true)
        || dockerfiles(subject).iter().any(sets)
}
