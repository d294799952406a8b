use std::path::PathBuf;
use std::sync::Arc;

use super::{Exit, Printer, Surroundings};
use crate::mimic;

/// Where the server listens that nobody tells a port.
const USUAL_PORT: u16 = 8080;

/// Arguments of the built-in server of files.
#[derive(Debug, clap::Args)]
pub struct FilesArgs {
    /// Their folder.
    folder: PathBuf,

    /// The port, in place of the one in `PORT`.
    #[arg(long)]
    port: Option<u16>,
}

/// Serves files, until it is asked to stop. Its log is its data.
pub(super) fn run(args: FilesArgs, surroundings: &Surroundings) -> Exit {
    let printer = Printer::new();
    let told = || surroundings.get("PORT").and_then(|port| port.parse().ok());
    let port = args.port.or_else(told).unwrap_or(USUAL_PORT);
    let log: mimic::Log = Arc::new(move |line: &str| printer.data(line));
    Exit::Told(mimic::serve_files(args.folder, port, &log))
}
