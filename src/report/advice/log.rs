//! Lines of an app's log that say what is missing, in the words of Python, Node, the loader and the shells.

use super::AdviceRule;
use super::system::{Shelf, package_of_library, package_of_program};
use crate::project::packages::{gone_in, is_standard, packages_of};

/// What a line says, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub rule: AdviceRule,
    /// The module, the library, the program, the variable.
    pub about: String,
    pub seen: String,
    pub action: String,
}

/// What is wrong, if this line tells. Of a long line only the beginning is read.
pub(super) fn trouble(line: &str) -> Option<Trouble> {
    const LONGEST: usize = 2_000;
    let end = line.char_indices().nth(LONGEST).map_or(line.len(), |(at, _)| at);
    let line = &line[..end];
    let readers = [python_module, python_name, library, node_module, command, secrets, variable];
    readers.iter().find_map(|reader| reader(line))
}

/// What stands behind a phrase.
fn behind<'l>(line: &'l str, phrase: &str) -> Option<&'l str> {
    line.split_once(phrase).map(|(_, rest)| rest)
}

/// A name in quotes, or a word.
fn name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"' | '`'));
    let name = match quote {
        Some(quote) => text[1..].split(quote).next()?,
        None => text.split(|one: char| one.is_whitespace() || matches!(one, ';' | ',')).next()?,
    };
    (!name.is_empty() && name.len() <= 120).then_some(name)
}

/// `ModuleNotFoundError: No module named 'cv2'`, `python: No module named streamlit`.
fn python_module(line: &str) -> Option<Trouble> {
    let module = name(behind(line, "No module named ")?)?;
    let rule = AdviceRule::MissingModule;
    let seen = format!("the app imports `{module}`, which is not installed");
    if let Some(version) = gone_in(module) {
        let action = format!(
            "`{module}` was part of Python until 3.{version}: ask for an older Python, or for a newer version of the \
             package that imports it"
        );
        return Some(Trouble { rule, about: module.to_owned(), seen, action });
    }
    if is_standard(module) {
        let action = "it is a part of Python that this installation lacks: take the usual image of Python, or install \
                      the system's package for it";
        return Some(Trouble { rule, about: module.to_owned(), seen, action: action.to_owned() });
    }
    let package = packages_of(module).into_iter().next()?;
    let action = Shelf::Python.add(&package);
    if !module.contains('.') {
        return Some(Trouble { rule, about: module.to_owned(), seen, action });
    }
    let own = module.split('.').next().unwrap_or(module);
    let action = format!("{action}; where `{own}` is the app's own, its file is not there");
    Some(Trouble { rule, about: module.to_owned(), seen, action })
}

/// `ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/usr/lib/…)`.
fn python_name(line: &str) -> Option<Trouble> {
    let rest = behind(line, "ImportError: cannot import name ")?;
    let (what, module) = (name(rest)?, name(behind(rest, " from ")?).filter(|module| *module != "partially")?);
    if rest.contains("circular import") {
        return None;
    }
    let package = packages_of(module).into_iter().next()?;
    let seen = format!("`{module}` has no `{what}` in the version that is installed");
    let action = format!("name the version of `{package}` with which it works in `requirements.txt`: `{package}==…`");
    Some(Trouble { rule: AdviceRule::WrongVersion, about: module.to_owned(), seen, action })
}

/// `libGL.so.1: cannot open shared object file: No such file or directory`.
fn library(line: &str) -> Option<Trouble> {
    let (before, _) = line.split_once(": cannot open shared object file")?;
    let library = before.rsplit([' ', ':', '/']).next().filter(|name| name.contains(".so"))?;
    let seen = format!("the library `{library}` is missing");
    let mut action = match package_of_library(library) {
        Some(package) => Shelf::System.add(package),
        None => format!("install the system's package that has it; `apt-file search {library}` finds it on Debian"),
    };
    if library.starts_with("libGL.so") {
        action.push_str("; OpenCV does without it as `opencv-python-headless`");
    }
    Some(Trouble { rule: AdviceRule::MissingLibrary, about: library.to_owned(), seen, action })
}

