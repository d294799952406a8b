use std::sync::atomic::Ordering::Relaxed;

use tokio::time::{Instant, sleep_until};

use crate::edge::Meter;
use crate::event::{Cache, CacheSize, GaugeValue, Gauges};
use crate::metrics::{Amount, Held, Told, Value};
use crate::units::Elapsed;

/// How often the counts are looked at. They are told only where one changed.
const LOOK: Elapsed = Elapsed::from_secs(1);

/// The counts that are no counters of the kernel, and what was told of them last.
#[derive(Debug)]
pub(super) struct GaugeDesk {
    told: Gauges,
    /// What the app said of itself last.
    app: Gauges,
    look: Instant,
}

impl GaugeDesk {
    pub fn new() -> Self {
        Self { told: Gauges::default(), app: Gauges::default(), look: Instant::now() + LOOK.duration() }
    }

    /// Waits until it is time to look.
    pub async fn due(&self) {
        sleep_until(self.look).await;
    }

    /// The app said this of itself; by default that it says nothing, or is away.
    pub fn hear(&mut self, told: Told) {
        self.app = Gauges {
            users: told.users,
            caches: told.caches.into_iter().map(cache).collect(),
            values: told.values.into_iter().map(value).collect(),
            ..Gauges::default()
        };
    }

    /// Looks at the front door. What is to be told; `None` where nothing changed.
    pub fn look(&mut self, meter: &Meter) -> Option<Gauges> {
        self.look = Instant::now() + LOOK.duration();
        let now = Gauges {
            sockets: meter.open_websockets.load(Relaxed),
            messages: meter.messages.load(Relaxed),
            pings: meter.pings.load(Relaxed),
            held: meter.held.load(Relaxed),
            ..self.app.clone()
        };
        if now == self.told {
            return None;
        }
        self.told = now;
        Some(self.told.clone())
    }
}

fn cache(held: Held) -> Cache {
    let holds = match held.amount {
        Amount::Bytes(size) => CacheSize::Bytes(size),
        Amount::Entries(number) => CacheSize::Entries(number),
    };
    Cache { name: held.name, holds }
}

fn value(value: Value) -> GaugeValue {
    GaugeValue { name: value.name, value: value.value, unit: value.unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _time = runtime.enter();
        let (mut desk, meter) = (GaugeDesk::new(), Meter::default());
        assert_eq!(desk.look(&meter), None, "nobody is there");
        meter.open_websockets.store(2, Relaxed);
        meter.pings.store(1, Relaxed);
        assert_eq!(desk.look(&meter), Some(Gauges { sockets: 2, pings: 1, ..Gauges::default() }));
        assert_eq!(desk.look(&meter), None);
        meter.held.store(3, Relaxed);
        assert_eq!(desk.look(&meter), Some(Gauges { sockets: 2, pings: 1, held: 3, ..Gauges::default() }));
    }
}
