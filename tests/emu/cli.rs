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

#[test]
fn the_reference_page_says_what_help_says() {
    current("docs/reference/cli.md", &emu::cli::reference());
}

/// Compares a generated page with the committed one. `EMU_BLESS=1` writes it instead.
pub fn current(path: &str, expected: &str) {
    if std::env::var_os("EMU_BLESS").is_some() {
        std::fs::create_dir_all("docs/reference").expect("the folder can be made");
        std::fs::write(path, expected).expect("the page can be written");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "{path} is not current; `EMU_BLESS=1 cargo test` rewrites it");
}
