use std::io::BufReader;

use proptest::prelude::*;
use rusqlite::Connection;

use super::append::{append, fresh};
use super::*;
use crate::event::stored::strategies;
use crate::event::{Event, Exit, ExitCause, Header, InstanceId, Kind, Sample, State, Why};
use crate::spec::example::{example, machine};

/// A store in a folder that goes away with it.
pub(super) struct Place {
    pub(super) store: Store,
    pub(super) folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Store::open(&folder.path().join(FILE)).unwrap(), folder }
    }

    pub(super) fn add(&mut self, events: &[Event]) {
        append(&mut self.store.db, &mut fresh(), events).unwrap();
    }
}

pub(super) fn header(run: &str, name: Option<&str>, started: &str) -> Event {
    let header = Header {
        run: run.into(),
        name: name.map(Into::into),
        part: None,
        emu_version: "0.1.0".into(),
        started: started.into(),
        machine: machine(),
        spec: example(),
    };
    Event { seq: 0, at: Elapsed::ZERO, kind: Kind::Header(Box::new(header)) }
}

pub(super) fn event(seq: u64, kind: Kind) -> Event {
    Event { seq, at: Elapsed::from_millis(seq * 50), kind }
}

pub(super) fn sample(need: Memory) -> Kind {
    Kind::Sample(Box::new(Sample {
        cpu: Elapsed::from_millis(20),
        periods: 10,
        throttled_periods: 2,
        throttled: Elapsed::from_millis(4),
        pids: Some(3),
        oom_kills: Some(0),
        ..Sample::of_need(InstanceId(1), need)
    }))
}

/// A run that is killed at its memory limit and then completes.
fn story(run: &str, name: Option<&str>, started: &str) -> Vec<Event> {
    let exit = Exit {
        instance: InstanceId(1),
        code: 137,
        cause: ExitCause::OutOfMemory,
        need: Some(Memory::from_mib(511)),
        engine_says_oom: true,
        kernel_oom_kills: Some(1),
        bank: None,
    };
    vec![
        header(run, name, started),
        event(1, Kind::State { from: State::Asleep, to: State::Starting, why: Why::Begin }),
        event(2, sample(Memory::from_mib(100))),
        event(3, sample(Memory::from_mib(511))),
        event(4, Kind::Exited(exit)),
        event(5, Kind::Finished(Finish::Completed)),
    ]
}

fn three_runs() -> Place {
    let mut place = Place::new();
    place.add(&story("20260102-1000-aaaa", Some("before"), "2026-01-02T10:00:00+00:00"));
    // Later on the world's clock than the next one, although its text sorts before it.
    place.add(&story("20260102-1100-bbbb", Some("after"), "2026-01-02T11:00:00-05:00"));
    place.add(&story("20260102-1200-cccc", None, "2026-01-02T12:00:00+00:00"));
    place
}

#[test]
fn what_was_recorded_is_read_back() {
    let mut place = Place::new();
    let events = story("20260102-1000-aaaa", None, "2026-01-02T10:00:00+00:00");
    place.add(&events);
    let run = place.store.find("last").unwrap();
    let read: Vec<Event> = place.store.events(&run).unwrap().map(Result::unwrap).collect();
    assert_eq!(read, events);
    assert_eq!((run.events, run.kills, run.peak), (6, 1, Some(Memory::from_mib(511))));
    assert_eq!((run.length, run.finish), (Elapsed::from_millis(250), Some(Finish::Completed)));
    assert_eq!((run.profile.as_str(), run.app.as_str()), ("example", "mimic"));
}

#[test]
fn a_run_longer_than_a_page_is_read_whole() {
    let mut place = Place::new();
    let mut events = vec![header("20260102-1000-aaaa", None, "2026-01-02T10:00:00+00:00")];
    events.extend((1..4_500).map(|seq| event(seq, sample(Memory::from_bytes(seq)))));
    place.add(&events);
    let run = place.store.find("last").unwrap();
    let read: Vec<Event> = place.store.events(&run).unwrap().map(Result::unwrap).collect();
    assert_eq!(read, events);
}

