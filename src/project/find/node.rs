use serde_json::Value;

use super::NotFound;
use super::view::{Look, line_with};
use crate::project::{Command, Node, Place, Said};

const FILE: &str = "package.json";
const LOCKS: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"];
const USUAL: &[&str] = &["server.js", "index.js", "app.js", "main.js", "src/index.js", "src/server.js"];

/// Source that Node runs; `None` where there is no `package.json`, or only tools are named in it.
pub(super) fn recipe(look: &mut Look<'_>) -> Result<Option<Node>, NotFound> {
    let Some(text) = look.text(FILE) else { return Ok(None) };
    let path = look.path(FILE);
    let package: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(1);
        NotFound::Broken { place: Place::line(path.clone(), line), reason: "is no valid JSON".into() }
    })?;
    let lock_file = look.first(LOCKS);
    let builds = script(&package, "build").is_some();
    let start = start(look, &package, lock_file.as_deref().unwrap_or_default());
    if start.is_none() && look.taken.command.is_none() {
        return Ok(None);
    }
    let place = start.as_ref().map_or_else(|| Place::file(path.clone()), |said| said.place.clone());
    look.because(place, told(start.as_ref()));
    let version = version(look, &package, text);
    if let Some(said) = &version {
        look.because(said.place.clone(), format!("it asks for Node {}", said.value));
    }
    Ok(Some(Node { version, lock: lock_file.map(Place::file), builds, start }))
}

fn told(start: Option<&Said<Command>>) -> String {
    match start.map(|said| &said.value) {
        Some(Command::Line(line)) => format!("source that Node runs: `{line}`"),
        _ => "source that Node runs".into(),
    }
}

fn script<'p>(package: &'p Value, name: &str) -> Option<&'p str> {
    package.get("scripts")?.get(name)?.as_str().filter(|line| !line.trim().is_empty())
}

/// The script `start`, else the file that `main` names, else one with a usual name.
fn start(look: &Look<'_>, package: &Value, lock_file: &str) -> Option<Said<Command>> {
    let text = look.text(FILE)?;
    let place = |word: &str| {
        line_with(text, word).map_or_else(|| Place::file(look.path(FILE)), |line| Place::line(look.path(FILE), line))
    };
    if script(package, "start").is_some() {
        let tool = match lock_file.rsplit('/').next() {
            Some("yarn.lock") => "yarn start",
            Some("pnpm-lock.yaml") => "pnpm start",
            _ => "npm start",
        };
        return Some(Said::at(place("\"start\""), Command::Line(tool.into())));
    }
    let main = package.get("main").and_then(Value::as_str).filter(|file| look.has(file.trim_start_matches("./")));
    let main = main.map(|file| (place("\"main\""), file.to_owned()));
    let usual =
        || USUAL.iter().find(|file| look.has(file)).map(|file| (Place::file(look.path(file)), (*file).to_owned()));
    let (place, file) = main.or_else(usual)?;
    Some(Said::at(place, Command::Words(vec!["node".into(), file])))
}

/// What `engines` asks for, else a file for version managers.
fn version(look: &Look<'_>, package: &Value, text: &str) -> Option<Said<String>> {
    let engine = package.get("engines").and_then(|engines| engines.get("node")).and_then(Value::as_str);
    if let Some(version) = engine {
        let line = (1..)
            .zip(text.lines())
            .skip_while(|(_, line)| !line.contains("\"engines\""))
            .find(|(_, line)| line.contains("\"node\""));
        let place = line.map_or_else(|| Place::file(look.path(FILE)), |(line, _)| Place::line(look.path(FILE), line));
        return Some(Said::at(place, version.to_owned()));
    }
    let said = look.only_line(".nvmrc").or_else(|| look.only_line(".node-version"))?;
    let version = said.value.trim_start_matches('v').to_owned();
    Some(Said::at(said.place, version))
}
