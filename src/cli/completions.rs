use clap::CommandFactory;

use super::{Args, Exit, Printer};

/// Arguments of `emu completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell: bash, zsh, fish, elvish or powershell.
    shell: clap_complete::Shell,
}

/// Prints the script that makes a shell complete emu's commands and flags.
pub(super) fn run(args: &CompletionsArgs, printer: &Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "emu", &mut script);
    printer.data(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}
