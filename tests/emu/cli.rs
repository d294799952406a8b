//! The command line as scripts see it: statuses and streams.

use crate::driver::emu;

#[test]
fn help_is_data_and_lists_the_exit_codes() {
    let given = emu(["--help"]).run().status(0);
    assert!(given.stdout.contains("Exit codes:"), "{}", given.stdout);
    assert_eq!(given.stderr, "");
}

#[test]
fn an_unknown_command_is_a_mistake_of_usage() {
    let given = emu(["rnu"]).run().status(2);
    assert!(given.stderr.contains("unrecognized subcommand 'rnu'"), "{}", given.stderr);
    assert_eq!(given.stdout, "");
}

#[test]
fn completions_name_the_commands() {
    let given = emu(["completions", "bash"]).run().status(0);
    assert!(given.stdout.contains("completions"), "{}", given.stdout);
}
