//! Users of a real Streamlit app, of the oldest version that they know and of the newest.

use tokio::process::Command;

use crate::driver::{Given, emu};
use crate::support::{native, skip};

const OLDEST: &str = "/tests/apps/streamlit-users/1.28";
const NEWEST: &str = "/tests/apps/streamlit-tables";

/// Starts the app in the words of a shell, with the interpreter of the environment as its first argument.
const START: &str = "exec \"$0/bin/streamlit\" run app.py --server.port \"$PORT\" --server.address 0.0.0.0 \
                     --server.headless true --browser.gatherUsageStats false";

/// The virtual environment with what this folder requires, made once per machine.
async fn packages(folder: &str) -> Option<String> {
    native().await?;
    let root = env!("CARGO_MANIFEST_DIR");
    let script = Command::new(format!("{root}/tests/scripts/streamlit-venv")).arg(format!("{root}{folder}")).output();
    let made = script.await.expect("the script can be run");
    if !made.status.success() {
        let reason = String::from_utf8_lossy(&made.stderr).into_owned();
        skip("streamlit", &format!("the virtual environment could not be made: {reason}"));
        return None;
    }
    Some(String::from_utf8_lossy(&made.stdout).trim().to_owned())
}

/// Runs `app` in an environment with this load.
fn run(packages: &str, app: &str, load: &str) -> Given {
    let args = [
        "run",
        "--profile",
        "render-standard",
        "--engine",
        "native",
        "--no-platform-delay",
        "--set",
        "shutdown.grace=1s",
        "--load",
    ];
    let call = emu(args.into_iter().chain([load, "--", "sh", "-c", START, packages]));
    let list = include_str!("../fixtures/users.toml");
    call.file("app.py", app).file("users.toml", list).file("wrong.toml", WRONG).file("orders.csv", "a;b\n1;2\n").run()
}

const APP: &str = include_str!("../apps/streamlit-users/app.py");

/// One fault after the other; the last one ends the app.
const WRONG: &str = r#"
[[phase]]
name = "wrong"
kind = "streamlit"
[[phase.step]]
click = "Lod"
[[phase.step]]
set = { Colour = "pink" }
[[phase.step]]
click = "Hang"
within = "3 s"
[[phase.step]]
open = "/"
[[phase.step]]
click = "Raise"
[[phase.step]]
name = "the rest of the page is there again"
expect = { holds = "never again" }
[[phase.step]]
click = "Die"
"#;

#[tokio::test]
async fn everything_can_be_done_on_the_oldest_version() {
    let Some(packages) = packages(OLDEST).await else { return };
    everything(&run(&packages, APP, "users.toml").status(0));
}

#[tokio::test]
async fn everything_can_be_done_on_the_newest_version() {
    let Some(packages) = packages(NEWEST).await else { return };
    everything(&run(&packages, APP, "users.toml").status(0));
}

fn everything(given: &Given) {
    assert!(given.stderr.contains("19 due, 19 answered as expected"), "{}", given.stderr);
    assert!(given.stderr.contains("step 14, anna: upload orders.csv: finished after "), "{}", given.stderr);
}

#[tokio::test]
async fn every_fault_of_an_app_is_told_apart() {
    let Some(packages) = packages(NEWEST).await else { return };
    let given = run(&packages, APP, "wrong.toml").status(1);
    for line in [
        "step 1, visitor: click Lod FAILED: the page has no button called `Lod`; the nearest is `Load`, others are ",
        "step 2, visitor: set Colour FAILED: the select box `Colour` was given `\"pink\"`, expected one of `red`, `green`",
        "step 3, visitor: click Hang FAILED: the script had not ended after 3.0 s",
        "step 5, visitor: click Raise FAILED: the page shows the exception `ValueError: no such order`, expected none",
        "step 6, visitor: the rest of the page is there again: finished after ",
        "step 7, visitor: click Die FAILED: the socket broke before the script had ended",
        "5 steps did not come out as the scenario expects",
    ] {
        assert!(given.stderr.contains(line), "{line}\n{}", given.stderr);
    }
}

#[tokio::test]
async fn an_app_that_does_not_compile_is_told() {
    let Some(packages) = packages(NEWEST).await else { return };
    let given = run(&packages, "import streamlit as st\nst.write(\"a\"\n", "1 streamlit user for 500ms").status(1);
    assert!(given.stderr.contains("the app does not compile: `SyntaxError: "), "{}", given.stderr);
    assert!(given.stdout.contains("the app does not"), "{}", given.stdout);
}

