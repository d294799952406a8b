//! What the record costs, on this machine: `cargo bench --bench record -- measure`.
//!
//! Writes a run of a million requests, reads it back as a summary and prints it, and tells the time,
//! the CPU time and the memory that took.

#![expect(clippy::expect_used, reason = "a measurement that cannot be made has no result")]
#![expect(clippy::print_stdout, reason = "the table is the result")]
#![expect(clippy::cast_precision_loss, reason = "no figure here comes near 2^53")]

use std::fs;
use std::path::Path;

use emu::event::stored::StoredEvent;
use emu::event::{ClientKind, Ending, Event, Kind, Request, RequestId};
use emu::report::{Fold, sections, text};
use emu::store::{FILE, Recorder, Store};
use emu::units::Elapsed;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;

const REQUESTS: u64 = 1_000_000;
/// The rate that the cost is told for, in requests per second.
const RATE: f64 = 1_000.0;

fn main() {
    // `cargo test --benches` runs this with no such word: there is nothing to measure then.
    if !std::env::args().any(|argument| argument == "measure") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    write(&path);
    read(&path);
}

fn write(path: &Path) {
    let header = header();
    let (begin, cpu) = (Instant::now(), cpu_time());
    let recorder = Recorder::start(path.to_owned());
    recorder.record(header);
    let mut written = recorder.progress();
    for number in 1..=REQUESTS {
        recorder.record(request(number));
        // The queue is bounded; a run that makes events faster than the disk takes them loses some.
        while number - written.borrow_and_update().written.min(number) > 200_000 {
            std::thread::yield_now();
        }
    }
    let kept = recorder.finish();
    let (took, cpu) = (begin.elapsed().as_secs_f64(), cpu_time() - cpu);
    assert_eq!(kept.trouble, None);
    let count = REQUESTS as f64;
    println!("written    {REQUESTS} requests in {took:.2} s: {:.0} a second", count / took);
    println!("           {:.1} % of a core for {RATE} requests a second", cpu / count * RATE * 100.0);
    println!("           {:.0} bytes each", fs::metadata(path).expect("a file").len() as f64 / count);
}

fn read(path: &Path) {
    let before = peak_memory();
    let (begin, cpu) = (Instant::now(), cpu_time());
    let store = Store::open(path).expect("a record");
    let run = store.find("last").expect("a run");
    let mut fold = Fold::new();
    for event in store.events(&run).expect("events") {
        fold.add(&event.expect("an event"));
    }
    let summary = fold.summary();
    let table = text(&sections(&summary), 100);
    let (took, cpu) = (begin.elapsed().as_secs_f64(), cpu_time() - cpu);
    assert_eq!(summary.requests.total, REQUESTS);
    println!("read       {REQUESTS} requests in {took:.2} s ({cpu:.2} s of CPU time), {} bytes of table", table.len());
    println!("memory     {} MB at most ({before} MB after writing)", peak_memory());
}

/// The header of a real run, recorded elsewhere.
fn header() -> Event {
    let file = fs::read_to_string("tests/fixtures/life.jsonl").expect("a recorded run");
    let line = file.lines().nth(1).expect("its header");
    let stored: StoredEvent = serde_json::from_str(line).expect("an event");
    let mut decoder = emu::event::stored::Decoder::new(emu::event::stored::VERSION).expect("our own version");
    decoder.decode(&stored).expect("a header").expect("known")
}

fn request(number: u64) -> Event {
    let arrived = Elapsed::from_micros(number * 50);
    let total = Elapsed::from_micros(800 + number * 7 % 90_000);
    let request = Request {
        id: RequestId(number),
        arrived,
        method: "GET".into(),
        path: "/reports/latest".into(),
        client: ClientKind::Client,
        asker: None,
        status: Some(if number.is_multiple_of(500) { 500 } else { 200 }),
        ending: Ending::App,
        held: Elapsed::ZERO,
        first_byte: Some(total),
        total,
        bytes_in: 0,
        bytes_out: 2_048,
    };
    Event { seq: number, at: arrived + total, kind: Kind::Request(Box::new(request)) }
}

/// CPU time of this process, in seconds.
fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The greatest resident memory of this process so far, in MB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kib * 1_024 / 1_000_000
}
