use super::super::profile::{broken, library};
use super::super::{Exit, Failure, Printer, Surroundings};

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