#[tokio::test]
async fn users_come_think_and_are_counted_as_requests_are() {
    let Some(packages) = packages(NEWEST).await else { return };
    let given = run(&packages, APP, "3 streamlit users thinking 500ms for 4s").status(0);
    assert!(given.stdout.contains("users"), "{}", given.stdout);
    assert!(given.stderr.contains("3 Streamlit users thinking 500 ms for 4 s"), "{}", given.stderr);
}

#[test]
fn an_app_that_is_not_streamlit_is_told() {
    let load = ["--load", "1 streamlit user thinking 1s for 500ms", "--profile", "render-standard"];
    let given = emu(["run", "mimic"].into_iter().chain(load)).run();
    assert!(given.stderr.contains("expected the socket of a Streamlit app: is it one?"), "{}", given.stderr);
}

#[tokio::test]
async fn users_use_an_app_as_it_wants_to_be_used() {
    let users = ["--profile", "render-standard", "--users", "2 thinking 200ms for 2s"];
    let plain = emu(["run", "mimic"].into_iter().chain(users)).run().status(0);
    for words in ["this is no Streamlit app", "2 users thinking 200 ms for 2 s"] {
        assert!(plain.stderr.contains(words), "{words}\n{}", plain.stderr);
    }
    let Some(packages) = packages(NEWEST).await else { return };
    let native = ["run", "--engine", "native", "--no-platform-delay"].into_iter().chain(users);
    let tabs = emu(native.chain(["--", "sh", "-c", START, &packages])).file("app.py", APP).run().status(0);
    for words in ["this is a Streamlit app", "2 Streamlit users thinking 200 ms for 2 s"] {
        assert!(tabs.stderr.contains(words), "{words}\n{}", tabs.stderr);
    }
}

/// Lets users come to `app` until it gives way, who click this button.
fn fit(packages: &str, (app, click): (&str, &str), more: &[&str]) -> Given {
    let load = format!(
        "[[phase]]\nkind = \"streamlit\"\nusers = 1\nthink = \"100 ms\"\nfor = \"1 s\"\n[[phase.step]]\nclick = \"{click}\"\n"
    );
    let args = ["fit", "--users", "--engine", "native", "--profile", "render-standard", "--load", "click.toml"];
    let call = emu(args.into_iter().chain(more.iter().copied()).chain(["--", "sh", "-c", START, packages]));
    call.file("app.py", app).file("click.toml", &load).run()
}

#[tokio::test]
async fn what_users_meet_ends_the_climb_and_is_told() {
    let Some(packages) = packages(NEWEST).await else { return };
    let cases = [
        ("Lod", "the page has no button called `Lod`; the nearest is `Load`", "turns fail, at user 1"),
        ("Raise", "the page shows the exception `ValueError: no such order`", "turns fail, at user 1"),
        ("Die", "", "the app ended, at user 1"),
    ];
    for (click, words, gave_way) in cases {
        let given = fit(&packages, (APP, click), &[]).status(1);
        assert!(given.stderr.contains(words), "{words}\n{}", given.stderr);
        assert!(given.stdout.contains(gave_way), "{gave_way}\n{}", given.stdout);
    }
}

/// Every session keeps 20 MiB, every page of which is used.
const KEEPS: &str = r#"
import os
import streamlit as st
if "data" not in st.session_state:
    st.session_state["data"] = bytearray(os.urandom(1024)) * (20 * 1024)
st.button("Again")
"#;

#[tokio::test]
async fn the_user_who_is_one_too_many_is_known_before_they_come() {
    let Some(packages) = packages(NEWEST).await else { return };
    let small = ["--set", "memory.limit=256MiB", "--hold", "1s", "--within", "30s", "--json"];
    let given = fit(&packages, (KEEPS, "Again"), &small).status(0);
    let answer: serde_json::Value = serde_json::from_str(&given.stdout).expect("JSON");
    let plan = &answer["plans"][0];
    let (killed, predicted) = (plan["fall"]["user"].as_u64(), plan["predicted"].as_u64());
    assert_eq!(plan["fall"]["cause"], "memory", "{plan}");
    assert!(killed.zip(predicted).is_some_and(|(killed, predicted)| killed.abs_diff(predicted) <= 1), "{plan}");
}
