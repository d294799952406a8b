//! Apps in the background: several beside one another, honest after every kind of end, nothing left behind.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::driver::{Given, emu};
use crate::support::{docker_answers, native};

/// A place for apps in the background. Nothing of it outlives the test, however that ends.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    fn home(&self) -> String {
        self.0.path().to_string_lossy().into_owned()
    }

    fn call(&self, words: &[&str]) -> Given {
        emu(words.iter().copied()).env("EMU_HOME", &self.home()).run()
    }

    /// `emu start` of mimic on a whole core.
    fn start(&self, engine: &str, more: &[&str]) -> Given {
        let fixed = ["start", "mimic", "--profile", "render-free", "--set", "cpu.share=1", "--engine", engine];
        self.call(&[&fixed, more].concat())
    }

    /// The same, while it goes on.
    fn starting(&self, more: &[&str]) -> Child {
        let fixed = ["start", "mimic", "--profile", "render-free", "--set", "cpu.share=1", "--engine", "native"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_emu"));
        command.args(fixed).args(more).env("EMU_HOME", self.home()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary under test runs")
    }

    /// What `emu status` says of each, by name.
    fn status(&self) -> Vec<Value> {
        let told = self.call(&["status", "--json"]).status(0).stdout;
        let told: Value = serde_json::from_str(&told).expect("a status as JSON");
        told["apps"].as_array().expect("a list of apps").clone()
    }

    fn status_of(&self, name: &str) -> Value {
        let found = self.status().into_iter().find(|app| app["name"] == name);
        found.unwrap_or_else(|| panic!("no `{name}`"))
    }

    fn kill_supervisor(&self, name: &str) {
        kill(&self.status_of(name), Signal::KILL);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.call(&["stop", "--all"]);
        self.status().iter().filter(|app| app["running"] == true).for_each(|app| kill(app, Signal::KILL));
    }
}

fn kill(app: &Value, signal: Signal) {
    let pid = app["pid"].as_i64().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    // It may have ended by itself.
    let _ = kill_process(pid.expect("a supervisor has a number"), signal);
}

fn visited(address: &str) -> bool {
    let asked = Command::new("curl").args(["-sf", &format!("{address}/health")]).output();
    asked.expect("curl is there").status.success()
}

/// Two apps side by side, from their start to their end.
fn two_lives(engine: &str) {
    let place = Place::new();
    let one = place.start(engine, &["--name", "one"]).status(0);
    let two = place.start(engine, &["--name", "two", "--json"]).status(0);
    let two: Value = serde_json::from_str(&two.stdout).expect("an address as JSON");
    let (one, two) = (one.stdout.trim().to_owned(), two["address"].as_str().unwrap_or_default().to_owned());
    assert!(one != two && visited(&one) && visited(&two), "{one} {two}");
    let states: Vec<Value> = place.status().iter().map(|app| app["now"]["state"].clone()).collect();
    assert_eq!(states, ["serving", "serving"]);

    let log = place.call(&["logs", "one"]).status(0).stdout;
    assert!(log.contains(" platform ==> ") && log.contains(" app      I am process 1"), "{log}");
    assert!(log.contains("-> serving (ready)"), "{log}");

    place.call(&["restart", "one"]).status(0);
    let restarted = place.status_of("one");
    assert_eq!((&restarted["now"]["restarts"], &restarted["now"]["state"]), (&1.into(), &"serving".into()));
    assert!(visited(&one), "it serves at the same address");

    place.call(&["stop", "one"]).status(0);
    assert!(!visited(&one) && visited(&two));
    assert_eq!(place.status().len(), 1);

    place.kill_supervisor("two");
    let table = place.call(&["status"]).status(0).stdout;
    assert!(table.contains("ended: its supervisor was killed"), "{table}");
    assert_eq!(place.status_of("two")["running"], false);
    place.call(&["status", "two"]).status(1);
    assert!(place.call(&["logs", "two", "-f"]).status(0).stdout.contains("-> serving (ready)"));
    let refused = place.call(&["restart", "two"]).status(5).stderr;
    assert!(refused.contains("`two` does not run: its supervisor was killed"), "{refused}");
    let runs = place.call(&["runs", "list"]).status(0).stdout;
    assert!(runs.contains("completed") && runs.contains("cut off"), "{runs}");

    let cleaned = place.call(&["clean"]).status(0).stderr;
    assert!(cleaned.contains("forgot `two`, which had ended: its supervisor was killed"), "{cleaned}");
    assert_eq!(place.status(), Vec::<Value>::new());
}

#[tokio::test]
async fn two_apps_live_beside_each_other_on_the_embedded_engine() {
    if native().await.is_some() {
        two_lives("native");
    }
}

#[test]
fn two_apps_live_beside_each_other_on_docker() {
    if docker_answers() {
        two_lives("docker");
    }
}

/// Whether a container of this run is there, running or not.
fn has_container(run: &Value) -> bool {
    let filter = format!("label=emu.run={}", run.as_str().expect("an id"));
    let told = Command::new("docker").args(["ps", "-aq", "--filter", &filter]).output();
    !told.expect("docker answers").stdout.is_empty()
}

#[test]
fn a_container_whose_supervisor_was_killed_goes_with_its_name() {
    if !docker_answers() {
        return;
    }
    let place = Place::new();
    place.start("docker", &[]).status(0);
    let run = place.status_of("mimic")["run"].clone();
    assert!(has_container(&run));
    place.kill_supervisor("mimic");
    let told = place.call(&["stop", "mimic"]).status(0).stderr;
    assert!(told.contains("forgot `mimic`, which had ended: its supervisor was killed"), "{told}");
    assert!(!has_container(&run), "{told}");
}

#[tokio::test]
async fn a_name_belongs_to_one_app() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    let both = [place.starting(&[]), place.starting(&[])];
    let ended = both.map(|child| Given::from(child.wait_with_output().expect("it ends")));
    let mut codes = ended.each_ref().map(|given| given.status);
    codes.sort_unstable();
    assert_eq!(codes, [0, 2], "{}{}", ended[0].stderr, ended[1].stderr);
    let taken = place.start("native", &[]).status(2).stderr;
    assert!(taken.contains("the name `mimic` is taken: mimic on render-free at http://127.0.0.1:"), "{taken}");
    assert!(taken.contains("--name OTHER") && taken.contains("`emu stop mimic`"), "{taken}");
}

