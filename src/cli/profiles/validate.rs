use std::path::Path;

use super::super::profile::{broken, library};
use super::super::{Exit, Failure, Printer, Surroundings};
use crate::app::is_path;

/// Arguments of `emu profiles validate`.
#[derive(Debug, clap::Args)]
pub struct ValidateArgs {
    /// The files: plans, or a platform's `_platform.toml`.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

/// Checks files and tells every problem of each.
pub(super) fn run(args: &ValidateArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let paths: Vec<&str> = args.files.iter().map(String::as_str).collect();
    paths.iter().try_for_each(|path| is_there(path))?;
    let library = library(&paths, surroundings)?;
    let mut exit = Exit::Done;
    for path in paths {
        match library.check(path) {
            Ok(()) => printer.data(&format!("{path}: valid")),
            Err(error) => exit = printer.failure(&broken(&error)),
        }
    }
    Ok(exit)
}

/// What is not there may be an id, which the other commands take.
fn is_there(path: &str) -> Result<(), Failure> {
    if Path::new(path).exists() {
        return Ok(());
    }
    if is_path(path) {
        let failure = Failure::new(Exit::Configuration, format!("there is no profile file `{path}`"));
        return Err(failure.hint("check the path; `emu profiles new ID --output FILE` writes a file to begin with"));
    }
    let failure = Failure::new(Exit::Configuration, format!("found `{path}`, expected the path of a profile file"));
    Err(failure.hint(format!("`emu profiles show {path}` shows the profile of an id")))
}
