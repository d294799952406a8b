//! A project folder on an engine that runs programs of this machine.

use std::path::Path;

use super::{Made, Sources, problem};
use crate::app::{self, Interpreter};
use crate::build::{self, Program, plan_program};
use crate::cli::lab::Lab;
use crate::cli::{Exit, Failure};
use crate::profile::{Layer, Origin, Profile, Runtime};
use crate::spec::{AppSpec, Image, Variable};

/// The app as a program that runs from its folder, with the interpreter that is found for it.
pub(super) fn made(sources: &Sources, lab: &Lab<'_>, profile: &Profile, command: &[String]) -> Result<Made, Failure> {
    let mut program = match plan_program(sources.subject(profile)) {
        Ok(program) => program,
        Err(error) if command.is_empty() => return Err(problem(&error)),
        Err(_) => Program { folder: String::new(), command: Vec::new(), runtime: Runtime::Other, modules: Vec::new() },
    };
    let folder = sources.path.join(&program.folder);
    if !command.is_empty() {
        command.clone_into(&mut program.command);
        program.modules.clear();
    }
    for word in program.command.iter_mut().filter(|word| *word == build::SERVER) {
        *word = sources.passed.program();
    }
    let python = app::interpreter(&[&folder, &sources.path], lab.path());
    let mut variables = Vec::new();
    if let Some(python) = python.as_ref().filter(|_| program.runtime == Runtime::Python) {
        has_modules(python, &program, &folder)?;
        variables = environment(python, lab.path());
        let path = python.path(lab.path()).unwrap_or_else(|| lab.path().to_owned());
        by_interpreter(&mut program.command, python, &path, &folder);
        lab.printer().say(&told(python));
    } else if program.runtime == Runtime::Python {
        return Err(Failure::new(
            Exit::NotStarted,
            "no Python was found: neither a virtual environment nor `python3` in `PATH`",
        )
        .hint("install Python, or make one: `python3 -m venv .venv`"));
    }
    let folder = folder.to_string_lossy().into_owned();
    let app =
        AppSpec { name: sources.subject(profile).name(), image: Image::Host { folder }, command: program.command };
    Ok(Made { app, variables })
}

/// Packages that the app does not start without are missed before anything runs.
fn has_modules(python: &Interpreter, program: &Program, folder: &Path) -> Result<(), Failure> {
    let wanted: Vec<&str> = program.modules.iter().map(|(module, _)| *module).collect();
    let missing = python.missing(&wanted, folder);
    let packages: Vec<&str> =
        program.modules.iter().filter(|(module, _)| missing.contains(module)).map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = packages.iter().map(|package| format!("`{package}`")).collect();
    let shown = python.program.display();
    let install =
        if folder.join("requirements.txt").is_file() { "-r requirements.txt".to_owned() } else { packages.join(" ") };
    let message = format!("`{shown}` has no {}, without which the app does not start", named.join(", "));
    let failure = Failure::new(Exit::NotStarted, message);
    Err(match &python.venv {
        Some(_) => failure.hint(format!("`{shown} -m pip install {install}`")),
        None => failure.hint(format!("in the project: `python3 -m venv .venv && .venv/bin/pip install {install}`")),
    })
}

fn environment(python: &Interpreter, path: &str) -> Vec<Variable> {
    let (Some(venv), Some(path)) = (&python.venv, python.path(path)) else { return Vec::new() };
    let origin = |place: String| Origin { layer: Layer::Base, place, line: None, source: None };
    let named = |name: &str, value: String| Variable {
        origin: origin(venv.display().to_string()),
        ..Variable::from_flag("", name, value)
    };
    vec![named("PATH", path), named("VIRTUAL_ENV", venv.display().to_string())]
}

/// Where the machine has the package and not its program, or `python3` and not `python`, the interpreter is
/// named in its place.
fn by_interpreter(command: &mut Vec<String>, python: &Interpreter, path: &str, folder: &Path) {
    let Some(first) = command.first().cloned() else { return };
    if first.contains('/') || app::find_program(&first, path, folder).is_ok() {
        return;
    }
    let shown = python.program.display().to_string();
    match first.as_str() {
        "python" | "python3" => command[0] = shown,
        "streamlit" | "uvicorn" | "gunicorn" | "flask" => {
            command.splice(0..1, [shown, "-m".to_owned(), first]);
        }
        _ => {}
    }
}

fn told(python: &Interpreter) -> String {
    match &python.venv {
        Some(venv) => format!("run by {}, the project's own environment", venv.display()),
        None => format!("run by {}: the project has no virtual environment", python.program.display()),
    }
}