#[tokio::test]
async fn an_app_that_never_serves_is_told_and_leaves_nothing() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    let failed = place.start("native", &["--set", "restart.policy=never", "--", "--exit-after", "0s"]).status(5);
    assert!(failed.stderr.contains("the app never served: the app ended with status 0"), "{}", failed.stderr);
    assert!(failed.stderr.contains("`emu runs replay "), "{}", failed.stderr);
    assert_eq!((failed.stdout.as_str(), place.status().len()), ("", 0));
}

#[tokio::test]
async fn an_interrupt_while_it_starts_leaves_nothing() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    let mut child = place.starting(&["--", "--boot-delay", "1h"]);
    let begun = |app: &Value| app["now"]["state"] == "starting" && app["now"]["need_bytes"] != 0;
    while !place.status().iter().any(begun) {
        assert!(child.try_wait().expect("it is ours").is_none(), "it ended by itself");
    }
    let pid = Pid::from_raw(child.id().cast_signed()).expect("a process has a number");
    kill_process(pid, Signal::INT).expect("it waits");
    let ended = Given::from(child.wait_with_output().expect("it ends")).status(130);
    assert!(ended.stderr.contains("interrupted before the app served"), "{}", ended.stderr);
    assert_eq!(place.status().len(), 0);
}

/// Nothing that is waited for here takes as long as the app's own time to stop.
const DEAF: [&str; 4] = ["--set", "shutdown.grace=1h", "--", "--ignore-term"];

#[tokio::test]
async fn an_app_that_will_not_stop_is_killed_when_asked() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    place.start("native", &DEAF).status(0);
    assert_eq!(place.call(&["status", "mimic"]).status(0).stderr, "");
    place.call(&["stop", "mimic", "--kill"]).status(0);
    assert_eq!(place.status().len(), 0);
    let runs = place.call(&["runs", "list"]).status(0).stdout;
    assert!(runs.contains("interrupted"), "{runs}");
}

#[tokio::test]
async fn an_interrupt_while_it_stops_kills() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    for name in ["one", "two"] {
        place.start("native", &[&["--name", name], &DEAF[..]].concat()).status(0);
    }
    let mut stop = Command::new(env!("CARGO_BIN_EXE_emu"));
    stop.args(["stop", "--all"]).env("EMU_HOME", place.home()).stderr(Stdio::piped());
    let mut stop = stop.spawn().expect("the binary under test runs");
    let stopping = |app: &Value| app["now"]["state"] == "stopping";
    while !place.status().iter().all(stopping) {
        assert!(stop.try_wait().expect("it is ours").is_none(), "it ended by itself");
    }
    let pid = Pid::from_raw(stop.id().cast_signed()).expect("a process has a number");
    kill_process(pid, Signal::INT).expect("it waits");
    let told = Given::from(stop.wait_with_output().expect("it ends")).status(130).stderr;
    assert!(told.contains("interrupted: `one` and `two` are killed"), "{told}");
    assert!(told.contains("stopped `one`") && told.contains("stopped `two`"), "{told}");
    assert_eq!(place.status().len(), 0);
}

#[tokio::test]
async fn a_followed_log_ends_with_the_run() {
    if native().await.is_none() {
        return;
    }
    let place = Place::new();
    place.start("native", &[]).status(0);
    let mut follow = Command::new(env!("CARGO_BIN_EXE_emu"));
    follow.args(["logs", "mimic", "-f", "--json"]).env("EMU_HOME", place.home());
    let mut follow = follow.stdout(Stdio::piped()).spawn().expect("the binary under test runs");
    let mut lines = BufReader::new(follow.stdout.take().expect("it was piped")).lines();
    // From its first line on it follows: a run that is over before that is another story.
    let first = lines.next().expect("a log has lines").expect("text");
    place.call(&["stop", "mimic"]).status(0);
    let last = lines.map(|line| line.expect("text")).last().unwrap_or(first);
    let told: Value = serde_json::from_str(&last).expect("JSON lines");
    assert_eq!((&told["from"], &told["text"]), (&"run".into(), &"completed".into()), "{last}");
    assert!(follow.wait().expect("it ends").success());
}

#[test]
fn what_cannot_be_is_told() {
    let place = Place::new();
    let odd = place.start("native", &["--name", "../shop"]).status(2).stderr;
    assert!(odd.contains("`../shop` cannot be the name"), "{odd}");
    let nobody = place.call(&["stop", "shop"]).status(2).stderr;
    assert!(nobody.contains("no app in the background is called `shop`, found nothing"), "{nobody}");
    let nothing = place.call(&["start", "--profile", "render-free"]).status(2).stderr;
    assert!(nothing.contains("nothing to start was named"), "{nothing}");
    let nothing = place.call(&["status"]).status(0);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.contains("nothing runs")), ("", true));
    let in_the_way = emu(["start", "mimic", "--profile", "render-free"]).file("state", "a file").run().status(3);
    assert!(in_the_way.stderr.contains("set `EMU_HOME`"), "{}", in_the_way.stderr);
}
