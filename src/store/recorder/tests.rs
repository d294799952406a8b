use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::*;
use crate::event::{Event, Finish, Kind};
use crate::store::tests::{Place, event, header, sample};
use crate::store::{FILE, Store};
use crate::units::Memory;

const RUN: &str = "20260102-1000-aaaa";

fn first() -> Event {
    header(RUN, None, "2026-01-02T10:00:00+00:00")
}

fn mark(seq: u64) -> Event {
    event(seq, Kind::Mark { text: format!("step {seq}") })
}

fn read(path: &Path) -> Vec<u64> {
    let store = Store::open(path).unwrap();
    let run = store.find(RUN).unwrap();
    store.events(&run).unwrap().map(|event| event.unwrap().seq).collect()
}

#[test]
fn everything_recorded_is_on_disk_after_the_end() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    let recorder = Recorder::start(path.clone());
    recorder.record(first());
    (1..2_500).for_each(|seq| recorder.record(mark(seq)));
    assert_eq!(recorder.finish(), Kept { written: 2_500, trouble: None });
    assert_eq!(read(&path), (0..2_500).collect::<Vec<_>>());
}

/// The files as they are while the recorder is alive are what is left when its process is killed.
#[tokio::test]
async fn a_run_cut_off_in_the_middle_is_readable_to_its_last_batch() {
    let place = Place::new();
    let recorder = Recorder::start(place.folder.path().join(FILE));
    recorder.record(first());
    recorder.record(mark(1));
    recorder.progress().wait_for(|progress| progress.written == 2).await.unwrap();
    let left = tempfile::tempdir().unwrap();
    for file in fs::read_dir(place.folder.path()).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
    }
    assert_eq!(read(&left.path().join(FILE)), [0, 1]);
}

#[tokio::test]
async fn a_run_is_running_until_its_recorder_ends_and_cannot_be_removed() {
    let mut place = Place::new();
    let recorder = Recorder::start(place.folder.path().join(FILE));
    recorder.record(first());
    recorder.progress().wait_for(|progress| progress.written == 1).await.unwrap();
    let run = place.store.find(RUN).unwrap();
    assert!(run.running);
    let refused = place.store.remove(std::slice::from_ref(&run)).unwrap_err();
    assert_eq!(refused.to_string(), "run `20260102-1000-aaaa` is still going");
    recorder.record(event(1, Kind::Finished(Finish::Completed)));
    assert_eq!(recorder.finish(), Kept { written: 2, trouble: None });
    let run = place.store.find(RUN).unwrap();
    assert_eq!((run.running, &run.finish), (false, &Some(Finish::Completed)));
    place.store.remove(&[run]).unwrap();
}

#[test]
fn a_run_that_cannot_be_marked_as_running_is_recorded_all_the_same() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    fs::write(place.folder.path().join("live"), "in the way").unwrap();
    let recorder = Recorder::start(path.clone());
    recorder.record(first());
    assert_eq!(recorder.finish(), Kept { written: 1, trouble: None });
    assert_eq!(read(&path), [0]);
}

#[tokio::test]
async fn a_locked_file_holds_up_the_record_but_not_the_run() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    place.store.db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let recorder = Recorder::start_with(Living::beside(&path), impatient(path.clone()));
    recorder.record(first());
    let mut progress = recorder.progress();
    progress.wait_for(|progress| progress.trouble.is_some()).await.unwrap();
    assert_eq!(recorder.trouble().as_deref(), Some("database is locked"));
    recorder.record(mark(1));
    place.store.db.execute_batch("COMMIT").unwrap();
    assert_eq!(recorder.finish(), Kept { written: 2, trouble: None });
    assert_eq!(read(&path), [0, 1]);
}

#[test]
fn a_full_disk_loses_the_rest_of_the_record_and_says_so() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    let small = {
        let path = path.clone();
        move || {
            let db = schema::open(&path).map_err(|error| error.to_string())?;
            db.pragma_update(None, "max_page_count", 40).map_err(|error| error.to_string())?;
            Ok(db)
        }
    };
    let recorder = Recorder::start_with(Living::beside(&path), small);
    recorder.record(first());
    (1..20_000).for_each(|seq| recorder.record(mark(seq)));
    let kept = recorder.finish();
    let lost = 20_000 - kept.written;
    assert_eq!(kept.trouble, Some(format!("{lost} of 20000 events lost: database or disk is full")));
    assert_eq!(read(&path).len() as u64, kept.written);
}

#[test]
fn a_record_that_cannot_be_opened_is_told_and_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "in the way").unwrap();
    let recorder = Recorder::start(folder.path().join("file").join(FILE));
    recorder.record(first());
    let kept = recorder.finish();
    let trouble = kept.trouble.unwrap();
    assert!(trouble.starts_with("1 of 1 events lost: the record `"), "{trouble}");
    assert!(trouble.contains("cannot be opened"), "{trouble}");
}

#[test]
fn a_run_without_a_header_is_told_and_not_written() {
    let place = Place::new();
    let recorder = Recorder::start(place.folder.path().join(FILE));
    recorder.record(mark(1));
    let kept = recorder.finish();
    assert_eq!(kept.trouble.as_deref(), Some("1 of 1 events lost: the run has no header"));
}

#[tokio::test]
async fn a_disk_that_comes_back_gets_what_it_missed() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    let well = Arc::new(AtomicBool::new(false));
    let opening = {
        let (well, path) = (Arc::clone(&well), path.clone());
        move || if well.load(SeqCst) { impatient(path.clone())() } else { Err("no disk".to_owned()) }
    };
    let recorder = Recorder::start_with(Living::beside(&path), opening);
    recorder.record(first());
    recorder.progress().wait_for(|progress| progress.trouble.is_some()).await.unwrap();
    well.store(true, SeqCst);
    recorder.record(mark(1));
    let kept = recorder.finish();
    assert_eq!(kept, Kept { written: 2, trouble: None });
    assert_eq!(read(&path), [0, 1]);
}

#[test]
fn several_recorders_write_into_one_file_at_once() {
    let place = Place::new();
    let path = place.folder.path().join(FILE);
    let recorders: Vec<Recorder> = (0..4).map(|_| Recorder::start(path.clone())).collect();
    for (recorder, n) in recorders.iter().zip(0..) {
        recorder.record(header(&format!("20260102-100{n}-aaaa"), None, "2026-01-02T10:00:00+00:00"));
    }
    for seq in 1..3_000 {
        for recorder in &recorders {
            recorder.record(event(seq, sample(Memory::from_bytes(seq))));
        }
    }
    let kept: Vec<Kept> = recorders.into_iter().map(Recorder::finish).collect();
    assert!(kept.iter().all(|kept| *kept == Kept { written: 3_000, trouble: None }), "{kept:?}");
    assert_eq!(place.store.list().unwrap().iter().map(|run| run.events).sum::<u64>(), 12_000);
}

/// A database that does not wait for others.
fn impatient(path: PathBuf) -> impl FnMut() -> Result<Connection, String> {
    move || {
        let db = schema::open(&path).map_err(|error| error.to_string())?;
        db.busy_timeout(Duration::ZERO).map_err(|error| error.to_string())?;
        Ok(db)
    }
}
