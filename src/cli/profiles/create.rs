use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::super::profile::{library, load};
use super::super::{Exit, Failure, Printer, Surroundings};
use crate::profile::template;

/// Arguments of `emu profiles new`.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// The new plan's id: `my-host-small`. The file has this name.
    #[arg(value_name = "ID")]
    id: String,

    /// Start from this plan instead of from nothing.
    #[arg(long, value_name = "ID")]
    from: Option<String>,

    /// Write this file instead of standard output. A file that is there already is kept.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes a profile file to fill in.
pub(super) fn run(args: &NewArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    if !template::is_id(&args.id) {
        let found = format!("found `{}`, expected an id of lower-case words joined by hyphens", args.id);
        return Err(Failure::new(Exit::Usage, found).hint("`emu profiles new my-host-small`"));
    }
    let text = match &args.from {
        Some(parent) => template::from(&args.id, &load(parent, surroundings)?),
        None => template::blank(&args.id, &library(&[], surroundings)?),
    };
    match &args.output {
        Some(path) => write(path, &text, printer)?,
        None => printer.data(text.trim_end()),
    }
    Ok(Exit::Done)
}

fn write(path: &Path, text: &str, printer: &Printer) -> Result<(), Failure> {
    let shown = path.display();
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::new(Exit::Usage, format!("`{shown}` cannot be written: {error}")))?;
    printer.say(&format!("wrote {shown}; `emu profiles validate {shown}` checks it"));
    Ok(())
}
