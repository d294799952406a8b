//! The generator of load from the command line, for `run.sh` to set beside others, and apps to set it on.
//!
//! `load closed ADDRESS USERS SECONDS CORE` and `load open ADDRESS RATE SECONDS CORE` drive, and print one
//! line of figures. `load stall LISTEN` serves, and keeps everybody waiting for one second in every ten;
//! `load slow LISTEN` works at one request at a time, 20 ms each. Both serve until standard input ends.

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use emu::event::{Gate, LoadReport, Spread};
use emu::load::{Order, Outcome, Target, Told, start};
use emu::scenario::{Body, Call, Coming, Expect, Model, Phase, Rate, Scenario, Think};
use emu::units::Elapsed;
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().filter(|argument| !argument.starts_with("--")).collect();
    let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments[..] {
        ["closed", address, users, seconds, core] => {
            let lasts = Elapsed::from_secs(seconds.parse()?);
            let think = Think::NONE;
            let model = Model::Closed { coming: Coming::together(users.parse()?), think, lasts };
            runtime.block_on(drive(address.parse()?, model, core.parse()?))
        }
        ["open", address, rate, seconds, core] => {
            let (rate, lasts) = (Rate(rate.parse()?), Elapsed::from_secs(seconds.parse()?));
            runtime.block_on(drive(address.parse()?, Model::Open { from: rate, to: rate, lasts }, core.parse()?))
        }
        ["stall", listen] => runtime.block_on(serve(listen.parse()?, Fault::Stalls)),
        ["slow", listen] => runtime.block_on(serve(listen.parse()?, Fault::OneByOne)),
        // `cargo test --benches` runs this with no arguments: there is nothing to measure then.
        _ => Ok(()),
    }
}

async fn drive(address: SocketAddr, model: Model, core: usize) -> Result<(), Box<dyn Error>> {
    let call = Call {
        weight: 1,
        method: "GET".into(),
        path: "/".into(),
        headers: Vec::new(),
        body: Body::Empty,
        expect: Expect::default(),
    };
    let scenario = Scenario {
        name: "bench".into(),
        seed: 1,
        timeout: Elapsed::from_secs(10),
        warm_up: Elapsed::ZERO,
        connections: 256,
        phases: vec![Phase { name: "load".into(), model, calls: vec![call], steps: Vec::new() }],
    };
    let (_open, gate) = watch::channel(Gate::Open(address));
    let (_stop, stop) = watch::channel(false);
    let (tell, mut heard) = mpsc::unbounded_channel();
    let target = Target { address, host: address.to_string(), gate };
    let generator = start(Order { scenario: Arc::new(scenario), target, tell, stop, core: Some(core) })?;
    let outcome = generator.ended().await?;
    if outcome != Outcome::Done {
        return Err(format!("{outcome:?}").into());
    }
    while let Some(told) = heard.recv().await {
        if let Told::Load(report) = told {
            // The check comes first; the last line is the phase.
            anstream::println!("{}", line(&report));
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn line(report: &LoadReport) -> String {
    let seconds = report.lasted.secs_f64();
    let punctual: u64 = report.late.0.iter().filter(|(late, _)| *late <= 1_000).map(|(_, count)| count).sum();
    format!(
        "per_second={:.0} failed={} unsent={} punctual={:.3} cpu={:.1} cpu_us={:.1} p50={:.3} p99={:.3} shortfall={}",
        report.answered as f64 / seconds,
        report.failed(),
        report.unsent,
        punctual as f64 * 100.0 / report.late.count() as f64,
        report.generator_cpu.secs_f64() * 100.0 / seconds,
        report.generator_cpu.secs_f64() * 1e6 / report.due as f64,
        millis(&report.warm, 0.5),
        millis(&report.warm, 0.99),
        report.shortfall.map_or("none".to_owned(), |who| format!("{who:?}").to_lowercase()),
    )
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn millis(times: &Spread, quantile: f64) -> f64 {
    let Ok(mut all) = Histogram::<u64>::new(3) else { return 0.0 };
    for (value, count) in &times.0 {
        all.record_n(*value, *count).ok();
    }
    all.value_at_quantile(quantile) as f64 / 1e3
}

/// What an app is slow at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Once in ten seconds, a request keeps everybody waiting for one.
    Stalls,
    /// One request at a time, 20 ms each.
    OneByOne,
}

/// The moments of stalls: when the next one comes, and when the last one is over.
type Stalls = Arc<Mutex<(Instant, Instant)>>;

/// Serves until standard input ends.
async fn serve(listen: SocketAddr, fault: Fault) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(listen).await?;
    let now = Instant::now();
    let stalls: Stalls = Arc::new(Mutex::new((now + Duration::from_secs(5), now)));
    let mut ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    loop {
        tokio::select! {
            _ = &mut ended => return Ok(()),
            accepted = listener.accept() => {
                let (client, _) = accepted?;
                client.set_nodelay(true)?;
                tokio::spawn(attend(client, fault, Arc::clone(&stalls)));
            }
        }
    }
}

async fn attend(mut client: TcpStream, fault: Fault, stalls: Stalls) {
    let mut request = [0; 4096];
    // The generator sends a request in one piece, and the next one after the answer.
    while client.read(&mut request).await.is_ok_and(|came| came > 0) {
        match fault {
            Fault::Stalls => sleep_until(stall(&stalls).await).await,
            Fault::OneByOne => {
                let _turn = stalls.lock().await;
                sleep(Duration::from_millis(20)).await;
            }
        }
        if client.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

async fn stall(stalls: &Stalls) -> Instant {
    let mut moments = stalls.lock().await;
    let now = Instant::now();
    if now >= moments.0 {
        *moments = (moments.0 + Duration::from_secs(10), now + Duration::from_secs(1));
    }
    moments.1
}
