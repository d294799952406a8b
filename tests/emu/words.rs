//! The documents say what the program does: their commands are understood, their output is real.

use std::path::{Path, PathBuf};

use crate::driver::emu;

/// The recorded run that the README shows.
const SHOWN: &str = "tests/fixtures/readme-run.jsonl";

#[test]
fn every_command_in_the_documents_is_understood() {
    let mut faults = Vec::new();
    for page in pages() {
        let text = read(&page);
        for block in blocks(&text).filter(|block| matches!(block.language, "console" | "bash" | "sh")) {
            for words in block.commands() {
                if let Err(error) = emu::cli::parses(words.iter().map(String::as_str)) {
                    faults.push(format!("{}: `emu {}`: {error}", page.display(), words.join(" ")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_readme_has_the_two_commands() {
    let readme = read(Path::new("README.md"));
    for command in ["cargo run --release -- run --profile render-free", "cargo test"] {
        assert!(readme.lines().any(|line| line.trim_start_matches("$ ") == command), "README.md lacks `{command}`");
    }
}

#[test]
fn the_readme_shows_the_plans_as_they_are_listed() {
    let listed = emu(["profiles", "list"]).run().status(0).stdout;
    shown("emu profiles list", &listed);
}

#[test]
fn the_readme_shows_a_run_that_took_place() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let call = |args: &[&str]| {
        let given = emu(args.iter().copied()).env("EMU_HOME", &home.path().to_string_lossy()).run();
        given.status(0).stdout
    };
    let recorded = std::env::current_dir().expect("tests run in a folder").join(SHOWN);
    call(&["runs", "import", &recorded.to_string_lossy()]);
    shown("emu runs show last", &call(&["runs", "show", "last"]));
    // The app's own lines are many, and left out of the README.
    let replay = call(&["runs", "replay", "last"]);
    let told: Vec<&str> = replay.lines().filter(|line| !line.contains("] app      ")).collect();
    shown("cargo run --release -- run --profile render-free", &told.join("\n"));
}

/// The folder of recorded runs behind the comparison that the README shows.
const COMPARED: &str = "tests/fixtures/readme-compare";

#[test]
fn the_readme_shows_a_comparison_that_took_place() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let call = |args: &[&str]| {
        let given = emu(args.iter().copied()).env("EMU_HOME", &home.path().to_string_lossy()).run();
        given.status(0)
    };
    let folder = std::env::current_dir().expect("tests run in a folder").join(COMPARED);
    let mut runs: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the recorded runs are there")
        .map(|entry| entry.expect("a file").path())
        .collect();
    runs.sort();
    for run in &runs {
        call(&["runs", "import", &run.to_string_lossy()]);
    }
    let list: serde_json::Value =
        serde_json::from_str(&call(&["runs", "list", "--json"]).stdout).expect("a list as JSON");
    let id = list["runs"][0]["part"]["of"].as_str().expect("they are runs of a comparison").to_owned();
    let readme = read(Path::new("README.md"));
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("$ ").filter(|command| command.contains(" compare ")))
        .expect("a block of the README compares");
    shown(command, &call(&["compare", "--show", &id]).stdout);
}

/// Demands that the README shows this below a command. `EMU_BLESS=1` writes it there.
fn shown(command: &str, expected: &str) {
    let readme = read(Path::new("README.md"));
    let (head, rest) =
        readme.split_once(&format!("$ {command}\n")).unwrap_or_else(|| panic!("no block shows `{command}`"));
    let (found, tail) = rest.split_once("```").expect("a block ends");
    let expected: Vec<&str> = expected.trim().lines().map(str::trim_end).collect();
    let expected = expected.join("\n");
    if std::env::var_os("EMU_BLESS").is_some() {
        std::fs::write("README.md", format!("{head}$ {command}\n{expected}\n```{tail}")).expect("it can be written");
    } else {
        assert_eq!(found.trim(), expected, "README.md, below `{command}`; `EMU_BLESS=1 cargo test` rewrites it");
    }
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let mut faults = Vec::new();
    for page in pages() {
        let text = read(&page);
        let folder = page.parent().unwrap_or(Path::new(""));
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") && !folder.join(path).exists() {
                faults.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A fenced block of a page.
struct Block<'t> {
    language: &'t str,
    text: &'t str,
}

impl Block<'_> {
    /// The words after `emu` of every command in it.
    fn commands(&self) -> Vec<Vec<String>> {
        let lines = self.text.lines().map(|line| line.trim_start_matches("$ ").split(" #").next().unwrap_or_default());
        let emu = lines.filter_map(|line| line.strip_prefix("emu ").or(line.strip_prefix("cargo run --release -- ")));
        emu.map(words).collect()
    }
}

/// The words of a command line: quotes keep spaces together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for letter in line.chars() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            (' ', None) => words.push(String::new()),
            (letter, _) => words.last_mut().expect("there is always one").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    text.split("```").skip(1).step_by(2).map(|block| {
        let (language, text) = block.split_once('\n').unwrap_or((block, ""));
        Block { language: language.trim(), text }
    })
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("docs can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
