use std::fmt::Write;

use clap::{Command, CommandFactory, Parser};

use super::Args;

/// The command line reference as Markdown, from the same texts as `--help`.
pub fn reference() -> String {
    let mut command = Args::command().term_width(100);
    command.build();
    let mut page = String::from(
        "# Command line\n\nGenerated from the texts of `--help`; a test keeps it current (`EMU_BLESS=1 cargo test` rewrites it).\n",
    );
    describe(&mut command, &mut page);
    page
}

fn describe(command: &mut Command, page: &mut String) {
    let name = command.get_bin_name().unwrap_or("emu").to_owned();
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a string cannot fail.
    let _ = write!(page, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    for verb in command.get_subcommands_mut().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        describe(verb, page);
    }
}

/// Whether the command line takes these words after `emu`, for the tests of documents.
///
/// # Errors
/// What is wrong, as a user would read it.
pub fn parses<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<(), String> {
    let words = ["emu"].into_iter().chain(words);
    Args::try_parse_from(words).map(|_| ()).map_err(|error| error.to_string())
}
