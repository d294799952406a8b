use std::sync::Arc;

use crate::mimic;

use clap::Args;

use super::{Exit, Failure, Printer, Surroundings};

/// Arguments of the built-in app.
#[derive(Debug, clap::Args)]
pub struct MimicArgs {
    #[command(flatten)]
    knobs: mimic::Knobs,
}

/// Whether these are its knobs. Asked before it is started, because a plan starts a failing app again and again.
pub(super) fn accepts(knobs: &[String]) -> Result<(), Failure> {
    let command = MimicArgs::augment_args(clap::Command::new("mimic").no_binary_name(true));
    match command.try_get_matches_from(knobs) {
        Err(error) if error.use_stderr() => Err(refused(&error.to_string())),
        Err(_) => Err(refused("it would tell of itself and leave, expected knobs to run with")),
        Ok(_) => Ok(()),
    }
}

fn refused(told: &str) -> Failure {
    let line = |mark: &str| told.lines().find_map(|line| line.trim_start().strip_prefix(mark)).map(str::trim);
    let failure = Failure::new(Exit::Usage, format!("mimic: {}", line("error:").unwrap_or(told)));
    let failure = line("tip:").map(str::to_owned).into_iter().fold(failure, Failure::hint);
    failure.hint("`emu __mimic --help` lists its knobs")
}

/// Is the built-in app, until it ends. Its log is its data.
pub(super) fn run(args: MimicArgs, surroundings: &Surroundings) -> Exit {
    let printer = Printer::new();
    let status = mimic::run(
        args.knobs,
        mimic::Surroundings {
            port: surroundings.get("PORT").map(str::to_owned),
            environment: surroundings.all().keys().cloned().collect(),
            log: Arc::new(move |line| printer.data(line)),
        },
    );
    Exit::Told(status)
}