/// `Error: Cannot find module 'express'`, `Cannot find package 'pg' imported from /app/db.mjs`.
fn node_module(line: &str) -> Option<Trouble> {
    let rest = behind(line, "Cannot find module ").or_else(|| behind(line, "Cannot find package "))?;
    let module = name(rest).filter(|_| rest.starts_with(['\'', '"']))?;
    let seen = format!("the app needs the module `{module}`, which is not there");
    if module.starts_with(['.', '/']) {
        let action = "a file of the app is not there: it was not built, not deployed, or is written in other letters \
                      (`./User.js` is not `./user.js` on Linux)";
        return Some(Trouble {
            rule: AdviceRule::MissingModule,
            about: module.to_owned(),
            seen,
            action: action.to_owned(),
        });
    }
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = module.split('/').take(parts).collect();
    Some(Trouble {
        rule: AdviceRule::MissingModule,
        about: module.to_owned(),
        seen,
        action: Shelf::Node.add(&package.join("/")),
    })
}

/// `sh: 1: gunicorn: not found`, `bash: line 1: ffmpeg: command not found`,
/// `exec: "uvicorn": executable file not found in $PATH`.
fn command(line: &str) -> Option<Trouble> {
    const SHELLS: &[&str] = &["sh:", "/bin/sh:", "bash:", "/bin/bash:", "dash:", "ash:", "/bin/ash:"];
    let of_engine = || name(line.split_once(": executable file not found")?.0.rsplit_once("exec: ")?.1);
    let of_shell = || {
        let text = line.trim_end();
        let (before, shell) = match text.strip_suffix(": command not found") {
            Some(before) => (before, true),
            None => (text.strip_suffix(": not found")?, SHELLS.iter().any(|shell| text.starts_with(shell))),
        };
        shell.then(|| before.rsplit(": ").next()).flatten()
    };
    let program = of_engine().or_else(of_shell).filter(|program| !program.is_empty() && !program.contains(' '))?;
    let seen = format!("the program `{program}` is not there");
    let action = match package_of_program(program.rsplit('/').next().unwrap_or(program)) {
        Some((shelf, package)) => shelf.add(package),
        None => "install it where the app is built, or correct the start command".to_owned(),
    };
    Some(Trouble { rule: AdviceRule::MissingCommand, about: program.to_owned(), seen, action })
}

/// `st.secrets has no key "API_KEY"`, `No secrets found. Valid paths for a secrets.toml file …`.
fn secrets(line: &str) -> Option<Trouble> {
    let rule = AdviceRule::MissingVariable;
    if let Some(key) = behind(line, "st.secrets has no key ").and_then(name) {
        let key = key.trim_end_matches('.');
        let action = format!("give it as the platform does: a line `{key} = …` in the file of `--secrets`");
        return Some(Trouble { rule, about: key.to_owned(), seen: format!("the secret `{key}` is not there"), action });
    }
    if line.contains("No secrets found") || line.contains("No secrets files found") {
        let action = "give them as the platform does: `--secrets secrets.toml`";
        let seen = "the app reads secrets, and has none";
        return Some(Trouble { rule, about: String::new(), seen: seen.to_owned(), action: action.to_owned() });
    }
    None
}

/// `KeyError: 'DATABASE_URL'`, where the name is written as variables are.
fn variable(line: &str) -> Option<Trouble> {
    let key = name(line.trim_start().strip_prefix("KeyError: ")?)?;
    let like_one = key.len() > 2
        && key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_');
    let action = format!("where it is a variable: `--env {key}=…` here, and its value on the platform's page");
    let seen = format!("`{key}` is not set");
    like_one.then_some(Trouble { rule: AdviceRule::MissingVariable, about: key.to_owned(), seen, action })
}
