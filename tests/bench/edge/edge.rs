//! The front door alone, with everything a run switches on: limits, timeouts, added headers, records.
//!
//! `edge LISTEN UPSTREAM` serves until its standard input ends. `edge pace ADDRESS RATE SECONDS` asks
//! at that rate and prints the 50th and the 99th percentile of the latency in milliseconds.
//! `run.sh` sets the door beside other proxies with both.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use emu::edge::{EdgeRules, Epoch, Meter, Wiring, serve};
use emu::event::Gate;
use emu::spec::{RouterRules, WakeAnswer, WakeRules};
use emu::units::{Elapsed, Memory};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().filter(|argument| !argument.starts_with("--")).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.get(1..).unwrap_or_default() {
        [listen, upstream] => runtime.block_on(run(TcpListener::bind(listen)?, upstream.parse()?)),
        [_pace, address, rate, seconds] => {
            let (rate, seconds) = (rate.parse()?, seconds.parse()?);
            runtime.block_on(pace(address.parse()?, rate, seconds))
        }
        // `cargo test --benches` runs this with no arguments: there is nothing to measure then.
        _ => Ok(()),
    }
}

/// Asks `rate` times a second, whether or not the last answer has come, over a few kept connections.
async fn pace(address: SocketAddr, rate: u32, seconds: u32) -> Result<(), Box<dyn Error>> {
    let mut idle = Vec::new();
    for _ in 0..8 {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        idle.push(stream);
    }
    let (back, mut came) = mpsc::unbounded_channel();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut latencies = Vec::new();
    for _ in 0..rate * seconds {
        tick.tick().await;
        while let Ok((stream, latency)) = came.try_recv() {
            idle.push(stream);
            latencies.push(latency);
        }
        let stream = match idle.pop() {
            Some(stream) => stream,
            None => TcpStream::connect(address).await?,
        };
        let back = back.clone();
        tokio::spawn(async move {
            if let Ok(answered) = ask(stream).await {
                // The receiver lives as long as the runtime.
                let _ = back.send(answered);
            }
        });
    }
    latencies.sort_unstable();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    anstream::println!("{:.4} {:.4}", at(50), at(99));
    Ok(())
}

async fn ask(mut stream: TcpStream) -> std::io::Result<(TcpStream, Duration)> {
    let mut answer = [0; 4096];
    let asked = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
    // The backend sends head and body in one piece, and so does every proxy here.
    let n = stream.read(&mut answer).await?;
    if n == 0 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok((stream, asked.elapsed())) }
}

async fn run(listener: TcpListener, upstream: SocketAddr) -> Result<(), Box<dyn Error>> {
    let (_keep, gate) = watch::channel(Gate::Open(upstream));
    let (reports, mut told) = mpsc::unbounded_channel();
    let wiring = Wiring { rules: rules(), epoch: Epoch::begin(), gate, reports, meter: Arc::new(Meter::default()) };
    let door = serve(listener, wiring, TcpStream::connect)?;
    let mut ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    loop {
        tokio::select! {
            _ = &mut ended => break,
            Some(_) = told.recv() => {}
        }
    }
    door.shut(Elapsed::from_secs(1)).await;
    Ok(())
}

fn rules() -> EdgeRules {
    let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    EdgeRules {
        tells_presence: false,
        router: RouterRules {
            first_byte: Some(Elapsed::from_secs(30)),
            idle: Some(Elapsed::from_secs(55)),
            total: Some(Elapsed::from_secs(100)),
            connect: Elapsed::from_secs(5),
            body: Some(Memory::from_mib(100)),
            head: Memory::from_bytes(65_536),
            headers: 100,
            concurrency: Some(1000),
            websockets: true,
            request_headers: text(&[
                ("x-forwarded-for", "{client}"),
                ("x-forwarded-proto", "http"),
                ("x-request-id", "{request_id}"),
                ("x-request-start", "{unix_ms}"),
            ]),
            response_headers: text(&[("server", "example")]),
        },
        wake: WakeRules {
            browser: WakeAnswer::Page,
            client: WakeAnswer::Held,
            websocket: WakeAnswer::Held,
            held_max: 100,
            held_timeout: Elapsed::from_secs(60),
            held_body: Memory::from_mib(1),
            stand_ins: BTreeMap::new(),
            sleeping_methods: Vec::new(),
        },
        answers: BTreeMap::new(),
    }
}
