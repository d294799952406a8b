//! Arguments, terminal, environment, exit codes. Only this room prints, reads the environment, or
//! decides how the process ends.
//!
//! One file per command. A command is given plain values and a [`Printer`], and returns an [`Exit`]
//! or a [`Failure`]; nothing else in the program knows about either.

mod args;
mod background;
mod build;
mod check;
mod clean;
mod compare;
mod completions;
mod doctor;
mod door;
mod engine;
mod exit;
mod explain;
mod failure;
mod files;
mod fit;
mod folder;
mod header;
mod lab;
mod live;
mod load;
mod mimic;
mod printer;
mod profile;
mod profiles;
mod reference;
mod rounds;
mod run;
mod runs;
mod secrets;
mod signals;
mod subject;
mod summary;
mod surroundings;
mod veil;

pub use args::Args;
pub use exit::Exit;
pub use failure::Failure;
pub use printer::Printer;
pub use reference::{parses, reference};
pub use surroundings::Surroundings;

use std::io::Write;
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
    logging(&surroundings, &printer);
    tell_panics(&printer);
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
        Verb::Build(args) => build::run(&args, printer, surroundings),
        Verb::Start(args) => background::start(&args, printer, surroundings),
        Verb::Stop(args) => background::stop(&args, printer, surroundings),
        Verb::Restart(args) => background::restart(&args, printer, surroundings),
        Verb::Logs(args) => background::logs(&args, printer, surroundings),
        Verb::Status(args) => background::status(&args, printer, surroundings),
        Verb::Top(args) => background::top(&args, printer, surroundings),
        Verb::Supervisor => background::supervise(printer, surroundings),
        Verb::Compare(args) => compare::run(&args, printer, surroundings),
        Verb::Fit(args) => fit::run(&args, printer, surroundings),
        Verb::Explain(args) => explain::run(&args, printer, surroundings),
        Verb::Runs(args) => runs::run(&args, printer, surroundings),
        Verb::Check(args) => check::run(&args, printer, surroundings),
        Verb::Doctor(args) => doctor::run(&args, printer, surroundings),
        Verb::Clean(args) => clean::run(&args, printer, surroundings),
        Verb::Completions(args) => Ok(completions::run(&args, printer)),
        Verb::Shim => Ok(Exit::Told(crate::engine::native::shim::run())),
        Verb::Files(args) => Ok(files::run(args, surroundings)),
        Verb::Mimic(args) => Ok(mimic::run(args, surroundings)),
        Verb::Profiles(args) => profiles::run(&args, printer, surroundings),
    }
}

/// Diagnostics for whoever works on emu, on standard error, only when `EMU_LOG` asks for them.
fn logging(surroundings: &Surroundings, printer: &Printer) {
    if let Some(filter) = surroundings.get("EMU_LOG") {
        let veil = printer.veil().clone();
        let filter = tracing_subscriber::EnvFilter::new(filter);
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || veil.stderr()).init();
    }
}

/// A mistake of ours may repeat the text that it stumbled over.
fn tell_panics(printer: &Printer) {
    let veil = printer.veil().clone();
    std::panic::set_hook(Box::new(move |panic| {
        live::lower();
        let trace = std::backtrace::Backtrace::capture();
        let trace = match trace.status() {
            std::backtrace::BacktraceStatus::Captured => format!("\n{trace}"),
            _ => String::new(),
        };
        // There is nobody to tell about a closed standard error.
        let _ = writeln!(veil.stderr(), "{panic}{trace}");
    }));
}
