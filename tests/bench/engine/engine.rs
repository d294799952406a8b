//! What the engine costs and how true its figures are, on this machine:
//! `cargo bench --bench engine -- measure`.
//!
//! First all engines side by side: the time from "start" to the first healthy answer of the built-in
//! app, in turns, beside a bare fork and exec of the same program. Then for each engine: the time to
//! make, start and remove an instance; the need that is measured when a known amount of memory is
//! used; how long half a CPU second takes at a tenth of a CPU; and the CPU time that watching takes.
//! `measure native` or `measure docker` leaves the other out.

#![expect(clippy::expect_used, reason = "a measurement that cannot be made has no result")]
#![expect(clippy::print_stdout, reason = "the tables are the result")]

#[path = "../../emu/contract/lab.rs"]
#[expect(dead_code, reason = "the contract uses the rest")]
mod lab;

use std::path::PathBuf;
use std::time::Duration;

use emu::engine::docker::{Docker, Surroundings};
use emu::engine::native::{self, Native};
use emu::engine::{Engine, Instance, Isolation, Order};
use emu::units::{Elapsed, Memory, Millicores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
    runtime.block_on(measure(&std::env::args().collect::<Vec<_>>()));
}

async fn measure(words: &[String]) {
    let named = |name: &str| words.iter().any(|word| word == name);
    let both = !named("native") && !named("docker");
    let docker = if both || named("docker") { Docker::connect(&surroundings()).await.ok() } else { None };
    let sandbox = if both || named("native") { embedded(None).await } else { None };
    let process = if sandbox.is_some() { embedded(Some(Isolation::Process)).await } else { None };
    first_answers(docker.as_ref(), sandbox.as_ref(), process.as_ref()).await;
    if let Some(native) = &sandbox {
        figures(native).await;
    }
    if let Some(docker) = &docker {
        figures(docker).await;
    }
}

async fn embedded(isolation: Option<Isolation>) -> Option<Native> {
    let surroundings = native::Surroundings {
        program: Some(env!("CARGO_BIN_EXE_emu").into()),
        scratch: Some("/var/tmp/emu-bench".into()),
        inherited: std::collections::BTreeMap::new(),
        isolation,
    };
    Native::open(&surroundings).await.ok()
}

/// Every way of starting in turn, so that what else the machine does hits all of them alike.
async fn first_answers(docker: Option<&Docker>, sandbox: Option<&Native>, process: Option<&Native>) {
    let mut times: [Vec<Duration>; 4] = Default::default();
    for round in 0..=STARTS {
        let now = [Some(bare().await), answered(process).await, answered(sandbox).await, answered(docker).await];
        // The first one warms the file cache, and makes Docker's image.
        for (all, time) in times.iter_mut().zip(now).filter(|_| round > 0) {
            all.extend(time);
        }
    }
    println!("start to first healthy answer, {STARTS} each    median      p90   over bare");
    let names = ["bare fork and exec", "native, process", "native, sandbox", "docker"];
    let bare = middle(&mut times[0]);
    for (name, times) in names.into_iter().zip(&mut times).filter(|(_, times)| !times.is_empty()) {
        let (median, most) = (middle(times), times[STARTS * 9 / 10]);
        println!(
            "  {name:<36} {:>8.1} ms {:>6.1} ms {:>+8.1} ms",
            millis(median),
            millis(most),
            millis(median) - millis(bare)
        );
    }
    if let (Some(_), Some(_)) = (docker, sandbox) {
        println!(
            "  docker / native, sandbox: {:.1} times",
            millis(middle(&mut times[3])) / millis(middle(&mut times[2]))
        );
    }
}

fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The same program without any engine.
async fn bare() -> Duration {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let begin = Instant::now();
    let mut app = tokio::process::Command::new(env!("CARGO_BIN_EXE_emu"))
        .arg("__mimic")
        .env("PORT", port.to_string())
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("mimic runs");
    healthy(|| tokio::net::TcpStream::connect(("127.0.0.1", port))).await;
    let time = begin.elapsed();
    app.kill().await.expect("killed");
    time
}

async fn answered<E: Engine>(engine: Option<&E>) -> Option<Duration> {
    let engine = engine?;
    let instance = engine.create(order(&[]), unbounded_channel().0).await.expect("made");
    let begin = Instant::now();
    let address = instance.start().await.expect("started");
    healthy(|| engine.dial(address)).await;
    let time = begin.elapsed();
    instance.remove().await.expect("removed");
    Some(time)
}

/// Asks again and again until the app answers that it is well.
async fn healthy<F: Future<Output = std::io::Result<tokio::net::TcpStream>>>(dial: impl Fn() -> F) {
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    loop {
        ticks.tick().await;
        if let Ok(mut stream) = dial().await {
            let asked = stream.write_all(b"GET /health HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n").await;
            let mut answer = String::new();
            let read = stream.read_to_string(&mut answer).await;
            if asked.is_ok() && read.is_ok() && answer.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    }
}

async fn figures(engine: &impl Engine) {
    println!("\n{}, {} on {}\n", engine.machine().engine, engine.machine().engine_version, engine.machine().platform);
    starts(engine).await;
    memory(engine).await;
    share(engine).await;
    watching(engine).await;
}

/// A tenth of a CPU, told by the wall clock.
async fn share(engine: &impl Engine) {
    let tenth = Order { cpu: Millicores::new(100), ..order(&[]) };
    let lab = Lab::serve(engine, tenth).await;
    let begin = Instant::now();
    lab.get("/cpu?for=500ms").await;
    println!("\n0.5 s of CPU time at 0.1 CPU: {:.2} s", begin.elapsed().as_secs_f64());
    lab.remove().await;
}

fn surroundings() -> Surroundings {
    Surroundings {
        docker_host: std::env::var("DOCKER_HOST").ok(),
        home: std::env::var_os("HOME").map(PathBuf::from),
        program: Some(env!("CARGO_BIN_EXE_emu").into()),
        ..Surroundings::default()
    }
}

async fn starts(engine: &impl Engine) {
    let (mut made, mut started, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    // The first one makes the image as well.
    for round in 0..=STARTS {
        let begin = Instant::now();
        let instance = engine.create(order(&["--no-listen"]), unbounded_channel().0).await.expect("made");
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

async fn memory(engine: &impl Engine) {
    let large = Order { memory: Memory::from_mib(1024), ..order(&[]) };
    let mut lab = Lab::serve(engine, large).await;
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
async fn watching(engine: &impl Engine) {
    let mut lab = Lab::serve(engine, order(&[])).await;
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
