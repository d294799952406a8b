//! `emu compare` with real containers: tables, the record, statuses, budgets, and Ctrl-C in its rounds.

use rustix::process::Signal;
use serde_json::Value;

use crate::driver::{Given, emu};
use crate::live::Live;
use crate::schema::faults;
use crate::support::docker_answers;

/// A record that several calls share.
struct Record(tempfile::TempDir);

impl Record {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    fn call<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Given {
        emu(args).env("EMU_HOME", &self.0.path().to_string_lossy()).run()
    }

    /// The runs of the record that are parts of a question: arm and round, the newest first.
    fn parts(&self) -> Vec<(String, u64)> {
        let list: Value = serde_json::from_str(&self.call(["runs", "list", "--json"]).status(0).stdout).expect("JSON");
        let part =
            |run: &Value| (run["part"]["arm"].as_str().unwrap_or_default().to_owned(), run["part"]["round"].as_u64());
        let runs = list["runs"].as_array().expect("a list");
        runs.iter().map(part).map(|(arm, round)| (arm, round.expect("a part has a round"))).collect()
    }
}

/// `emu compare` of mimic with a short load.
fn compare(record: &Record, args: &[&str]) -> Given {
    let load = ["compare", "mimic", "--exact", "--load", "10/s for 1s"];
    record.call(load.into_iter().chain(args.iter().copied()))
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not said in\n{text}");
    }
}

#[test]
fn two_plans_give_a_table_a_record_and_the_same_table_again() {
    if !docker_answers() {
        return;
    }
    let record = Record::new();
    let given = compare(&record, &["--profile", "render-starter,render-free", "--rounds", "1"]).status(6);
    says(
        &given.stdout,
        &["mimic on 2 plans, 1 round each", "load: 10 requests per second for 1 s", "Against `render-free`"],
    );
    says(&given.stdout, &["`render-free` fits", "`render-starter` fits", "is the cheapest plan that fits"]);
    says(&given.stderr, &["too few rounds to tell plans apart; 3 rounds would do: `--rounds 3`"]);
    assert_eq!(record.parts(), [("render-free".to_owned(), 1), ("render-starter".to_owned(), 1)]);
    let again = record.call(["compare", "--show", "last"]).status(6);
    assert_eq!(again.stdout, given.stdout);
    let other = record.call(["compare", "--show", "last", "--reference", "render-starter"]).status(6);
    says(&other.stdout, &["Against `render-starter`"]);
    let json = record.call(["compare", "--show", "last", "--json"]).status(6);
    let json: Value = serde_json::from_str(&json.stdout).expect("standard output is JSON");
    assert_eq!(faults("comparison", &json), Vec::<String>::new());
}