#[test]
fn runs_are_listed_from_the_newest_by_the_worlds_clock() {
    let ids: Vec<String> = three_runs().store.list().unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(ids, ["20260102-1100-bbbb", "20260102-1200-cccc", "20260102-1000-aaaa"]);
}

#[test]
fn a_run_is_found_by_id_name_beginning_and_the_word_last() {
    let place = three_runs();
    for (asked, id) in [
        ("20260102-1200-cccc", "20260102-1200-cccc"),
        ("before", "20260102-1000-aaaa"),
        ("20260102-12", "20260102-1200-cccc"),
        ("last", "20260102-1100-bbbb"),
    ] {
        assert_eq!(place.store.find(asked).unwrap().id, id, "{asked}");
    }
}

#[test]
fn a_run_that_is_not_there_or_not_the_only_one_is_refused_by_name() {
    let place = three_runs();
    let message = |asked| place.store.find(asked).unwrap_err().to_string();
    assert_eq!(
        message("20260102"),
        "`20260102` means 3 runs: `20260102-1100-bbbb`, `20260102-1200-cccc`, `20260102-1000-aaaa`"
    );
    assert_eq!(message("befroe"), "no run is called `befroe`");
    assert!(matches!(
        place.store.find("befroe").unwrap_err(),
        StoreError::UnknownRun { nearest: Some(name), .. } if name == "before"
    ));
    assert!(matches!(place.store.find("").unwrap_err(), StoreError::UnknownRun { nearest: None, .. }));
    assert!(matches!(Place::new().store.find("last").unwrap_err(), StoreError::NoRuns));
}

#[test]
fn a_name_given_twice_means_the_newest_run_of_that_name() {
    let mut place = three_runs();
    place.add(&story("20260102-1300-dddd", Some("before"), "2026-01-02T13:00:00+00:00"));
    assert_eq!(place.store.find("before").unwrap().id, "20260102-1300-dddd");
}

#[test]
fn one_run_that_still_goes_keeps_all_from_being_removed() {
    let mut place = three_runs();
    place.add(&story("20260102-1300-dddd", None, "2026-01-02T13:00:00+00:00")[..3]);
    let mark = place.store.living.mark("20260102-1300-dddd").unwrap();
    let runs = place.store.list().unwrap();
    assert_eq!(runs.iter().filter(|run| run.running).count(), 1);
    assert!(matches!(place.store.remove(&runs), Err(StoreError::StillGoing { run }) if run.ends_with("dddd")));
    assert_eq!(place.store.list().unwrap(), runs);
    drop(mark);
    let runs = place.store.list().unwrap();
    assert!(runs.iter().all(|run| !run.running));
    place.store.remove(&runs).unwrap();
    assert_eq!(place.store.list().unwrap(), []);
}

#[test]
fn a_run_that_ends_while_it_is_looked_at_is_not_taken_for_one_that_was_cut_off() {
    let place = three_runs();
    let mut run = place.store.find("before").unwrap();
    run.finish = None;
    place.store.look_again(&mut run).unwrap();
    assert_eq!(run.finish, Some(Finish::Completed));
}

#[test]
fn a_removed_run_leaves_no_event_behind() {
    let mut place = three_runs();
    let run = place.store.find("before").unwrap();
    place.store.remove(&[run]).unwrap();
    assert!(place.store.find("before").is_err());
    let left: i64 = place.store.db.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 12);
}

#[test]
fn events_can_be_neither_changed_nor_taken_out_one_by_one() {
    let place = three_runs();
    let refused = |sql| place.store.db.execute(sql, []).unwrap_err().to_string();
    assert_eq!(refused("UPDATE events SET body = '{}' WHERE seq = 3"), "events are never changed");
    assert_eq!(refused("DELETE FROM events WHERE seq = 3"), "events are removed only with their run");
}

#[test]
fn a_record_of_the_first_schema_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    Connection::open(&path).unwrap().execute_batch(include_str!("schema/1.fixture.sql")).unwrap();
    let store = Store::open(&path).unwrap();
    let run = store.find("20260102-1000-aaaa").unwrap();
    let kinds: Vec<Kind> = store.events(&run).unwrap().map(|event| event.unwrap().kind).collect();
    assert!(matches!(kinds.first(), Some(Kind::Header(header)) if header.name.as_deref() == Some("before")));
    assert!(matches!(kinds.last(), Some(Kind::Finished(Finish::Completed))));
}

