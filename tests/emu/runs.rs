//! `emu runs`: the record as scripts and people see it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;

use crate::driver::{Given, emu};
use crate::schema::faults;

const LIFE: &str = include_str!("../fixtures/life.jsonl");
const ID: &str = "20260102-1000-aaaa";

/// A record that outlives one call.
struct Record(tempfile::TempDir);

impl Record {
    fn empty() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// With the first moment of a life whose end is not recorded.
    fn with_a_cut_life() -> Self {
        let record = Self::empty();
        let (first, rest) = LIFE.split_once('\n').expect("the file has a first line and events");
        let header = rest.lines().next().expect("the file has events");
        let first = first.replace("\"events\":96", "\"events\":1");
        record.file("cut.jsonl", &format!("{first}\n{header}\n")).status(0);
        record
    }

    /// Holds what the writer of the run holds, for as long as the file is open.
    fn writing(&self) -> File {
        let folder = self.0.path().join("live");
        std::fs::create_dir_all(&folder).expect("a folder can be made in a temporary one");
        let lock = File::create(folder.join(format!("{ID}.lock"))).expect("a file can be made in it");
        flock(&lock, FlockOperation::NonBlockingLockExclusive).expect("nobody else has it");
        lock
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("temporary folders have plain names")
    }

    /// With the whole life of an app under the name `before`.
    fn with_a_life() -> Self {
        let record = Self::empty();
        record.file("life.jsonl", LIFE).status(0);
        record
    }

    fn call<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Given {
        emu(args).env("EMU_HOME", self.path()).run()
    }

    /// Imports a file of this name and content.
    fn file(&self, name: &str, text: &str) -> Given {
        emu(["runs", "import", name]).file(name, text).env("EMU_HOME", self.path()).run()
    }
}

fn json(given: &Given) -> Value {
    serde_json::from_str(&given.stdout).expect("standard output is JSON")
}

#[test]
fn an_empty_record_says_so_and_lists_nothing() {
    let given = Record::empty().call(["runs", "list"]).status(0);
    assert_eq!(given.stdout, "");
    assert!(given.stderr.starts_with("no run is recorded yet"), "{}", given.stderr);
}

