//! `emu check`: what would fail after the push.

mod list;
mod project;
mod text;

use std::path::PathBuf;

use super::{Exit, Failure, Printer, Surroundings};
use crate::check::{self, Report, Selection, Severity};
use crate::profile::Profile;
use project::Read;

/// Arguments of `emu check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The project's folder.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// The plan it is meant for: an id, or a file. Without it the one that the project's own files name;
    /// where they name none, only the checks that ask no plan are made.
    #[arg(long, short, value_name = "ID")]
    profile: Option<String>,

    /// Make these checks alone; may be given several times.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,

    /// Leave these checks out; may be given several times. A comment `emu: ignore CHECK` on a line or above
    /// it does the same for that line.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    skip: Vec<String>,

    /// How the findings are printed.
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "json")]
    format: Format,

    /// Print the findings as JSON, the same as `--format json`.
    #[arg(long)]
    json: bool,

    /// Name all checks, and look at nothing.
    #[arg(long, conflicts_with_all = ["profile", "only", "skip"])]
    list: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One document for programs.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
}

/// Looks, and tells what was found.
pub(super) fn run(args: &CheckArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    let format = if args.json { Format::Json } else { args.format };
    if args.list {
        list::print(format, printer);
        return Ok(Exit::Done);
    }
    let selection = Selection { only: known(&args.only)?, skip: known(&args.skip)? };
    let read = project::read(&args.folder, args.profile.as_deref(), surroundings)?;
    let report = check::look(&read.subject(), &selection);
    match format {
        Format::Text => text::print(&read, &report, printer),
        Format::Json => printer.json(&check::json(&args.folder.display().to_string(), id(&read), &report)),
        Format::Sarif => printer.json(&check::sarif(env!("CARGO_PKG_VERSION"), &report)),
    }
    if format != Format::Text {
        text::say_blind(&read, &report, printer);
    }
    Ok(exit(&report))
}

fn id(read: &Read) -> Option<&str> {
    read.profile.as_ref().map(|profile: &Profile| profile.plan.id.as_str())
}

fn exit(report: &Report) -> Exit {
    if report.count(Severity::Error) > 0 { Exit::Unmet } else { Exit::Done }
}

/// The ids of checks, each of which must be one.
fn known(ids: &[String]) -> Result<Vec<String>, Failure> {
    for id in ids {
        if check::find(id).is_none() {
            let failure = Failure::new(Exit::Usage, format!("there is no check `{id}`"));
            let near = check::nearest(id).map(|near| format!("did you mean `{near}`? "));
            return Err(failure.hint(format!("{}`emu check --list` names them all", near.unwrap_or_default())));
        }
    }
    Ok(ids.to_vec())
}
