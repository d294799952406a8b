//! Arguments, terminal, environment, exit codes. Only this room prints.

use std::process::ExitCode;

/// Runs the command line and tells the process how it ended.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