#[test]
fn the_list_is_a_table_with_a_run_in_a_line() {
    let given = Record::with_a_life().call(["runs", "list"]).status(0);
    insta::assert_snapshot!(given.stdout, @r###"
    run (start in UTC)  name    app    profile  length  end        kills  peak need
    20260102-1000-aaaa  before  mimic  example  31.3 s  completed      2  511.0 MiB
    "###);
}

#[test]
fn the_list_as_json_fits_its_schema() {
    let list = json(&Record::with_a_life().call(["runs", "list", "--json"]).status(0));
    assert_eq!(faults("runs", &list), Vec::<String>::new());
    assert_eq!(list["runs"][0]["kills"], 2);
}

#[test]
fn what_the_list_says_is_what_the_summary_says() {
    let record = Record::with_a_life();
    let row = json(&record.call(["runs", "list", "--json"]).status(0))["runs"][0].clone();
    let summary = json(&record.call(["runs", "show", "last", "--json"]).status(0));
    assert_eq!(row["kills"].as_u64(), summary["kills"].as_array().map(|kills| kills.len() as u64));
    assert_eq!(row["peak_bytes"], summary["memory"]["peak"]["need_bytes"]);
    assert_eq!(row["length_us"], summary["length_us"]);
    assert_eq!(row["events"], summary["events"]);
    assert_eq!(row["finish"], summary["finish"]);
}

#[test]
fn a_summary_as_json_fits_its_schema() {
    let summary = json(&Record::with_a_life().call(["runs", "show", "before", "--json"]).status(0));
    assert_eq!(faults("summary", &summary), Vec::<String>::new());
}

#[test]
fn a_summary_of_a_run_cut_off_at_once_fits_the_schema_too() {
    let record = Record::with_a_cut_life();
    let summary = json(&record.call(["runs", "show", "last", "--json"]).status(0));
    assert_eq!(faults("summary", &summary), Vec::<String>::new());
    assert_eq!(summary["finish"], Value::Null);
}

#[test]
fn the_schema_notices_what_is_not_documented_missing_or_of_another_type() {
    let good = json(&Record::with_a_life().call(["runs", "show", "last", "--json"]).status(0));
    let spoiled = |spoil: fn(&mut Value)| {
        let mut bad = good.clone();
        spoil(&mut bad);
        faults("summary", &bad).len()
    };
    assert_eq!(spoiled(|bad| bad["surprise"] = 1.into()), 1);
    assert_eq!(spoiled(|bad| drop(bad.as_object_mut().unwrap().remove("kills"))), 1);
    assert_eq!(spoiled(|bad| bad["length_us"] = "31 s".into()), 1);
    assert_eq!(spoiled(|bad| bad["schema"] = 2.into()), 1);
    assert_eq!(spoiled(|bad| bad["states"][0]["state"] = "dreaming".into()), 1);
    assert_eq!(spoiled(|bad| bad["memory"]["peak"]["at_us"] = (-1).into()), 1);
}

#[test]
fn the_reference_page_names_every_field_of_a_summary() {
    let page = std::fs::read_to_string("docs/reference/json.md").unwrap();
    let summary = json(&Record::with_a_life().call(["runs", "show", "last", "--json"]).status(0));
    for field in summary.as_object().unwrap().keys() {
        assert!(page.contains(&format!("| `{field}` |")), "docs/reference/json.md has no row for `{field}`");
    }
}

#[test]
fn show_prints_the_summary_for_people() {
    let given = Record::with_a_life().call(["runs", "show", "last"]).status(0);
    for heading in [
        "mimic on Example Free",
        "Start",
        "States",
        "Memory",
        "CPU",
        "Requests (45)",
        "Wakes (1 after 1 sleep)",
        "Kills (2)",
    ] {
        assert!(given.stdout.lines().any(|line| line == heading), "`{heading}` is not in\n{}", given.stdout);
    }
    assert!(given.stdout.lines().all(|line| line.chars().count() <= 100));
    assert!(!given.stdout.contains('\u{1b}'), "colour in a pipe");
}

#[test]
fn replay_prints_the_lines_at_once() {
    let given = Record::with_a_life().call(["runs", "replay", "last"]).status(0);
    let lines: Vec<&str> = given.stdout.lines().collect();
    assert!(lines.contains(&"[   1.10 s] state    starting -> serving (ready)"), "{}", given.stdout);
    assert_eq!(lines.last(), Some(&"[  31.31 s] run      completed"));
    assert!(!given.stdout.contains('\u{1b}'), "colour in a pipe");
}

#[test]
fn replay_as_json_gives_the_exported_events() {
    let given = Record::with_a_life().call(["runs", "replay", "last", "--json"]).status(0);
    let exported: Vec<&str> = LIFE.lines().skip(1).collect();
    assert_eq!(given.stdout.lines().collect::<Vec<_>>(), exported);
}

#[test]
fn replay_with_a_speed_keeps_the_order_and_comes_to_the_end() {
    let record = Record::with_a_life();
    let (fast, instant) = (["runs", "replay", "last", "--speed", "300"], ["runs", "replay", "last"]);
    assert_eq!(record.call(fast).status(0).stdout, record.call(instant).status(0).stdout);
}

#[test]
fn a_replay_in_real_time_ends_cleanly_on_ctrl_c() {
    let record = Record::with_a_life();
    let prepared = emu(["runs", "replay", "last", "--speed", "1"]).env("EMU_HOME", record.path());
    let (mut command, _folder) = prepared.into_parts();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The first state comes 5 ms into the run, and the next one more than a second later.
    assert!(lines.any(|line| line.unwrap().contains("asleep -> starting")));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(lines.count(), 0);
}

#[test]
fn a_speed_of_nothing_is_a_mistake_of_usage() {
    for speed in ["0", "-1", "fast", "inf"] {
        let given = Record::with_a_life().call(["runs", "replay", "last", &format!("--speed={speed}")]).status(2);
        assert!(given.stderr.contains("expected a number"), "{}", given.stderr);
    }
}

#[test]
fn an_exported_run_is_imported_elsewhere_and_is_the_same() {
    let (here, there) = (Record::with_a_life(), Record::empty());
    let exported = here.call(["runs", "export", "before"]).status(0).stdout;
    assert_eq!(exported, LIFE);
    there.file("run.jsonl", &exported).status(0);
    let show = ["runs", "show", ID];
    assert_eq!(here.call(show).stdout, there.call(show).stdout);
}

#[test]
fn export_writes_a_file_when_asked() {
    let record = Record::with_a_life();
    let file = record.0.path().join("out.jsonl");
    let given = record.call(["runs", "export", "last", "-o", file.to_str().unwrap()]).status(0);
    assert_eq!(given.stdout, "");
    assert_eq!(std::fs::read_to_string(file).unwrap(), LIFE);
}

#[test]
fn an_import_that_fails_says_where_and_what_to_do() {
    let again = Record::with_a_life().file("life.jsonl", LIFE).status(2);
    assert!(again.stderr.contains("run `20260102-1000-aaaa` is in the record already"), "{}", again.stderr);
    assert!(again.stderr.contains("hint: `emu runs show 20260102-1000-aaaa`"), "{}", again.stderr);
    let broken = Record::empty().file("life.jsonl", &LIFE.replace("\"kind\":\"exited\"", "\"kind\":\"x\"")).status(3);
    assert!(broken.stderr.contains("life.jsonl: line "), "{}", broken.stderr);
    let newer = Record::empty().file("life.jsonl", &LIFE.replace("_format\":\"1.0\"", "_format\":\"9.0\"")).status(3);
    assert!(newer.stderr.contains("format 9.0, this emu reads format 1.x"), "{}", newer.stderr);
    let absent = Record::empty().call(["runs", "import", "nowhere.jsonl"]).status(3);
    assert!(absent.stderr.contains("nowhere.jsonl: No such file"), "{}", absent.stderr);
    assert!(absent.stderr.contains("hint: `emu runs export RUN -o FILE` writes a file"), "{}", absent.stderr);
}

#[test]
fn removing_is_all_or_nothing_and_final() {
    let record = Record::with_a_life();
    let given = record.call(["runs", "remove", "before", "nobody"]).status(2);
    assert!(given.stderr.contains("no run is called `nobody`"), "{}", given.stderr);
    record.call(["runs", "show", "before"]).status(0);
    let given = record.call(["runs", "remove", "before", ID, "--json"]).status(0);
    assert_eq!(json(&given)["removed"], serde_json::json!([ID]));
    record.call(["runs", "show", "before"]).status(2);
}

#[test]
fn a_run_that_goes_on_is_shown_as_such_and_not_removed() {
    let record = Record::with_a_cut_life();
    record.file("other.jsonl", &LIFE.replace("-aaaa", "-bbbb")).status(0);
    let _writing = record.writing();
    let list = record.call(["runs", "list"]).status(0);
    assert!(list.stdout.contains("  running  "), "{}", list.stdout);
    let list = json(&record.call(["runs", "list", "--json"]).status(0));
    assert_eq!(faults("runs", &list), Vec::<String>::new());
    assert_eq!(list["runs"][1]["running"], true);
    let shown = record.call(["runs", "show", ID]).status(0);
    assert!(shown.stdout.contains(" long: still running\n"), "{}", shown.stdout);
    assert_eq!(json(&record.call(["runs", "show", ID, "--json"]).status(0))["running"], true);
    let removed = record.call(["runs", "remove", "20260102-1000-bbbb", ID]).status(2);
    insta::assert_snapshot!(removed.stderr, @r###"
    error: run `20260102-1000-aaaa` is still going
    hint: stop it first, with Ctrl-C where it runs
    "###);
    record.call(["runs", "show", "20260102-1000-bbbb"]).status(0);
}

#[test]
fn a_run_that_was_cut_off_is_shown_as_such_and_can_be_removed() {
    let record = Record::with_a_cut_life();
    drop(record.writing());
    let list = record.call(["runs", "list"]).status(0);
    assert!(list.stdout.contains("  cut off  "), "{}", list.stdout);
    let shown = record.call(["runs", "show", "last"]).status(0);
    assert!(shown.stdout.contains(" long: cut off: "), "{}", shown.stdout);
    assert_eq!(json(&record.call(["runs", "show", "last", "--json"]).status(0))["running"], false);
    record.call(["runs", "remove", "last"]).status(0);
}

#[test]
fn a_name_given_twice_means_the_newest_run() {
    let record = Record::with_a_life();
    let later = LIFE.replace("20260102-1000-aaaa", "20260102-1100-bbbb").replace("2026-01-02T10:", "2026-01-02T11:");
    record.file("later.jsonl", &later).status(0);
    let shown = record.call(["runs", "show", "before"]).status(0);
    assert!(shown.stdout.contains("run 20260102-1100-bbbb (before)"), "{}", shown.stdout);
}

#[test]
fn an_unknown_run_comes_with_the_nearest_name() {
    let given = Record::with_a_life().call(["runs", "show", "befor"]).status(2);
    insta::assert_snapshot!(given.stderr, @r###"
    error: no run is called `befor`
    hint: did you mean `before`? `emu runs list` shows them all
    "###);
}

#[test]
fn a_beginning_that_fits_two_runs_names_both() {
    let record = Record::with_a_life();
    record.file("other.jsonl", &LIFE.replace("-aaaa", "-bbbb").replace("before", "after")).status(0);
    let given = record.call(["runs", "show", "20260102"]).status(2);
    insta::assert_snapshot!(given.stderr, @r###"
    error: `20260102` means 2 runs: `20260102-1000-bbbb`, `20260102-1000-aaaa`
    hint: give the whole id of one of them
    "###);
}

#[test]
fn a_record_of_a_newer_emu_is_refused_with_what_to_do() {
    let record = Record::with_a_life();
    let db = rusqlite::Connection::open(record.0.path().join("runs.sqlite3")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let given = record.call(["runs", "list"]).status(3);
    assert!(
        given.stderr.contains("has schema version 99, this emu knows version 2; use a newer emu"),
        "{}",
        given.stderr
    );
}

#[test]
fn show_tells_what_kept_the_app_awake_when_it_is_asked() {
    let record = Record::with_a_life();
    let usual = record.call(["runs", "show", "last"]).status(0).stdout;
    assert!(!usual.contains("\nAwake\n"), "{usual}");
    let asked = record.call(["runs", "show", "last", "--idle-report"]).status(0).stdout;
    let (summary, awake) = asked.split_once("\nAwake\n").expect("the section is there");
    assert_eq!(summary.trim_end(), usual.trim_end());
    assert!(awake.contains("without requests, WebSocket messages; it served for "), "{awake}");
    assert!(awake.contains("GET / (a client"), "{awake}");
}
