use std::net::SocketAddr;

use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use super::{Probe, Unwell};
use crate::lifecycle::Turn;
use crate::spec::{HealthCheck, Spec};
use crate::units::Elapsed;

/// Pause between two knocks at a port that is not open yet.
const KNOCK_PAUSE: Elapsed = Elapsed::from_millis(4);
/// A knock that takes longer has failed. Short, so that one lost packet does not look like a slow boot.
const KNOCK_LIMIT: Elapsed = Elapsed::from_millis(500);
/// Pause between two health questions before the first healthy answer.
const BOOT_PAUSE: Elapsed = Elapsed::from_millis(100);
/// The platform's own interval is never taken shorter than this.
const SHORTEST_INTERVAL: Elapsed = Elapsed::from_millis(10);

/// How often an instance is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conduct) struct Rounds {
    /// Between two questions, once it serves; `None` when the plan does not ask then.
    interval: Option<Elapsed>,
    /// An answer that takes longer has failed.
    timeout: Elapsed,
}

impl From<&Spec> for Rounds {
    fn from(spec: &Spec) -> Self {
        let asks = spec.health.check != HealthCheck::None;
        Self {
            interval: asks.then(|| spec.health.interval.max(SHORTEST_INTERVAL)),
            timeout: spec.health.timeout.max(SHORTEST_INTERVAL),
        }
    }
}

/// Watches one life of an instance: its port, its first healthy answer, then its health, one question
/// at a time. Ends by itself only where the plan does not ask a serving app.
pub(in crate::conduct) async fn watch(probe: impl Probe, address: SocketAddr, rounds: Rounds, tell: impl Fn(Turn)) {
    while timeout(KNOCK_LIMIT.duration(), probe.knock(address)).await.map_or(true, |knock| knock.is_err()) {
        sleep(KNOCK_PAUSE.duration()).await;
    }
    tell(Turn::PortOpen);
    while let Err(unwell) = ask(&probe, address, rounds.timeout).await {
        tell(Turn::Unhealthy { reason: unwell.reason, status: unwell.status });
        sleep(BOOT_PAUSE.duration()).await;
    }
    tell(Turn::Healthy);
    let Some(interval) = rounds.interval else { return };
    let mut rhythm = interval_at(Instant::now() + interval.duration(), interval.duration());
    rhythm.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rhythm.tick().await;
        tell(Turn::Questioned);
        tell(match ask(&probe, address, rounds.timeout).await {
            Ok(()) => Turn::Healthy,
            Err(unwell) => Turn::Unhealthy { reason: unwell.reason, status: unwell.status },
        });
    }
}

async fn ask(probe: &impl Probe, address: SocketAddr, limit: Elapsed) -> Result<(), Unwell> {
    timeout(limit.duration(), probe.ask(address))
        .await
        .unwrap_or_else(|_| Err(Unwell::new(format!("no answer in {limit}"))))
}
