//! The embedded engine on control groups of version 2, whatever this machine has: the same tests, run
//! in a small machine of their own.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::skip;

/// What takes too long there, or is judged by time: an emulated processor is slow.
const SLOW: [&str; 4] = ["--skip", "two_hundred", "--skip", "within_a_second"];
/// What the script answers where it has nothing to make a machine of.
const LACKING: i32 = 124;

#[test]
fn root_on_version_2_keeps_the_contract() {
    holds(&[], &["native::", "--skip", "native::process::"]);
}

#[test]
fn an_ordinary_user_on_version_2_keeps_the_contract() {
    holds(&["--user"], &["native::", "--skip", "native::strongest::"]);
}

/// The tests that `choice` names pass there, all of them.
fn holds(options: &[&str], choice: &[&str]) {
    let choice: Vec<_> = choice.iter().chain(&SLOW).collect();
    let ourselves = std::env::current_exe().expect("a test has a program");
    let expected = names(&Command::new(&ourselves).args(&choice).arg("--list").output().expect("it runs"));
    assert!(expected > 20, "{choice:?} names only {expected} tests");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/v2-machine");
    let with = ["--with", env!("CARGO_BIN_EXE_emu"), "--"];
    let output =
        Command::new(script).args(options).args(with).arg(&ourselves).args(choice).output().expect("the script runs");
    let (said, complaints) = (text(&output.stdout), text(&output.stderr));
    if output.status.code() == Some(LACKING) {
        return skip("v2", complaints.trim());
    }
    assert!(output.status.success(), "{said}\n{complaints}");
    let summary = format!("test result: ok. {expected} passed; 0 failed; 0 ignored;");
    assert!(said.contains(&summary), "expected `{summary}`\n{said}\n{complaints}");
}

/// How many tests a listing names.
fn names(listing: &Output) -> usize {
    text(&listing.stdout).lines().filter(|line| line.ends_with(": test")).count()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
