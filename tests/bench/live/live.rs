//! What the live view costs on this machine: `cargo bench --bench live -- measure`.
//!
//! Takes in an hour of samples at 20 Hz, then draws frame after frame with two more samples before each, as at ten
//! frames a second, and tells the CPU time that took.

#![expect(clippy::expect_used, reason = "a measurement that cannot be made has no result")]
#![expect(clippy::print_stdout, reason = "the table is the result")]

use emu::event::stored::{Decoder, StoredEvent, VERSION};
use emu::event::{Event, InstanceId, Kind, Sample, SampleSource};
use emu::tui::{Controls, Model, Screen, draw};
use emu::units::{Elapsed, Memory};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rustix::time::{ClockId, clock_gettime};

/// An hour at 20 Hz.
const SAMPLES: u64 = 72_000;
const FRAMES: u32 = 200;
const FRAMES_A_SECOND: f64 = 10.0;

fn main() {
    // `cargo test --benches` runs this with no such word: there is nothing to measure then.
    if !std::env::args().any(|argument| argument == "measure") {
        return;
    }
    let mut model = Model::new();
    model.add(&header());
    let begin = cpu_time();
    (0..SAMPLES).for_each(|number| model.add(&sample(number)));
    println!("an hour taken in       {:.0} ms of CPU time", (cpu_time() - begin) * 1e3);
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let frame = frame(&mut model, width, height);
        println!("frame at {width}x{height:<11} {:.2} ms", frame * 1e3);
        println!("  at {FRAMES_A_SECOND} a second        {:.1} % of a core", frame * FRAMES_A_SECOND * 100.0);
    }
}

/// CPU time of one frame and the two samples before it, in seconds. Writing to a real terminal comes on top.
fn frame(model: &mut Model, width: u16, height: u16) -> f64 {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen in memory");
    let mut screen = Screen::new(Controls::Run, true);
    let mut number = SAMPLES;
    let begin = cpu_time();
    for _ in 0..FRAMES {
        model.add(&sample(number));
        model.add(&sample(number + 1));
        number += 2;
        screen.now = model.at();
        terminal.draw(|frame| draw(frame, model, &screen)).expect("a screen in memory");
    }
    (cpu_time() - begin) / f64::from(FRAMES)
}

/// The header of a recorded run.
fn header() -> Event {
    let file = std::fs::read_to_string("tests/fixtures/life.jsonl").expect("a recorded run");
    let line = file.lines().nth(1).expect("its header");
    let stored: StoredEvent = serde_json::from_str(line).expect("a stored event");
    let mut decoder = Decoder::new(VERSION).expect("its own version");
    decoder.decode(&stored).expect("a known event").expect("not a newer one")
}

fn sample(number: u64) -> Event {
    let (at, need) = (Elapsed::from_millis(number * 50), Memory::from_mib(100 + number % 300));
    let sample = Sample {
        instance: InstanceId(1),
        source: SampleSource::CgroupV2,
        usage: need,
        need,
        shared: None,
        swap: Memory::default(),
        cpu: Elapsed::from_millis(number * 20),
        periods: number / 2,
        throttled_periods: number / 5,
        throttled: Elapsed::ZERO,
        pids: Some(12),
        oom_kills: Some(0),
        sent: None,
        open_files: None,
    };
    Event { seq: number + 1, at, kind: Kind::Sample(Box::new(sample)) }
}

/// CPU time of this process, in seconds.
fn cpu_time() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    std::time::Duration::try_from(now).expect("time goes forward").as_secs_f64()
}
