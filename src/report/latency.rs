use hdrhistogram::{Counter, Histogram};
use serde::Serialize;

use crate::event::{Request, Spread};
use crate::units::Elapsed;

const DAY: u64 = 86_400_000_000;

/// How long answers took: to their first byte, and whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latencies {
    /// From arrival to the first byte.
    pub first_byte: Latency,
    /// From arrival to the last byte.
    pub total: Latency,
}

/// How a number of times is spread.
///
/// A percentile p is told only with at least 10 / (1 − p) values (20, 200 and 1,000): with fewer,
/// it is a tale about a handful of requests. Values are kept to three significant digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// How many values there are.
    pub count: u64,
    /// The smallest. `None` without values.
    #[serde(rename = "min_us")]
    pub min: Option<Elapsed>,
    /// Half are below it.
    #[serde(rename = "p50_us")]
    pub p50: Option<Elapsed>,
    /// 95 of 100 are below it.
    #[serde(rename = "p95_us")]
    pub p95: Option<Elapsed>,
    /// 99 of 100 are below it.
    #[serde(rename = "p99_us")]
    pub p99: Option<Elapsed>,
    /// The greatest. `None` without values.
    #[serde(rename = "max_us")]
    pub max: Option<Elapsed>,
}

#[derive(Debug, Clone)]
pub(super) struct LatencyFold {
    first_byte: Histogram<u32>,
    total: Histogram<u32>,
}

impl Default for LatencyFold {
    fn default() -> Self {
        Self { first_byte: histogram(), total: histogram() }
    }
}

#[expect(clippy::expect_used, reason = "three digits are within the one to five that are allowed")]
fn histogram<C: Counter>() -> Histogram<C> {
    Histogram::new(3).expect("three significant digits are valid")
}

/// The histogram grows with its values; a day and longer counts as a day, so that it cannot grow for ever.
fn record(values: &mut Histogram<u32>, time: Elapsed) {
    values.record(time.micros().min(DAY)).ok();
}

impl LatencyFold {
    pub(super) fn add(&mut self, request: &Request) {
        if let Some(first_byte) = request.first_byte {
            record(&mut self.first_byte, first_byte);
        }
        record(&mut self.total, request.total);
    }

    pub(super) fn latencies(&self) -> Latencies {
        Latencies { first_byte: spread(&self.first_byte), total: spread(&self.total) }
    }
}

impl Latency {
    /// The account of times that somebody else has counted.
    pub fn of(times: &Spread) -> Self {
        Self::of_all([times])
    }

    /// The account of all of them together.
    pub fn of_all<'s>(all: impl IntoIterator<Item = &'s Spread>) -> Self {
        let mut values = histogram::<u64>();
        for (time, count) in all.into_iter().flat_map(|times| &times.0) {
            values.record_n((*time).min(DAY), *count).ok();
        }
        spread(&values)
    }
}

/// How many values a percentile needs: 10 / (1 − p), so that ten of them lie beyond it.
pub const fn values_needed(per_cent: u64) -> u64 {
    1_000_u64.div_ceil(100 - per_cent)
}

/// `p50 needs 20, p95 200, p99 1000`, for the legend of a table that shows a percentile without a value.
pub fn percentiles_need() -> String {
    format!("p50 needs {}, p95 {}, p99 {}", values_needed(50), values_needed(95), values_needed(99))
}

fn spread<C: Counter>(values: &Histogram<C>) -> Latency {
    let count = values.len();
    let at = |per_cent: u64| {
        let enough = count >= values_needed(per_cent);
        let quantile = f64::from(u32::try_from(per_cent).unwrap_or(100)) / 100.0;
        enough.then(|| Elapsed::from_micros(values.value_at_quantile(quantile)))
    };
    let any = |value: u64| (count > 0).then(|| Elapsed::from_micros(value));
    Latency { count, min: any(values.min()), p50: at(50), p95: at(95), p99: at(99), max: any(values.max()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: u64) -> Latency {
        let mut values = histogram::<u64>();
        (1..=count).for_each(|value| values.record(value * 1_000).unwrap());
        spread(&values)
    }

    #[test]
    fn a_percentile_needs_ten_values_beyond_it() {
        let told = |count| {
            let latency = of(count);
            (latency.p50.is_some(), latency.p95.is_some(), latency.p99.is_some())
        };
        assert_eq!(told(0), (false, false, false));
        assert_eq!(told(19), (false, false, false));
        assert_eq!(told(20), (true, false, false));
        assert_eq!(told(199), (true, false, false));
        assert_eq!(told(200), (true, true, false));
        assert_eq!(told(999), (true, true, false));
        assert_eq!(told(1_000), (true, true, true));
    }

    #[test]
    fn percentiles_are_right_to_three_digits() {
        let latency = of(1_000);
        let near = |value: Option<Elapsed>, millis: u64| value.unwrap().millis().abs_diff(millis) <= 1 + millis / 1_000;
        assert!(near(latency.p50, 500) && near(latency.p95, 950) && near(latency.p99, 990), "{latency:?}");
        assert!(near(latency.min, 1) && near(latency.max, 1_000));
    }
}
