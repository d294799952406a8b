//! Questions that `emu compare` refuses: what was found, what was expected, one next step, the documented
//! status, and nothing ran.

use std::fs;
use std::process::Command;

use crate::driver::{Emu, Given, emu};
use crate::support::docker_answers;

const LIFE: &str = include_str!("../fixtures/life.jsonl");

/// `emu compare` without any engine: whatever gets as far as looking for one ends with status 4.
fn compare<'a>(args: impl IntoIterator<Item = &'a str>) -> Emu {
    emu(["compare", "--engine", "docker"].into_iter().chain(args)).env("DOCKER_HOST", "unix:///nowhere/docker.sock")
}

/// Two plans and what is wrong with the rest.
fn two_plans<'a>(args: impl IntoIterator<Item = &'a str>) -> Emu {
    compare(["mimic", "--profile", "render-free,render-starter"].into_iter().chain(args))
}

/// A record with one run, `before`.
fn with_a_life() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let import = emu(["runs", "import", "life.jsonl"]).file("life.jsonl", LIFE);
    import.env("EMU_HOME", &home.path().to_string_lossy()).run().status(0);
    home
}

/// Demands a status, these words on standard error, exactly one error, and nothing on standard output.
fn refused(given: Given, status: i32, words: &[&str]) {
    let given = given.status(status);
    for word in words {
        assert!(given.stderr.contains(word), "`{word}` is not said in\n{}", given.stderr);
    }
    assert_eq!(given.stderr.matches("error:").count(), 1, "{}", given.stderr);
    assert_eq!(given.stdout, "", "nothing ran, so nothing is data");
}

#[test]
fn the_helper_notices_what_gets_as_far_as_an_engine() {
    refused(two_plans([]).run(), 4, &["unix:///nowhere/docker.sock", "hint:"]);
}

#[test]
fn nothing_to_compare_is_told_with_what_to_type() {
    refused(compare([]).run(), 2, &["no app was named", "hint:", "emu compare mimic --profile"]);
    refused(compare(["mimic"]).run(), 2, &["no plan was named", "`--profile ID,ID`", "emu profiles list"]);
    refused(compare(["mimic", "--profile", "render-free,"]).run(), 2, &["`--profile render-free,`", "an empty name"]);
}

#[test]
fn an_unknown_plan_comes_with_the_nearest_ones() {
    let given = compare(["mimic", "--profile", "render-free,render-startr"]).run();
    refused(given, 3, &["`render-startr`", "hint: nearest: `render-starter`"]);
}

#[test]
fn a_reference_that_is_not_compared_comes_with_those_that_are() {
    let given = two_plans(["--exact", "--reference", "render-pro"]).run();
    refused(given, 2, &["`--reference render-pro`", "`render-free`, `render-starter`", "hint:"]);
}

#[test]
fn a_load_that_is_none_says_which_word_is_wrong() {
    for (load, found) in [
        ("20/x for 2m", "found `20/x`"),
        ("0/s for 2s", "found `0/s`, expected a rate above `0/s`"),
        ("2000000/s for 2s", "of at most `1000000/s`"),
        ("10/s for 0s", "found `0s`, expected more than 0 s"),
        ("", "found nothing"),
    ] {
        refused(two_plans(["--load", load]).run(), 3, &[&format!("`{load}` is no load"), found, "hint: a load is"]);
    }
}

#[test]
fn a_scenario_with_an_unknown_key_is_refused_with_its_line() {
    let text = "[[phase]]\nrate = \"10/s\"\nfor = \"2s\"\npth = \"/\"\n";
    let given = two_plans(["--load", "load.toml"]).file("load.toml", text).run();
    refused(given, 3, &["load.toml:4: `phase.pth`", "found an unknown key", "did you mean `path`?", "hint:"]);
}

#[test]
fn a_scenario_that_contradicts_itself_is_refused() {
    let text = "[[phase]]\nrate = \"10/s\"\nusers = 3\nfor = \"2s\"\n";
    let given = two_plans(["--load", "load.toml"]).file("load.toml", text).run();
    refused(given, 3, &["load.toml:", "`rate`", "`users`", "hint:"]);
    let empty = two_plans(["--load", "load.toml"]).file("load.toml", "").run();
    refused(empty, 3, &["load.toml: `phase`: found nothing", "[[phase]]"]);
}

#[test]
fn files_that_are_not_there_are_named_before_anything_runs() {
    refused(two_plans(["--load", "load.toml"]).run(), 3, &["`load.toml` cannot be read", "hint: check the path"]);
    let text = "[[phase]]\ntimes = 1\npath = \"/upload\"\nupload = { file = \"orders.csv\" }\n";
    let given = two_plans(["--load", "load.toml"]).file("load.toml", text).run();
    refused(given, 3, &["load.toml:4: `phase.upload", "orders.csv", "hint:"]);
}

