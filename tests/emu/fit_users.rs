//! `emu fit --users`: how many users a plan carries, with the app inside emu and with real Streamlit.

use serde_json::Value;

use crate::driver::{Given, emu};
use crate::support::docker_answers;

/// Users of mimic, whose sessions keep 20 MiB each, on a plan of 192 MiB.
const SMALL: &[&str] = &[
    "fit",
    "--users",
    "mimic",
    "--engine",
    "docker",
    "--profile",
    "render-standard",
    "--set",
    "memory.limit=192MiB",
    "--hold",
    "1s",
    "--load",
    "1 user thinking 100ms for 1s /session?size=20MiB",
];

fn small(more: &[&str]) -> Given {
    emu(SMALL.iter().chain(more).copied()).run()
}

#[test]
fn users_come_until_memory_is_spent_and_one_less_stays() {
    if !docker_answers() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let call = |args: &[&str]| emu(args.iter().copied()).env("EMU_HOME", &home.path().to_string_lossy()).run();
    let given = call(&[SMALL, &["--json"]].concat()).status(0);
    let answer: Value = serde_json::from_str(&given.stdout).expect("JSON");
    let plan = &answer["plans"][0];
    let killed = plan["fall"]["user"].as_u64().expect("somebody was one too many");
    // A kernel that is short of memory may take the app's own code first, which makes it slow before it is killed.
    assert!(plan["fall"]["cause"] == "memory" || plan["fall"]["memory_at_limit"] == true, "{plan}");
    let predicted = plan["predicted"].as_u64().expect("users need memory");
    assert!(predicted.abs_diff(killed) <= 1, "{plan}");
    let each = plan["line"]["per_user_bytes"].as_f64().expect("a number");
    assert!((each / 1_048_576.0 - 20.0).abs() < 2.0, "{plan}");
    let users = plan["users"].as_u64().expect("somebody could stay");
    assert!(users < killed && users + 3 >= killed, "{plan}");

    let shown = call(&["fit", "--users", "--show", "last", "--json"]).status(0);
    assert_eq!(shown.stdout, given.stdout);
    let told = call(&["fit", "--users", "--show", "last"]).status(0);
    assert!(told.stdout.contains(&format!(", at user {killed}")), "{}", told.stdout);
}

#[test]
fn a_climb_ends_with_as_many_as_were_asked_for() {
    if !docker_answers() {
        return;
    }
    let given = small(&["--most", "2", "--closed", "1s"]).status(0);
    for words in ["2 users came, which is as many as were asked for", "2 users stayed", "1 user closed their tabs"] {
        assert!(given.stdout.contains(words), "{words}\n{}", given.stdout);
    }
}

#[test]
fn turns_that_take_too_long_are_what_gave_way() {
    if !docker_answers() {
        return;
    }
    let slow = ["--within", "1ms", "--load", "1 user thinking 100ms for 1s /slow?before=200ms"];
    let args: Vec<&str> = SMALL[..SMALL.len() - 2].iter().chain(&slow).copied().collect();
    let given = emu(args).run().status(1);
    assert!(given.stdout.contains("time, at user 1"), "{}", given.stdout);
}

#[test]
fn an_app_that_is_not_streamlit_is_told() {
    if !docker_answers() {
        return;
    }
    let load = ["--load", "1 streamlit user for 1s"];
    let args: Vec<&str> = SMALL[..SMALL.len() - 2].iter().chain(&load).copied().collect();
    let given = emu(args).run().status(1);
    assert!(given.stderr.contains("expected the socket of a Streamlit app: is it one?"), "{}", given.stderr);
    assert!(given.stdout.contains("turns fail, at user 1"), "{}", given.stdout);
}

#[test]
fn an_app_that_does_not_come_up_is_told_at_once() {
    if !docker_answers() {
        return;
    }
    let args = ["fit", "--users", "mimic", "--engine", "docker", "--profile", "render-standard"];
    let given = emu(args.into_iter().chain(["--", "--crash-at-boot", "3"])).run().status(1);
    assert!(
        given.stdout.contains("nobody could come: the app crashed with status 3 before it served"),
        "{}",
        given.stdout
    );
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_runs() {
    let cases = [
        (&["--most", "0"][..], "`--most 0`: expected at least one user"),
        (&["--within", "4MiB"], "`--within 4MiB`: found `4MiB`, expected a duration"),
        (&["--load", "20/s for 2m"], "`--load` has no phase of users"),
    ];
    for (args, words) in cases {
        let given = emu(["fit", "--users", "mimic", "--profile", "render-free"].iter().chain(args).copied()).run();
        assert!(given.stderr.contains(words), "{words}\n{}", given.stderr);
        assert_eq!(given.status, 2, "{words}");
    }
    let two = emu(["fit", "mimic", "--profile", "render-free,render-standard"]).run().status(2);
    assert!(two.stderr.contains("a limit is looked for on one plan"), "{}", two.stderr);
}