#[test]
fn one_variable_is_changed_and_really_reaches_the_app() {
    if !docker_answers() {
        return;
    }
    let record = Record::new();
    let args = ["--profile", "render-starter", "--ab-env", "WORKERS=1,2", "--rounds", "1"];
    let given = compare(&record, &args).status(6);
    says(&given.stdout, &["mimic on 2 values", "WORKERS=1", "Against `WORKERS=1`"]);
    assert_eq!(record.parts(), [("WORKERS=2".to_owned(), 1), ("WORKERS=1".to_owned(), 1)]);
    let events = record.call(["runs", "replay", "last", "--json"]).status(0);
    says(&events.stdout, &[r#""WORKERS":"2""#]);
}

#[test]
fn recorded_runs_are_held_against_the_first_one() {
    if !docker_answers() {
        return;
    }
    let record = Record::new();
    for (name, hold) in [("before", "100MiB"), ("after", "20MiB")] {
        let run = ["run", "mimic", "--profile", "render-standard", "--name", name, "--load", "10/s for 1s"];
        record.call(run.into_iter().chain(["--", "--hold", hold])).status(0);
    }
    let given = record.call(["compare", "--runs", "before,after"]).status(0);
    says(&given.stdout, &["mimic: 2 runs", "Against `before`", "`after` fits", "Phases"]);
    let nothing = record.call(["compare", "--runs", "before,after", "--budget", "p99=1s"]).status(1);
    says(&nothing.stderr, &["budget not judged on `after`: p99 was not measured (it needs 1000 answered requests"]);
}

#[test]
fn the_wrong_path_says_nothing_about_the_plan() {
    if !docker_answers() {
        return;
    }
    let load =
        ["compare", "mimic", "--profile", "render-starter", "--rounds", "1", "--load", "10/s for 2s /status/404"];
    let given = Record::new().call(load).status(6);
    says(&given.stdout, &["`render-starter` is invalid: in `check`", "status 404", "(rule check)"]);
    says(
        &given.stderr,
        &["`GET /status/404` was answered with status 404", "nothing can be said about `render-starter`"],
    );
}

#[test]
fn a_plan_that_kills_is_too_small_and_spared_its_other_rounds() {
    if !docker_answers() {
        return;
    }
    let record = Record::new();
    let plans = ["--profile", "render-starter,render-standard", "--rounds", "2", "--set", "restart.delay=1s"];
    let given = compare(&record, &[&plans[..], &["--", "--hold", "600MiB"]].concat()).status(0);
    says(&given.stdout, &["`render-starter` is too small: killed with a need of"]);
    says(&given.stdout, &["`render-standard` fits", "`render-standard` ($25 a month) is the cheapest plan that fits"]);
    says(&given.stderr, &["`render-starter` is spared 1 further round"]);
    assert_eq!(record.parts().iter().filter(|(arm, _)| arm == "render-starter").count(), 1);
    assert_eq!(record.call(["compare", "--show", "last"]).status(0).stdout, given.stdout);
}

#[test]
fn a_broken_budget_and_an_empty_one_are_never_a_pass() {
    if !docker_answers() {
        return;
    }
    let record = Record::new();
    let plan = ["--profile", "render-standard", "--rounds", "1"];
    let broken = compare(&record, &[&plan[..], &["--budget", "memory=0.01%"]].concat()).status(1);
    says(&broken.stderr, &["budget broken on `render-standard`: memory is", "expected at most 0.01 %"]);
    says(&broken.stdout, &["`render-standard` is too small: memory"]);
    // The same runs, held against other lines.
    let empty = record.call(["compare", "--show", "last", "--budget", "memory=none", "--budget", "p99=1s"]).status(1);
    says(&empty.stderr, &["budget not judged on `render-standard`: p99 was not measured"]);
    assert!(!empty.stderr.contains("lives on none"), "nothing was found out about the plan:\n{}", empty.stderr);
    record.call(["compare", "--show", "last", "--budget", "memory=none", "--budget", "kills=0"]).status(0);
}

#[test]
fn a_projects_file_is_the_whole_question() {
    if !docker_answers() {
        return;
    }
    let text = "app = \"mimic\"\nprofiles = [\"render-standard\"]\nload = \"10/s for 1s\"\nrounds = 1\n\
                command = [\"--hold\", \"50MiB\"]\nbudget = { memory = \"1 %\" }\n";
    let given = emu(["compare"]).file("emu.toml", text).run().status(1);
    says(
        &given.stderr,
        &[
            "taking what is not said from",
            "emu.toml",
            "comparing mimic on render-standard: 10 requests per second for 1 s",
        ],
    );
    says(&given.stderr, &["budget broken on `render-standard`: memory is 2."]);
}

/// Two plans and a load that goes on until it is stopped, and says when it has begun.
fn endless(more: &[&'static str]) -> Live {
    let load = ["compare", "mimic", "--exact", "--profile", "render-starter,render-standard"];
    let drive = ["--load-command", "sh -c 'echo driving from $EMU_URL; exec sleep 600'"];
    Live::of(emu(load.into_iter().chain(drive).chain(more.iter().copied())))
}

#[tokio::test]
async fn an_interrupt_before_the_first_round_has_served_leaves_nothing() {
    if !docker_answers() {
        return;
    }
    let mut call = endless(&["--", "--boot-delay", "1h"]);
    call.line(&["comparing mimic on"]).await;
    let past = call.interrupt().await;
    assert_eq!((past.status, past.data.as_str()), (Some(130), ""));
}

#[tokio::test]
async fn an_interrupt_under_load_in_the_first_round_leaves_nothing() {
    if !docker_answers() {
        return;
    }
    let mut call = endless(&[]);
    call.line(&["driving from http://"]).await;
    let past = call.interrupt().await;
    past.tells_in_order(&[&["stopping the app as its host would"], &["round 1 of 3, render-starter: interrupted"]]);
    assert_eq!((past.status, past.data.as_str()), (Some(130), ""));
}

#[tokio::test]
async fn an_interrupt_in_the_second_round_shows_what_was_made() {
    if !docker_answers() {
        return;
    }
    let load = ["compare", "mimic", "--exact", "--profile", "render-starter,render-standard", "--rounds", "2"];
    let mut call = Live::of(emu(load.into_iter().chain(["--load", "10/s for 1s"])));
    let home = call.home();
    call.line(&["round 1 of 2, render-standard", "left"]).await;
    call.line(&["round 2 of 2, render-standard", "left"]).await;
    let past = call.interrupt().await;
    assert_eq!(past.status, Some(130));
    let again = emu(["compare", "--show", "last"]).env("EMU_HOME", &home).run();
    says(&past.data, &["1 to 2 rounds each", "incomplete: interrupted after 3 of 4 runs", "`render-starter` fits"]);
    assert_eq!(again.stdout, past.data, "what was made can be shown again");
}

#[tokio::test]
async fn a_second_interrupt_kills_what_does_not_stop() {
    if !docker_answers() {
        return;
    }
    let mut call = endless(&["--", "--ignore-term"]);
    call.line(&["driving from http://"]).await;
    call.signal(Signal::INT);
    call.line(&["stopping the app as its host would"]).await;
    let past = call.interrupt().await;
    assert_eq!((past.status, past.data.as_str()), (Some(130), ""));
}

#[tokio::test]
async fn a_killed_comparison_does_not_pass_for_a_whole_one() {
    if !docker_answers() {
        return;
    }
    let load = ["compare", "mimic", "--exact", "--profile", "render-starter,render-standard", "--rounds", "2"];
    let mut call = Live::of(emu(load.into_iter().chain(["--load", "10/s for 1s"])));
    let home = call.home();
    // The runs of a round are on disk when the next one is announced.
    call.line(&["round 1 of 2, render-starter", "left"]).await;
    call.line(&["round 1 of 2, render-standard", "left"]).await;
    let (process, _folder) = call.kill_hard().await;
    let shown = emu(["compare", "--show", "last"]).env("EMU_HOME", &home).run();
    says(&shown.stdout, &["incomplete: it still goes on, or emu was killed before its end", "`render-starter` fits"]);
    emu(["clean"]).run().status(0);
    assert_eq!(crate::live::containers_of(process).await, "", "containers are left behind");
}
