//! Proves the limit that everything stands on: an instance that asks for more than it has must be killed,
//! and both witnesses must say so.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::finding::{Finding, broken, ok, refused, warning};
use crate::cli::engine;
use crate::engine::{Chosen, Engine, EngineError, Happening, Instance, Order};
use crate::event::InstanceId;
use crate::spec::Image;
use crate::units::Memory;

/// The trial instance gets this much memory, and asks for four times as much.
const LIMIT: Memory = Memory::from_mib(32);
/// The longest the trial may take.
const TIME: Duration = Duration::from_secs(30);

/// Tries it.
pub(super) async fn trial(engine: &Chosen) -> Finding {
    const WHAT: &str = "memory limit, tried";
    match timeout(TIME, killed(engine)).await {
        Ok(Ok((true, true))) => ok(WHAT, format!("mimic was killed at {LIMIT}; engine and kernel both say so")),
        Ok(Ok((engine, kernel))) if engine || kernel => {
            let witness = if engine { "engine" } else { "kernel's counter" };
            let found = format!("mimic was killed at {LIMIT}; only the {witness} says so");
            warning(WHAT, &found, "runs work; one witness is enough")
        }
        Ok(Ok(_)) => broken(
            WHAT,
            format!("mimic was not killed at {LIMIT}"),
            Some("no run here says anything about a plan; enable the memory controller".into()),
        ),
        Ok(Err(error)) => refused(WHAT, engine::failure(&error)),
        Err(_) => {
            broken(WHAT, format!("no result in {} s", TIME.as_secs()), Some("look at the engine's own log".into()))
        }
    }
}

/// Whether the engine and the kernel say that the trial instance was killed for want of memory.
async fn killed(engine: &Chosen) -> Result<(bool, bool), EngineError> {
    let (news, mut told) = mpsc::unbounded_channel();
    engine.prepare(&Image::Mimic).await?;
    let instance = engine.create(order(), news).await?;
    let started = instance.start().await;
    let mut witnesses = (false, false);
    while started.is_ok()
        && let Some(news) = told.recv().await
    {
        if let Happening::Ended(ended) = news.what {
            witnesses = (ended.engine_says_oom, ended.kernel_oom_kills.is_some_and(|kills| kills > 0));
            break;
        }
    }
    instance.remove().await?;
    started.map(|_| witnesses)
}

fn order() -> Order {
    let size = Memory::from_bytes(LIMIT.bytes() * 4);
    Order {
        command: vec!["--hold".into(), size.to_string().replace(' ', "")],
        memory: LIMIT,
        ..Order::plain(format!("doctor-{}", std::process::id()), InstanceId(1), free_port())
    }
}

/// An instance without a network of its own needs a port of this machine.
fn free_port() -> u16 {
    let found = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| socket.local_addr());
    found.map_or(8080, |address| address.port())
}
