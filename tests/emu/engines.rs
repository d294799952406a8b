//! Two engines, one scenario: their tables agree.

use serde_json::Value;

use crate::driver::emu;
use crate::support::{docker_answers, native};

/// Visitors, a table that fits, then one that does not; the app comes back and is visited again.
const SCENARIO: &str = r#"
warm_up = "none"

[[phase]]
name = "visitors"
rate = "10/s"
for = "2 s"

[[phase]]
name = "fits"
times = 1
path = "/memory/hold?size=200MB"

[[phase]]
name = "holding"
rest = "2 s"

[[phase]]
name = "too much"
times = 1
path = "/memory/hold?size=600MB"
expect = { status = 502 }

[[phase]]
name = "coming back"
rest = "4 s"

[[phase]]
name = "again"
rate = "10/s"
for = "2 s"
"#;

/// The summary of the scenario under this engine.
fn played(engine: &str) -> Value {
    let call = ["run", "mimic", "--engine", engine, "--profile", "render-free", "--set", "cpu.share=1"];
    let rest = ["--warp", "60", "--no-platform-delay", "--load", "load.toml", "--json", "--", "--hold", "50MB"];
    let given = emu(call.into_iter().chain(rest)).file("load.toml", SCENARIO).run();
    serde_json::from_str(&given.stdout).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", given.stdout, given.stderr))
}

/// The peak need of a phase, in bytes.
fn peak(summary: &Value, phase: &str) -> f64 {
    let phases = summary["phases"].as_array().expect("phases");
    let found =
        phases.iter().find(|found| found["name"] == phase).unwrap_or_else(|| panic!("no `{phase}` in {phases:?}"));
    found["need_peak_bytes"].as_f64().unwrap_or_else(|| panic!("no peak in {found}"))
}

/// How often each state was entered.
fn states(summary: &Value) -> Vec<(String, u64)> {
    let states = summary["states"].as_array().expect("states");
    let times = |state: &Value| state["entered"].as_u64().unwrap_or_else(|| panic!("no count in {state}"));
    states.iter().map(|state| (state["state"].as_str().unwrap_or_default().to_owned(), times(state))).collect()
}

#[tokio::test]
async fn the_same_scenario_gives_tables_that_agree() {
    if !docker_answers() || native().await.is_none() {
        return;
    }
    let (docker, native) = (played("docker"), played("native"));
    for phase in ["visitors", "holding", "again"] {
        let (one, other) = (peak(&docker, phase), peak(&native, phase));
        assert!((one / other - 1.0).abs() < 0.05, "{phase}: {one} on docker, {other} on native");
    }
    assert_eq!(states(&docker), states(&native));
    for summary in [&docker, &native] {
        let kills = summary["kills"].as_array().expect("kills");
        assert_eq!(kills.len(), 1, "{kills:?}");
    }
    for key in ["victim", "instance", "then", "engine_says_oom"] {
        assert_eq!(docker["kills"][0][key], native["kills"][0][key], "`{key}` of the kill");
    }
    assert_eq!(docker["exits"], native["exits"]);
}

/// The most files that a process was seen to have open in a run that opens 400 of them, under this engine.
fn open_files(engine: &str) -> u64 {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let home = home.path().to_str().expect("temporary folders have plain names");
    let load = "rest for 2s; 1 call /files?count=400&for=2s; rest for 5s";
    let call = ["run", "mimic", "--engine", engine, "--profile", "render-starter", "--no-platform-delay"];
    let rest = ["--set", "limits.open_files=500", "--load", load];
    emu(call.into_iter().chain(rest)).env("EMU_HOME", home).run().status(0);
    let record = emu(["runs", "export", "last"]).env("EMU_HOME", home).run().status(0).stdout;
    let events = record.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let told: Vec<u64> =
        events.filter(|event| event["kind"] == "sample").filter_map(|sample| sample["body"]["f"].as_u64()).collect();
    assert!(told.len() > 3, "{engine} tells open files about once a second: {told:?}");
    assert!(told.first().zip(told.last()).is_some_and(|(first, last)| *first < 100 && *last < 100), "{told:?}");
    told.into_iter().max().unwrap_or_default()
}

#[tokio::test]
async fn open_files_are_counted_by_both_engines() {
    if native().await.is_some() {
        let most = open_files("native");
        assert!((400..=500).contains(&most), "{most} on the embedded engine");
    }
    if docker_answers() {
        let most = open_files("docker");
        assert!((400..=500).contains(&most), "{most} on Docker");
    }
}
