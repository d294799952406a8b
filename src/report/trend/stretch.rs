use super::judge::{self, Judged, LEAST, WINDOWS, judge};
use super::rank::Slope;
use super::series::{Series, Windows};
use super::{Growth, LimitAfter, Trend, TrendKind};
use crate::event::{ClientKind, InstanceId, Request, Sample};
use crate::report::memory::at_limit;
use crate::units::{Elapsed, Memory};

/// What a phase needs at least, as it is told: windows of three seconds, which hold three samples where the engine gives
/// one a second, and the tenth before them.
const SHORTEST: Elapsed = Elapsed::from_secs(60);
/// The same without the moments from the beginning of a phase to its first sample, and from the last one to its end.
const LEAST_SEEN: Elapsed = Elapsed::from_secs(56);
/// Nothing is said about moments further ahead than so many times what was seen.
const REACH: f64 = 100.0;
/// Growth of less than this share of the limit, without a trend, is noise.
const QUIET_SHARE: f64 = 0.02;
/// The longest run that is advised.
const LONGEST: Elapsed = Elapsed::from_secs(86_400);

/// One instance in one phase.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    phase: String,
    instance: InstanceId,
    from: Elapsed,
    to: Elapsed,
    /// It stood where the plan kills. What comes then is the kernel's doing.
    full: bool,
    series: Series,
}

impl Stretch {
    pub(super) fn begin(phase: &str, instance: InstanceId, from: Elapsed) -> Self {
        Self { phase: phase.to_owned(), instance, from, to: from, full: false, series: Series::default() }
    }

    pub(super) fn is(&self, phase: &str) -> bool {
        self.phase == phase
    }

    pub(super) fn end(&self) -> Elapsed {
        self.to
    }

    pub(super) fn length(&self) -> Elapsed {
        self.to.since(self.from)
    }

    pub(super) fn sample(&mut self, at: Elapsed, sample: &Sample, kill_at: Memory) {
        self.full |= at_limit(sample.need, kill_at);
        if !self.full {
            self.to = at;
            self.series.sample(at.since(self.from), whole(sample));
        }
    }

    /// A request that ended at this moment.
    pub(super) fn request(&mut self, request: &Request, ended: Elapsed) {
        if request.arrived >= self.from && request.arrived <= ended {
            self.series.request(request.arrived.since(self.from));
        }
        if request.client == ClientKind::Websocket && ended > self.from {
            self.series.socket(request.arrived.since(self.from), ended.since(self.from));
        }
    }

    pub(super) fn trend(&self, kill_at: Memory) -> Trend {
        // In its first tenth an app gets used to its load.
        let begin = Elapsed::from_micros(self.length().micros() / 10);
        let windows = self.series.windows(begin, self.length(), WINDOWS).filter(|_| self.length() >= LEAST_SEEN);
        let Some(windows) = windows else {
            return Trend { needed: Some(SHORTEST), ..self.silent(begin, TrendKind::TooShort) };
        };
        if !self.steady(&windows) {
            return self.silent(windows.from, TrendKind::UnsteadyLoad);
        }
        let judged = judge(&windows.needs, (bytes(kill_at) * QUIET_SHARE).max(LEAST));
        self.told(judged, &windows, kill_at)
    }

    fn silent(&self, from: Elapsed, kind: TrendKind) -> Trend {
        Trend {
            phase: self.phase.clone(),
            instance: self.instance,
            from: self.from + from,
            to: self.to,
            kind,
            growth: None,
            per_request: None,
            need_first: None,
            need_last: None,
            limit: None,
            needed: None,
        }
    }

