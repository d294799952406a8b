//! The rules of the house that a compiler does not hold: what may use what, and what no file may hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use. An arrow also grants everything the target may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("metrics", &["units"]),
    ("profile", &["units"]),
    ("spec", &["profile", "metrics"]),
    ("event", &["spec"]),
    ("lifecycle", &["event"]),
    ("scenario", &["units", "metrics"]),
    ("http1", &[]),
    ("project", &["profile"]),
    ("report", &["event", "project"]),
    ("tui", &["report"]),
    ("build", &["project"]),
    ("check", &["project", "spec"]),
    ("pace", &["scenario"]),
    ("streamlit", &["scenario"]),
    ("compare", &["report", "scenario"]),
    ("engine", &["event"]),
    ("edge", &["event", "http1"]),
    ("load", &["event", "pace", "http1", "streamlit"]),
    ("store", &["event"]),
    ("app", &["spec", "scenario", "build"]),
    ("background", &["store", "report"]),
    ("mimic", &["units"]),
    ("conduct", &["lifecycle", "engine", "edge"]),
    ("tour", &["conduct"]),
    ("trial", &["conduct", "tour", "load"]),
    (
        "cli",
        &["trial", "store", "report", "scenario", "compare", "app", "build", "check", "background", "mimic", "tui"],
    ),
];

/// Rooms that never touch the world.
const PURE: &[&str] = &[
    "units",
    "metrics",
    "profile",
    "spec",
    "event",
    "lifecycle",
    "report",
    "tui",
    "scenario",
    "pace",
    "streamlit",
    "http1",
    "compare",
    "project",
    "build",
    "check",
];

/// What a pure room may not name.
const WORLD: &[&str] =
    &["std::fs", "std::net::Tcp", "std::process", "std::env", "std::io", "tokio::", "async fn", "bollard"];

#[test]
fn rooms_use_only_what_the_table_grants() {
    let granted = closure();
    let mut faults = Vec::new();
    for file in rust_files(Path::new("src")) {
        let Some(room) = room_of(&file) else { continue };
        let Some(allowed) = granted.get(room.as_str()) else {
            faults.push(format!("{}: the room `{room}` is not in the table", file.display()));
            continue;
        };
        for used in rooms_used(&read(&file)) {
            if used != room && !allowed.contains(&used) {
                faults.push(format!("{}: `{room}` may not use `{used}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_do_not_touch_the_world() {
    let mut faults = Vec::new();
    for room in PURE {
        for file in rust_files(&Path::new("src").join(room)) {
            let text = read(&file);
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for word in WORLD.iter().filter(|word| code.contains(**word)) {
                faults.push(format!("{}: a pure room names `{word}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_plan_and_no_platform_has_a_name_in_the_source() {
    let mut names = Vec::new();
    for file in files_with_ending(Path::new("profiles"), "toml") {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !stem.starts_with('_') {
            names.push(stem);
        }
    }
    assert!(!names.is_empty(), "no profile is shipped");
    let mut faults = Vec::new();
    for file in rust_files(Path::new("src")) {
        // The list that builds the files into the binary has to name them.
        if file.ends_with("profile/shipped.rs") {
            continue;
        }
        let text = read(&file);
        faults.extend(
            names.iter().filter(|id| text.contains(id.as_str())).map(|id| format!("{}: names `{id}`", file.display())),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Which file tells a platform how a project is run is data. A Procfile is everybody's.
#[test]
fn no_platforms_own_file_has_a_name_in_the_source() {
    let mut names = Vec::new();
    for file in files_with_ending(Path::new("profiles"), "toml") {
        let text = read(&file);
        let heads = text.lines().filter_map(|line| line.strip_prefix("[manifest.\"")?.split('"').next());
        names.extend(heads.filter(|name| *name != "Procfile").map(str::to_owned));
    }
    assert!(!names.is_empty(), "no profile says which file a platform reads");
    let mut faults = Vec::new();
    for file in rust_files(Path::new("src")) {
        if file.ends_with("tests.rs") || file.iter().any(|part| part == "tests") {
            continue;
        }
        let text = read(&file);
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let found = names.iter().filter(|name| code.contains(&format!("\"{name}\"")));
        faults.extend(found.map(|name| format!("{}: names `{name}`", file.display())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_compiler_cannot_vouch_for_stands_in_one_file() {
    let forbidden = ["unsafe", "unsafe_code"];
    let mut faults = Vec::new();
    for file in rust_files(Path::new("src")) {
        if file.ends_with("engine/native/shim/raw.rs") {
            continue;
        }
        let text = read(&file);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        faults.extend(
            code.filter(|line| words(line).any(|word| forbidden.contains(&word)))
                .map(|line| format!("{}: {line}", file.display())),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_stay_small_enough_to_read() {
    let long: Vec<String> = ["src", "tests"]
        .iter()
        .flat_map(|folder| rust_files(Path::new(folder)))
        .filter(|file| read(file).lines().count() > 500)
        .map(|file| file.display().to_string())
        .collect();
    assert!(long.is_empty(), "over 500 lines, a fault in the layout:\n{}", long.join("\n"));
}

#[test]
fn tests_do_not_sleep_and_are_not_ignored() {
    let forbidden = [concat!("#[ign", "ore"), concat!("thread::sl", "eep("), concat!("time::sl", "eep(")];
    let mut faults = Vec::new();
    for file in rust_files(Path::new("tests")) {
        let text = read(&file);
        faults.extend(
            forbidden.iter().filter(|word| text.contains(**word)).map(|word| format!("{}: {word}", file.display())),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_architecture_page_shows_the_table_that_is_held_here() {
    let page = fs::read_to_string("docs/architecture.md").expect("docs/architecture.md exists");
    for (room, uses) in ARROWS {
        let row = format!("| `{room}` | {} |", if uses.is_empty() { "nothing".into() } else { list(uses) });
        assert!(page.contains(&row), "docs/architecture.md lacks the row\n{row}");
    }
}

fn list(uses: &[&str]) -> String {
    uses.iter().map(|room| format!("`{room}`")).collect::<Vec<_>>().join(", ")
}

/// The table, with everything that the arrows grant on the way.
fn closure() -> BTreeMap<&'static str, Vec<String>> {
    let mut granted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    // The table is ordered from the ground up, so one pass is enough.
    for (room, uses) in ARROWS {
        let mut all: Vec<String> = Vec::new();
        for used in *uses {
            let below = granted.get(used).unwrap_or_else(|| panic!("`{used}` stands below `{room}` in the table"));
            all.extend(below.iter().cloned());
            all.push((*used).to_owned());
        }
        granted.insert(room, all);
    }
    granted
}

/// The rooms that a file names: `crate::room`, and the rooms inside `crate::{…}`.
fn rooms_used(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inside = group.split('}').next().unwrap_or_default();
            used.extend(inside.split(',').map(|part| word(part.trim())));
        } else {
            used.push(word(rest));
        }
    }
    used.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    used
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The words of a line of code, without what stands in quotes.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').step_by(2).flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_'))
}

fn room_of(file: &Path) -> Option<String> {
    let inside = file.strip_prefix("src").ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    (!matches!(first.as_str(), "lib.rs" | "main.rs")).then(|| first.trim_end_matches(".rs").to_owned())
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files_with_ending(folder, "rs")
}

fn files_with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with_ending(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
