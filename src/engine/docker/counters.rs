//! Where samples come from: the kernel's files where they are visible, else the engine's stream.

use std::future::pending;
use std::pin::Pin;

use bollard::errors::Error;
use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::{Stream, StreamExt};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::engine::cgroup::{Counters, EVERY, Reader};
use crate::engine::devices::Devices;
use crate::event::SampleSource;
use crate::units::{Elapsed, Memory};

type Answers = Pin<Box<dyn Stream<Item = Result<ContainerStatsResponse, Error>> + Send>>;

/// Gives one set of counters after the other.
pub(super) enum Source {
    /// The kernel's files.
    Files {
        /// Holds them open.
        reader: Box<Reader>,
        /// The container's network, where it is visible.
        devices: Option<Devices>,
        /// When to read next.
        ticks: Interval,
    },
    /// The engine's stream, about one answer a second.
    Stream(Answers),
    /// No more.
    Dry,
}

impl Source {
    pub(super) fn new(
        client: &bollard::Docker,
        container: &str,
        (reader, inside): (Option<Reader>, Option<u32>),
    ) -> Self {
        if let Some(reader) = reader {
            let mut ticks = interval(EVERY);
            // A late reading is not made up for: counters are totals.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            return Self::Files { reader: Box::new(reader), devices: inside.map(Devices::of_process), ticks };
        }
        let options = StatsOptionsBuilder::default().stream(true).build();
        Self::Stream(Box::pin(client.stats(container, Some(options))))
    }

    /// The next counters; waits for ever when there are no more. Nothing is lost when cancelled.
    pub(super) async fn next(&mut self) -> Counters {
        loop {
            let found = match self {
                Self::Files { reader, devices, ticks } => {
                    ticks.tick().await;
                    let sent = devices.as_mut().and_then(Devices::sent);
                    reader.counters().map(|counters| Counters { sent, ..counters })
                }
                Self::Stream(answers) => match answers.next().await {
                    Some(Ok(answer)) => match counters(&answer) {
                        Some(counters) => Some(counters),
                        None => continue,
                    },
                    Some(Err(_)) | None => None,
                },
                Self::Dry => pending().await,
            };
            match found {
                Some(counters) => return counters,
                None => *self = Self::Dry,
            }
        }
    }

    /// The kernel's count of kills right now, where it can be read.
    pub(super) fn oom_kills(&mut self) -> Option<u64> {
        match self {
            Self::Files { reader, .. } => reader.oom_kills(),
            Self::Stream(_) | Self::Dry => None,
        }
    }

    pub(super) fn kind(&self) -> SampleSource {
        match self {
            Self::Files { reader, .. } => reader.source(),
            Self::Stream(_) | Self::Dry => SampleSource::EngineStream,
        }
    }
}

/// The counters in an engine's answer. Nothing when it speaks of a container that has ended.
///
/// Engines leave out what they do not know, and the names follow the version of the control group.
pub(super) fn counters(answer: &ContainerStatsResponse) -> Option<Counters> {
    let memory = answer.memory_stats.as_ref()?;
    let usage = memory.usage?;
    let stat = |keys: [&str; 2]| {
        let stats = memory.stats.as_ref()?;
        keys.iter().find_map(|key| stats.get(*key).copied())
    };
    let inactive = stat(["total_inactive_file", "inactive_file"]).unwrap_or(0);
    let cpu = answer.cpu_stats.as_ref();
    let used = cpu.and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage).unwrap_or(0);
    let throttling = cpu.and_then(|cpu| cpu.throttling_data.clone()).unwrap_or_default();
    Some(Counters {
        usage: Memory::from_bytes(usage),
        need: Memory::from_bytes(usage.saturating_sub(inactive)),
        shared: stat(["total_shmem", "shmem"]).map(Memory::from_bytes),
        swap: Memory::from_bytes(stat(["total_swap", "swap"]).unwrap_or(0)),
        cpu: Elapsed::from_micros(used / 1_000),
        periods: throttling.periods.unwrap_or(0),
        throttled_periods: throttling.throttled_periods.unwrap_or(0),
        throttled: Elapsed::from_micros(throttling.throttled_time.unwrap_or(0) / 1_000),
        pids: answer.pids_stats.as_ref().and_then(|pids| u32::try_from(pids.current?).ok()),
        oom_kills: None,
        open_files: None,
        sent: answer.networks.as_ref().map(|networks| networks.values().filter_map(|device| device.tx_packets).sum()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    macro_rules! fixture {
        ($name:literal) => {
            serde_json::from_str::<ContainerStatsResponse>(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/fixtures/cgroup/stream/",
                $name
            )))
            .expect("an answer")
        };
    }

    fn expected() -> Counters {
        Counters {
            usage: Memory::from_bytes(23_089_152),
            need: Memory::from_bytes(23_089_152 - 1_544_192),
            shared: None,
            swap: Memory::default(),
            cpu: Elapsed::from_micros(1_528_073),
            periods: 154,
            throttled_periods: 144,
            throttled: Elapsed::from_micros(11_141_264),
            pids: Some(1),
            oom_kills: None,
            open_files: None,
            // Not told in every fixture.
            sent: Some(0),
        }
    }

    #[test]
    fn an_answer_over_version_1_is_understood() {
        assert_eq!(counters(&fixture!("engine-v1.json")), Some(expected()));
    }

    #[test]
    fn an_answer_over_version_2_tells_shared_memory_as_well() {
        let expected = Counters { shared: Some(Memory::from_mib(20)), sent: None, ..expected() };
        assert_eq!(counters(&fixture!("engine-v2.json")), Some(expected));
    }

    #[test]
    fn an_engine_that_leaves_fields_out_still_tells_what_it_knows() {
        let found = counters(&fixture!("podman.json")).expect("counters");
        assert_eq!((found.need.bytes(), found.pids, found.shared), (21_544_960, Some(3), None));
        assert_eq!(found.cpu, Elapsed::from_micros(1_528_073));
    }

    #[test]
    fn a_container_that_has_ended_gives_no_sample_of_zero() {
        assert_eq!(counters(&fixture!("not-running.json")), None);
    }

    proptest! {
        #[test]
        fn need_is_never_above_usage(usage: u64, inactive: u64) {
            let text = format!(r#"{{"memory_stats":{{"usage":{usage},"stats":{{"inactive_file":{inactive}}}}}}}"#);
            let answer: ContainerStatsResponse = serde_json::from_str(&text).expect("an answer");
            let found = counters(&answer).expect("counters");
            prop_assert!(found.need <= found.usage);
        }
    }
}
