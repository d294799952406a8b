//! Arguments, terminal, environment, exit codes. Only this room prints, reads the environment, or
//! decides how the process ends.
//!
//! One file per command. A command is given plain values and a [`Printer`], and returns an [`Exit`]
//! or a [`Failure`]; nothing else in the program knows about either.

mod args;
mod clean;
mod compare;
mod completions;
mod doctor;
mod door;
mod engine;
mod exit;
mod explain;
mod failure;
mod fit;
mod header;
mod lab;
mod load;
mod mimic;
mod printer;
mod profile;
mod profiles;
mod reference;
mod rounds;
mod run;
mod runs;
mod signals;
mod subject;
mod summary;
mod surroundings;

pub use args::Args;
pub use exit::Exit;
pub use failure::Failure;
pub use printer::Printer;
pub use reference::{parses, reference};
pub use surroundings::Surroundings;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use args::Verb;

/// Runs the command line and tells the process how it ended.
pub fn main() -> ExitCode {
    let surroundings = Surroundings::read();
    let printer = Printer::new();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return printer::usage(&error).into(),
    };
    logging(&surroundings);
    let ended = catch_unwind(AssertUnwindSafe(|| dispatch(args.verb, &printer, &surroundings)));
    let exit = match ended {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => printer.failure(&failure),
        Err(_) => printer.failure(&Failure::mistake()),
    };
    exit.into()
}

fn dispatch(verb: Verb, printer: &Printer, surroundings: &Surroundings) -> Result<Exit, Failure> {
    match verb {
        Verb::Run(args) => run::run(&args, printer, surroundings),
        Verb::Compare(args) => compare::run(&args, printer, surroundings),
        Verb::Fit(args) => fit::run(&args, printer, surroundings),
        Verb::Explain(args) => explain::run(&args, printer, surroundings),
        Verb::Runs(args) => runs::run(&args, printer, surroundings),
        Verb::Doctor(args) => doctor::run(&args, printer, surroundings),
        Verb::Clean(args) => clean::run(&args, printer, surroundings),
        Verb::Completions(args) => Ok(completions::run(&args, printer)),
        Verb::Mimic(args) => Ok(mimic::run(args, surroundings)),
        Verb::Profiles(args) => profiles::run(&args, printer, surroundings),
    }
}

/// Diagnostics for whoever works on emu, on standard error, only when `EMU_LOG` asks for them.
fn logging(surroundings: &Surroundings) {
    if let Some(filter) = surroundings.get("EMU_LOG") {
        let filter = tracing_subscriber::EnvFilter::new(filter);
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}
