//! The generator over in-memory pipes and a paused clock, against scripted apps.

mod answers;
mod ends;
mod paces;
mod sockets;
mod steps;
mod sums;
mod tabs;

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use super::alarm::Alarm;
use super::drive::{drive, parts, progress};
use super::phase::Ground;
use super::start::house;
use super::wire::Dial;
use super::{Outcome, Progress, Told};
use crate::event::{Gate, LoadReport, PhaseRole};
use crate::scenario::{Body, Call, Coming, Expect, Model, Phase, Rate, Scenario, Think};
use crate::units::Elapsed;

const OPEN: Gate = Gate::Open(SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9));

/// The shortest whole answer.
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A connection, as the app sees it.
struct Visit {
    io: DuplexStream,
    heard: Vec<u8>,
}

impl Visit {
    /// The next request's head and body; `None` when no more come.
    async fn request(&mut self) -> Option<String> {
        let mut piece = [0; 4096];
        loop {
            if let Some(end) = self.heard.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.heard[..end]).into_owned();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                let whole = end + 4 + length.unwrap_or(0);
                if self.heard.len() >= whole {
                    let rest = self.heard.split_off(whole);
                    let request = std::mem::replace(&mut self.heard, rest);
                    return Some(String::from_utf8_lossy(&request).into_owned());
                }
            }
            let came = self.io.read(&mut piece).await.ok().filter(|came| *came > 0)?;
            self.heard.extend_from_slice(&piece[..came]);
        }
    }

    async fn say(&mut self, text: &str) {
        // A client that is gone hears nothing.
        let _ = self.io.write_all(text.as_bytes()).await;
    }

    /// Answers every request with the same words after the same time.
    async fn answer_all(mut self, text: &str, after: Duration) {
        while self.request().await.is_some() {
            sleep(after).await;
            self.say(text).await;
        }
    }
}

/// How the scripted app is reached. Every connection is served by a task of its own.
struct Pipes<F>(F);

impl<F, V> Dial for Pipes<F>
where
    F: Fn(Visit) -> V + 'static,
    V: Future<Output = ()> + 'static,
{
    type Stream = DuplexStream;

    async fn dial(&self) -> io::Result<DuplexStream> {
        let (near, far) = duplex(64 * 1024);
        spawn_local((self.0)(Visit { io: far, heard: Vec::new() }));
        Ok(near)
    }
}

/// Nobody listens.
struct Nobody;

impl Dial for Nobody {
    type Stream = DuplexStream;

    async fn dial(&self) -> io::Result<DuplexStream> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

/// What came of it.
struct Played {
    told: Vec<Told>,
    outcome: Outcome,
}

impl Played {
    /// The report of the phase with this name.
    fn report(&self, name: &str) -> &LoadReport {
        let told = self.told.iter().skip_while(|told| !matches!(told, Told::Phase(phase) if phase.name == name));
        // Whatever is noted on the way stands between the two.
        let next = told.skip(1).find(|told| !matches!(told, Told::Note(_)));
        match next {
            Some(Told::Load(report)) => report,
            other => panic!("a report follows the phase `{name}`, not {other:?}"),
        }
    }
}

/// What is done to the generator while it works.
struct Hands {
    gate: watch::Sender<Gate>,
    stop: watch::Sender<bool>,
    progress: Arc<Progress>,
}

/// Plays a scenario against an app to which every connection is served by `app`.
async fn play<F, V>(scenario: Scenario, app: F) -> Played
where
    F: Fn(Visit) -> V + 'static,
    V: Future<Output = ()> + 'static,
{
    play_with(scenario, Pipes(app), async |_| {}).await
}

/// The same with somebody who moves the gate, or stops the work.
async fn play_with<D: Dial>(scenario: Scenario, dial: D, meanwhile: impl AsyncFnOnce(&Hands)) -> Played {
    let (gate, watched) = watch::channel(OPEN);
    let (stop, stopping) = watch::channel(false);
    let (tell, mut heard) = mpsc::unbounded_channel();
    let parts = parts(&scenario);
    let progress = Arc::new(progress(&parts));
    let house = house(dial, (scenario.timeout, scenario.connections as usize), watched, Arc::clone(&progress));
    let ground = Ground { house: Rc::new(house), alarm: Alarm::Coarse, stop: stopping, host: "app.test".into() };
    let hands = Hands { gate, stop, progress };
    let local = LocalSet::new();
    let work = local.run_until(drive(parts, scenario.seed, ground, tell));
    // The one who meanwhile moves things goes first, so that it can before anything is sent.
    let ((), outcome) = tokio::join!(meanwhile(&hands), work);
    let mut told = Vec::new();
    while let Ok(one) = heard.try_recv() {
        told.push(one);
    }
    Played { told, outcome }
}

fn scenario(phases: Vec<Phase>) -> Scenario {
    Scenario {
        name: "test".into(),
        seed: 1,
        timeout: Elapsed::from_secs(10),
        warm_up: Elapsed::ZERO,
        connections: 64,
        phases,
    }
}

fn get(path: &str) -> Call {
    Call {
        weight: 1,
        method: "GET".into(),
        path: path.into(),
        headers: Vec::new(),
        body: Body::Empty,
        expect: Expect::default(),
    }
}

fn phase(name: &str, model: Model, calls: Vec<Call>) -> Phase {
    Phase { name: name.into(), model, calls, steps: Vec::new() }
}

fn open(rate: f64, secs: u64) -> Model {
    Model::Open { from: Rate(rate), to: Rate(rate), lasts: Elapsed::from_secs(secs) }
}

fn closed(users: u32, think_ms: u64, secs: u64) -> Model {
    let think = Elapsed::from_millis(think_ms);
    let think = Think::always(think);
    Model::Closed { coming: Coming::together(users), think, lasts: Elapsed::from_secs(secs) }
}

/// One phase named `load`, against `/`.
fn only(model: Model) -> Scenario {
    scenario(vec![phase("load", model, vec![get("/")])])
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Whether every request is counted once.
fn adds_up(report: &LoadReport) -> bool {
    report.due == report.answered + report.failed() + report.unsent
        && report.answered == report.warm.count() + report.cold.count()
        && report.answered == report.service.count()
        && report.due - report.unsent >= report.late.count()
}

/// Collects what an app hears.
type Heard = Rc<RefCell<Vec<String>>>;