#[test]
fn a_budget_line_that_is_none_says_what_would_be_one() {
    for (line, words) in [
        ("p95", "expected KEY=VALUE"),
        ("p95=fast", "`p95`: found `fast`, expected a duration"),
        ("p96=1s", "(did you mean `p95`?)"),
        ("kills=-1", "`kills`: found `-1`"),
        ("memory=120%", "`memory`: found `120%`"),
    ] {
        refused(two_plans(["--budget", line]).run(), 2, &["`--budget`", words, "hint:"]);
    }
}

#[test]
fn a_variable_to_change_needs_one_plan_a_name_and_two_values() {
    for text in ["WORKERS", "WORKERS=1", "=1,2", "MY WORKERS=1,2"] {
        let given = compare(["mimic", "--profile", "render-free", "--ab-env", text]).run();
        let name = text.split('=').next().unwrap_or_default();
        refused(given, 2, &[&format!("`--ab-env {name}`"), "at least two values", "hint:"]);
    }
    refused(two_plans(["--ab-env", "WORKERS=1,2"]).run(), 2, &["found 2 plans", "name one plan with `--profile`"]);
}

#[test]
fn recorded_runs_that_are_not_there_are_named() {
    refused(compare(["--runs", "before,after"]).run(), 2, &["no run is recorded yet", "hint: `emu run"]);
    let home = with_a_life();
    let given = compare(["--runs", "before,aftr"]).env("EMU_HOME", &home.path().to_string_lossy()).run();
    refused(given, 2, &["no run is called `aftr`", "hint:"]);
    refused(compare(["--show", "last"]).run(), 2, &["no comparison `last` is recorded", "hint:"]);
    refused(compare(["--show", "20260101-0000-aaaa"]).run(), 2, &["no comparison `20260101-0000-aaaa`", "hint:"]);
}

#[test]
fn a_run_of_another_major_version_is_refused_by_its_name() {
    let home = with_a_life();
    let record = rusqlite::Connection::open(home.path().join("runs.sqlite3")).expect("the record is there");
    record.execute("UPDATE runs SET format = '2.0'", []).expect("the record can be changed");
    let given = compare(["--runs", "before"]).env("EMU_HOME", &home.path().to_string_lossy()).run();
    refused(given, 3, &["format 2.0", "this emu reads format 1.x", "use a newer emu"]);
}

#[test]
fn an_emu_toml_with_a_wrong_key_is_refused_with_its_line() {
    let text = "app = \"mimic\"\nprofile = [\"render-free\"]\n";
    let given = compare([]).file("emu.toml", text).run();
    refused(given, 3, &["emu.toml:2: `profile`", "did you mean `profiles`?", "hint:"]);
}

#[test]
fn an_answer_that_cannot_be_written_is_told_before_anything_runs() {
    let given = two_plans(["--output", "nowhere/answer.md"]).run();
    refused(given, 2, &["`nowhere/answer.md` cannot be written", "hint: choose another file"]);
    let call = two_plans(["--output", "answer.md"]).file("answer.md", "mine\n");
    let file = call.folder().join("answer.md");
    let (mut command, _folder) = call.into_parts();
    assert_eq!(command.output().expect("the binary under test runs").status.code(), Some(4));
    assert_eq!(fs::read_to_string(file).expect("it is there"), "mine\n", "what was in the file stays");
}

#[test]
fn questions_that_exclude_one_another_are_a_mistake_of_usage() {
    refused(compare(["mimic", "--runs", "a,b"]).run(), 2, &["cannot be used with"]);
    refused(compare(["--show", "last", "--rounds", "2"]).run(), 2, &["cannot be used with"]);
    let given = two_plans(["--load", "1/s for 1s", "--load-command", "true"]).run();
    refused(given, 2, &["cannot be used with"]);
}

#[test]
fn a_plan_larger_than_this_machine_is_named() {
    if !docker_answers() {
        return;
    }
    let args = ["compare", "mimic", "--profile", "render-free", "--set", "memory.limit=8TiB"];
    refused(emu(args).run(), 4, &["`render-free`", "8 TiB", "hint:", "leave this plan out"]);
}

#[test]
fn plans_that_this_machine_does_not_hold_together_take_turns() {
    if !docker_answers() {
        return;
    }
    let told =
        Command::new("docker").args(["info", "--format", "{{.MemTotal}}"]).output().expect("the client is there");
    let total: u64 = String::from_utf8_lossy(&told.stdout).trim().parse().expect("a number of bytes");
    let more_than_half = format!("memory.limit={} MiB", total / 10 * 6 / (1 << 20));
    let args = ["compare", "mimic", "--profile", "render-free,render-starter", "--parallel", "--set", &more_than_half];
    refused(emu(args).run(), 4, &["side by side these plans need", "this machine has", "leave out `--parallel`"]);
}
