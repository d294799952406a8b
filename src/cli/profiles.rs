//! `emu profiles`: what plans there are, what each promises and where the numbers come from.

mod audit;
mod create;
mod diff;
mod explain;
mod list;
mod schema;
mod show;
mod table;
mod validate;

use super::{Exit, Failure, Printer, Surroundings};

/// The version of the documents that `--json` prints here.
const SCHEMA: u32 = 1;

/// Arguments of `emu profiles`.
#[derive(Debug, clap::Args)]
pub struct ProfilesArgs {
    #[command(subcommand)]
    verb: Option<ProfilesVerb>,
}

/// What to do with profiles.
#[derive(Debug, clap::Subcommand)]
enum ProfilesVerb {
    /// Show every plan on one line. This is also what `emu profiles` does.
    List(list::ListArgs),
    /// Show what a plan promises.
    Show(show::ShowArgs),
    /// Show where each value of a plan comes from.
    Explain(explain::ExplainArgs),
    /// Show in what two plans differ.
    Diff(diff::DiffArgs),
    /// Check profile files.
    Validate(validate::ValidateArgs),
    /// Show the values that are guesses, or old.
    Audit(audit::AuditArgs),
    /// Print the JSON Schema of profile files, for editors.
    Schema,
    /// Write a profile file to fill in.
    New(create::NewArgs),
}

/// Does what was asked.
pub(super) fn run(args: &ProfilesArgs, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    match &args.verb {
        None => list::run(&list::ListArgs::default(), printer, surroundings),
        Some(ProfilesVerb::List(args)) => list::run(args, printer, surroundings),
        Some(ProfilesVerb::Show(args)) => show::run(args, printer, surroundings),
        Some(ProfilesVerb::Explain(args)) => explain::run(args, printer, surroundings),
        Some(ProfilesVerb::Diff(args)) => diff::run(args, printer, surroundings),
        Some(ProfilesVerb::Validate(args)) => validate::run(args, printer, surroundings),
        Some(ProfilesVerb::Audit(args)) => audit::run(args, printer, surroundings),
        Some(ProfilesVerb::Schema) => Ok(schema::run(printer)),
        Some(ProfilesVerb::New(args)) => create::run(args, printer, surroundings),
    }
}