    fn told(&self, judged: Judged, windows: &Windows, kill_at: Memory) -> Trend {
        let leak = judged.kind == TrendKind::Leak;
        let growth = judged.slope.middle * judge::steps(&windows.needs);
        Trend {
            growth: Some(per_hour(judged.slope, windows.length)),
            per_request: leak.then(|| self.per_request(growth, windows)).flatten(),
            need_first: windows.needs.first().copied().map(memory),
            need_last: windows.needs.last().copied().map(memory),
            limit: leak.then(|| self.limit(judged.slope, windows, kill_at)).flatten(),
            needed: (judged.kind == TrendKind::Unclear).then(|| self.needed(growth)),
            ..self.silent(windows.from, judged.kind)
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
    fn per_request(&self, growth: f64, windows: &Windows) -> Option<Memory> {
        let requests = self.series.requests(windows.from, windows.from + windows.whole());
        let all = growth * windows.whole().secs_f64() / windows.whole().since(windows.length).secs_f64();
        (requests > 0).then(|| memory(all / requests as f64))
    }

    /// From the beginning of the stretch: what is there when the load begins is there again after a restart.
    fn limit(&self, slope: Slope, windows: &Windows, kill_at: Memory) -> Option<LimitAfter> {
        let furthest = self.length().secs_f64() * REACH;
        let room = bytes(kill_at) - windows.needs.first().copied().unwrap_or_default();
        let begin = windows.from.secs_f64() + windows.length.secs_f64() / 2.0;
        let after = |slope: f64| begin + room.max(0.0) / slope * windows.length.secs_f64();
        // Without a lower end, the latest moment is as far as is looked ahead.
        let latest = if slope.low > 0.0 { after(slope.low).min(furthest) } else { furthest };
        (after(slope.middle) <= furthest).then(|| LimitAfter {
            after: seconds(after(slope.middle)),
            soonest: seconds(after(slope.high)),
            latest: seconds(latest),
        })
    }

    /// Twice as long at least, and as long as it takes to grow by what can be told from noise.
    fn needed(&self, growth: f64) -> Elapsed {
        let times = (2.0 * LEAST / growth.max(1.0)).max(2.0);
        seconds(self.length().secs_f64() * times).min(LONGEST).max(SHORTEST)
    }

    /// Whether as much was asked of the app in each quarter. Requests and visitors that come by chance vary by the
    /// root of their number; three times that is no change.
    fn steady(&self, windows: &Windows) -> bool {
        let quarter = Elapsed::from_micros(windows.whole().micros() / 4);
        let begins = [0, 1, 2, 3].map(|at| windows.from + Elapsed::from_micros(quarter.micros() * at));
        let requests = begins.map(|begin| self.series.requests(begin, begin + quarter));
        let sockets = begins.map(|begin| self.series.sockets(begin, begin + quarter));
        #[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
        let requests = requests.map(|count| count as f64);
        within(requests, |mean| 0.5 * mean + 3.0 * mean.sqrt()) && within(sockets, |mean| 0.1 * mean + 1.0)
    }
}

/// Whether the greatest and the least are no further apart than their mean allows.
fn within(quarters: [f64; 4], allowed: impl Fn(f64) -> f64) -> bool {
    let mean = quarters.iter().sum::<f64>() / 4.0;
    let most = quarters.iter().copied().fold(f64::MIN, f64::max);
    let least = quarters.iter().copied().fold(f64::MAX, f64::min);
    most - least <= allowed(mean)
}

/// What lies in swap is needed, too.
#[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
fn whole(sample: &Sample) -> f64 {
    (sample.need.bytes() + sample.swap.bytes()) as f64
}

#[expect(clippy::cast_possible_truncation, reason = "no growth fills 63 bits")]
fn per_hour(slope: Slope, window: Elapsed) -> Growth {
    let hourly = |bytes: f64| (bytes * 3_600.0 / window.secs_f64()).round() as i64;
    Growth {
        bytes_per_hour: hourly(slope.middle),
        low_bytes_per_hour: hourly(slope.low),
        high_bytes_per_hour: hourly(slope.high),
    }
}

#[expect(clippy::cast_precision_loss, reason = "53 bits hold any real memory size")]
fn bytes(memory: Memory) -> f64 {
    memory.bytes() as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are not negative")]
fn memory(bytes: f64) -> Memory {
    Memory::from_bytes(bytes.max(0.0) as u64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative")]
fn seconds(seconds: f64) -> Elapsed {
    Elapsed::from_micros((seconds.max(0.0) * 1e6) as u64)
}
