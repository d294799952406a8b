use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use super::list::Entry;
use crate::cli::{Exit, Failure, Printer};
use crate::store::Store;

/// Writes a run to a file, or as data.
pub(super) fn export(store: &Store, asked: &str, output: Option<&Path>, printer: &Printer) -> Result<Exit, Failure> {
    let run = store.find(asked)?;
    let Some(path) = output else {
        let mut lines = Vec::new();
        store.export(&run, &mut lines)?;
        printer.data(String::from_utf8_lossy(&lines).trim_end());
        return Ok(Exit::Done);
    };
    let file = File::create(path)
        .map_err(|error| file_failure(path, &error).hint("`-o FILE` chooses another place for the file"))?;
    store.export(&run, &mut BufWriter::new(file))?;
    printer.say(&format!("`{}` is in {}", run.id, path.display()));
    Ok(Exit::Done)
}

/// Adds a run from a file, or from standard input.
pub(super) fn import(store: &mut Store, path: &Path, json: bool, printer: &Printer) -> Result<Exit, Failure> {
    let run = if path == Path::new("-") {
        store.import(&mut std::io::stdin().lock())?
    } else {
        let file = File::open(path).map_err(|error| {
            file_failure(path, &error).hint("`emu runs export RUN -o FILE` writes a file that can be imported")
        })?;
        store.import(&mut BufReader::new(file)).map_err(|error| in_file(path, error.into()))?
    };
    printer.say(&format!("added `{0}`; `emu runs show {0}` shows it", run.id));
    if json {
        printer.json(&serde_json::json!({ "schema": 1, "imported": Entry::from(&run) }));
    }
    Ok(Exit::Done)
}

fn in_file(path: &Path, failure: Failure) -> Failure {
    Failure { message: format!("{}: {}", path.display(), failure.message), ..failure }
}

fn file_failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Configuration, format!("{}: {error}", path.display()))
}
