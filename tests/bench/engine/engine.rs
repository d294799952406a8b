//! What the engine costs and how true its figures are, on this machine:
//! `cargo bench --bench engine -- measure`.
//!
//! Three tables: the time to make, start and remove an instance; the need that is measured when a
//! known amount of memory is used; and the CPU time that watching one instance takes.

#![expect(clippy::expect_used, reason = "a measurement that cannot be made has no result")]
#![expect(clippy::print_stdout, reason = "the tables are the result")]

#[path = "../../emu/contract/lab.rs"]
#[expect(dead_code, reason = "the contract uses the rest")]
mod lab;

use std::path::PathBuf;
use std::time::Duration;

use emu::engine::docker::{Docker, Surroundings};
use emu::engine::{Engine, Instance, Order};
use emu::units::{Elapsed, Memory};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

use self::lab::{Lab, order};

const STARTS: usize = 21;
const AMOUNTS: [u64; 5] = [10, 50, 100, 200, 400];
const WATCHED: Duration = Duration::from_secs(20);

fn main() {
    // `cargo test --benches` runs this with no such word: there is nothing to measure then.
    if !std::env::args().any(|argument| argument == "measure") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let docker = Docker::connect(&surroundings()).await.expect("an engine");
        println!("{} on {}\n", docker.machine().engine_version, docker.machine().platform);
        starts(&docker).await;
        memory(&docker).await;
        watching(&docker).await;
    });
}

fn surroundings() -> Surroundings {
    Surroundings {
        docker_host: std::env::var("DOCKER_HOST").ok(),
        home: std::env::var_os("HOME").map(PathBuf::from),
        program: Some(env!("CARGO_BIN_EXE_emu").into()),
        ..Surroundings::default()
    }
}

async fn starts(docker: &Docker) {
    let (mut made, mut started, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    // The first one makes the image as well.
    for round in 0..=STARTS {
        let begin = Instant::now();
        let instance = docker.create(order(&["--no-listen"]), unbounded_channel().0).await.expect("made");
        let created = begin.elapsed();
        let begin = Instant::now();
        instance.start().await.expect("started");
        let running = begin.elapsed();
        instance.kill().await.expect("killed");
        let begin = Instant::now();
        instance.remove().await.expect("removed");
        if round > 0 {
            made.push(created);
            started.push(running);
            removed.push(begin.elapsed());
        }
    }
    println!("{STARTS} instances        median       p90");
    for (what, mut times) in [("make", made), ("start", started), ("remove", removed)] {
        times.sort_unstable();
        println!("  {what:<16} {:>8.1} ms {:>6.1} ms", millis(times[STARTS / 2]), millis(times[STARTS * 9 / 10]));
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

async fn memory(docker: &Docker) {
    let large = Order { memory: Memory::from_mib(1024), ..order(&[]) };
    let mut lab = Lab::serve(docker, large).await;
    lab.get("/health").await;
    println!("\nmemory used on purpose, and the need that was measured");
    for amount in AMOUNTS {
        let before = lab.fresh_sample().await.need.megabytes();
        lab.get(&format!("/memory/hold?size={amount}MB")).await;
        let measured = lab.fresh_sample().await.need.megabytes() - before;
        let asked = Memory::from_bytes(amount * 1_000_000).megabytes();
        println!("  {asked:>6.1} MB   {measured:>6.1} MB   {:>+5.2} %", (measured / asked - 1.0) * 100.0);
        lab.get("/memory/free").await;
    }
    lab.remove().await;
}

/// The instance does nothing, so that all of the time is spent on watching.
async fn watching(docker: &Docker) {
    let mut lab = Lab::serve(docker, order(&[])).await;
    lab.fresh_sample().await;
    let (begin, used) = (Instant::now(), cpu_time());
    let mut samples = 0_u32;
    while begin.elapsed() < WATCHED {
        lab.sample_where(|_| true).await;
        samples += 1;
    }
    let (took, used) = (begin.elapsed().as_secs_f64(), cpu_time().since(used));
    println!(
        "\nwatching one instance: {:.1} samples/s for {:.2} % of a core",
        f64::from(samples) / took,
        used.secs_f64() / took * 100.0
    );
    lab.remove().await;
}

/// Time this thread, which does everything, has spent on a CPU.
fn cpu_time() -> Elapsed {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanos: u64 = text.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number");
    Elapsed::from_micros(nanos / 1_000)
}
