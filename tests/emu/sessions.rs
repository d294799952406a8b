//! Users with a session who are in no Streamlit tab: on a WebSocket, and in a real Gradio app.

use tokio::process::Command;

use crate::driver::{Emu, emu};
use crate::support::{native, skip};

const ON_A_LINE: &str = r#"
[[phase]]
name = "by hand"
kind = "websocket"
[[phase.step]]
open = "/ws?every=200ms"
expect = { holds = "push 2" }
[[phase.step]]
send = "hello"
expect = { holds = "hello" }
[[phase.step]]
away = "100 ms"
expect = { holds = "push 1" }
"#;

const WRONG: &str = r#"
[[phase]]
name = "wrong"
kind = "websocket"
[[phase.step]]
open = "/ws"
[[phase.step]]
send = "hello"
within = "300 ms"
expect = { holds = "goodbye" }
[[phase.step]]
open = "/nothing"
"#;

const CROWD: &str = r#"
[[phase]]
name = "crowd"
kind = "websocket"
users = 10
think = "100 ms"
for = "2 s"
path = "/ws"
[[phase.step]]
send = "tea"
expect = { holds = "tea" }
"#;

const IN_GRADIO: &str = r#"
[[phase]]
name = "by hand"
kind = "gradio"
[[phase.step]]
call = "shout"
inputs = ["tea", 2]
expect = { holds = "TEATEA" }
[[phase.step]]
call = "fail"
inputs = ["tea"]
expect = { exception = true, holds = "no tea today" }
[[phase.step]]
call = "count"
inputs = [2]
[[phase.step]]
call = "count"
inputs = [3]
expect = { holds = "counted 5", lacks = "counted 3" }
[[phase.step]]
user = "ben"
call = "count"
inputs = [4]
expect = { holds = "counted 4" }

[[phase]]
name = "crowd"
kind = "gradio"
users = 5
think = "200 ms"
for = "3 s"
[[phase.step]]
call = "shout"
inputs = ["tea", 1]
expect = { holds = "TEA" }

[[phase]]
name = "wrong"
kind = "gradio"
[[phase.step]]
call = "fail"
inputs = ["tea"]
[[phase.step]]
call = "shuot"
[[phase.step]]
call = "shout"
inputs = ["tea"]
"#;

fn against_mimic(load: &str) -> Emu {
    let call = ["run", "mimic", "--engine", "native", "--profile", "render-starter", "--no-platform-delay", "--load"];
    emu(call.into_iter().chain([load])).file("line.toml", ON_A_LINE).file("wrong.toml", WRONG).file("crowd.toml", CROWD)
}

#[tokio::test]
async fn a_list_is_gone_through_on_a_websocket() {
    if native().await.is_none() {
        return;
    }
    let given = against_mimic("line.toml").run().status(0);
    for step in ["open /ws?every=200ms", "send hello", "away for 100 ms"] {
        assert!(given.stderr.contains(&format!("visitor: {step}: finished")), "{step}:\n{}", given.stderr);
    }
}

#[tokio::test]
async fn what_a_websocket_does_not_say_is_told_with_what_it_said() {
    if native().await.is_none() {
        return;
    }
    let told = against_mimic("wrong.toml").run().status(1).stderr;
    assert!(told.contains("FAILED: no message with `goodbye` within 300 ms; the last was `hello`"), "{told}");
    assert!(
        told.contains("FAILED: `/nothing` was answered with status 404, expected 101: has it a WebSocket there?"),
        "{told}"
    );
}

#[tokio::test]
async fn a_crowd_talks_or_stays() {
    if native().await.is_none() {
        return;
    }
    let crowd = against_mimic("crowd.toml").run().status(0);
    assert!(crowd.stderr.contains("crowd: 10 WebSocket users thinking 100 ms for 2 s"), "{}", crowd.stderr);
    assert!(!crowd.stderr.contains(" not;") && !crowd.stdout.contains("timed out"), "{}", crowd.stdout);
    let stays = against_mimic("20 websocket users for 1s /ws").run().status(0).stderr;
    assert!(stays.contains("users: 20 WebSocket users for 1 s"), "{stays}");
    assert!(stays.contains("20 due, 20 answered as expected"), "{stays}");
}

/// The virtual environment with the newest Gradio, made once per machine.
async fn gradio() -> Option<String> {
    native().await?;
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = format!("{root}/tests/apps/gradio-queue");
    let made = Command::new(format!("{root}/tests/scripts/streamlit-venv")).arg(folder).output();
    let made = made.await.expect("the script can be run");
    if !made.status.success() {
        skip("gradio", &format!("no virtual environment: {}", String::from_utf8_lossy(&made.stderr)));
        return None;
    }
    Some(format!("{}/bin/python", String::from_utf8_lossy(&made.stdout).trim()))
}

#[tokio::test]
async fn users_of_a_real_gradio_app() {
    let Some(python) = gradio().await else { return };
    let call = ["run", "--profile", "render-standard", "--engine", "native", "--isolation", "process"];
    let load = ["--no-platform-delay", "--set", "shutdown.grace=1s", "--load", "gradio.toml", "--", &python, "app.py"];
    let app = include_str!("../apps/gradio-queue/app.py");
    let given = emu(call.into_iter().chain(load)).file("app.py", app).file("gradio.toml", IN_GRADIO).run().status(1);
    let told = &given.stderr;
    for right in ["call shout", "call fail", "call count"] {
        assert!(told.contains(&format!("visitor: {right}: finished")), "{right}:\n{told}");
    }
    assert!(told.contains("ben: call count: finished"), "{told}");
    assert!(told.contains("crowd: 5 Gradio users thinking 200 ms for 3 s"), "{told}");
    for wrong in [
        "`fail` ended with the error `no tea today`, expected none",
        "the app has no function `shuot`; it has `shout`, `fail`, `count`",
        "`shout` takes 2 inputs, found 1",
    ] {
        assert!(told.contains(&format!("FAILED: {wrong}")), "{wrong}:\n{told}");
    }
    assert_eq!(told.matches("FAILED").count(), 3, "{told}");
}
