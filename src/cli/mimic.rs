use std::sync::Arc;

use crate::mimic;

use super::{Exit, Printer, Surroundings};

/// Arguments of the built-in app.
#[derive(Debug, clap::Args)]
pub struct MimicArgs {
    #[command(flatten)]
    knobs: mimic::Knobs,
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