#[test]
fn a_record_from_the_future_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let message = Store::open(&path).unwrap_err().to_string();
    assert_eq!(
        message.replace(&folder.path().display().to_string(), "FOLDER"),
        "the record `FOLDER/runs.sqlite3` has schema version 99, this emu knows version 2; \
         use a newer emu, or point `EMU_HOME` at another folder"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    std::fs::write(&path, "these are not the bytes you are looking for, and there are quite a few of them").unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Open { .. })));
}

#[test]
fn an_exported_run_is_the_same_run_elsewhere() {
    let place = three_runs();
    let run = place.store.find("before").unwrap();
    let file = exported(&place, "before");
    let mut other = Place::new();
    let imported = other.store.import(&mut file.as_bytes()).unwrap();
    assert_eq!(RunRow { key: run.key, ..imported.clone() }, run);
    let events = |place: &Place, run| place.store.events(run).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(events(&other, &imported), events(&place, &run));
    assert!(file.starts_with("{\"emu_run_format\":\"1.5\",\"run\":\"20260102-1000-aaaa\",\"events\":6}\n"));
}

#[test]
fn a_file_with_a_fault_adds_nothing_and_says_which_line() {
    let good = exported(&three_runs(), "before");
    let lines: Vec<&str> = good.lines().collect();
    let without = |gone: usize| {
        let left = lines.iter().enumerate().filter(|(at, _)| *at != gone);
        left.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    };
    let twice = format!("{good}{}\n", lines[4]);
    for (file, message) in [
        (String::new(), "line 1: the file is empty, expected the first line of an exported run"),
        (without(0), "line 1: "),
        (without(1), "line 2: found `state`, expected the run's header"),
        (without(6), "line 6: the file ends after 5 events, its first line promises 6"),
        (twice, "line 8: event 3 does not come after the one before it"),
        (good.replace("\"kind\":\"exited\"", "\"kind\":\"exploded\""), "line 6: event 4 is of the unknown kind"),
        (good.replace("format\":\"1.5\"", "format\":\"2.0\""), "the run is stored in format 2.0"),
        (good.replacen("-aaaa", "-dddd", 1), "line 2: the header of run"),
    ] {
        let mut place = Place::new();
        let error = place.store.import(&mut BufReader::new(file.as_bytes())).unwrap_err().to_string();
        assert!(error.starts_with(message), "found `{error}`, expected `{message}`");
        assert_eq!(place.store.list().unwrap(), [], "{message}");
    }
}

#[test]
fn a_run_is_not_imported_twice() {
    let mut place = three_runs();
    let file = exported(&place, "before");
    let error = place.store.import(&mut file.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "run `20260102-1000-aaaa` is in the record already");
}

#[test]
fn what_only_a_newer_emu_understands_is_kept_when_a_run_passes_through() {
    let file = exported(&three_runs(), "before")
        .replace("format\":\"1.5\"", "format\":\"1.7\"")
        .replace("\"kind\":\"exited\"", "\"kind\":\"exploded\"");
    let mut place = Place::new();
    let run = place.store.import(&mut file.as_bytes()).unwrap();
    let mut events = place.store.events(&run).unwrap();
    assert_eq!(events.by_ref().map(Result::unwrap).count(), 5);
    assert_eq!(events.skipped(), 1);
    assert_eq!(exported(&place, "before"), file);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_events_survive_the_record(kinds in prop::collection::vec(strategies::kind(), 0..20)) {
        let mut events = vec![header("20260102-1000-aaaa", None, "2026-01-02T10:00:00+00:00")];
        let others = kinds.into_iter().filter(|kind| !matches!(kind, Kind::Header(_)));
        events.extend(others.zip(1..).map(|(kind, seq)| event(seq, kind)));
        let mut place = Place::new();
        place.add(&events);
        let run = place.store.find("last").unwrap();
        let read: Vec<Event> = place.store.events(&run).unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(read, events);
    }
}

fn exported(place: &Place, run: &str) -> String {
    let mut file = Vec::new();
    place.store.export(&place.store.find(run).unwrap(), &mut file).unwrap();
    String::from_utf8(file).unwrap()
}
