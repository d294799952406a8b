//! The front door alone, with everything a run switches on: limits, timeouts, added headers, records.
//!
//! `edge LISTEN UPSTREAM` serves until its standard input ends. `run.sh` sets it beside other proxies.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use emu::edge::{EdgeRules, Epoch, Meter, Wiring, serve};
use emu::event::Gate;
use emu::spec::{RouterRules, WakeAnswer, WakeRules};
use emu::units::{Elapsed, Memory};
use tokio::sync::{mpsc, watch};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().filter(|argument| !argument.starts_with("--")).collect();
    // `cargo test --benches` runs this with no arguments: there is nothing to measure then.
    let [_, listen, upstream] = arguments.as_slice() else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(run(TcpListener::bind(listen)?, upstream.parse()?))
}

async fn run(listener: TcpListener, upstream: SocketAddr) -> Result<(), Box<dyn Error>> {
    let (_keep, gate) = watch::channel(Gate::Open(upstream));
    let (reports, mut told) = mpsc::unbounded_channel();
    let wiring = Wiring { rules: rules(), epoch: Epoch::begin(), gate, reports, meter: Arc::new(Meter::default()) };
    let door = serve(listener, wiring)?;
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
