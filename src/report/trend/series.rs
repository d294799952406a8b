use crate::units::Elapsed;

/// How many bins a series holds at most. When they are used up, neighbours become one, so that a run of any length
/// takes the same room.
const BINS: usize = 256;
/// How long a bin is at first.
const FIRST_WIDTH: Elapsed = Elapsed::from_secs(1);

/// Need and load over time, from a moment on, in bins of equal length.
#[derive(Debug, Clone)]
pub(super) struct Series {
    width: Elapsed,
    bins: Vec<Bin>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    samples: u32,
    /// Of all samples, in bytes.
    sum: f64,
    requests: u64,
    /// Seconds that sockets were open in it, added up.
    open: f64,
}

/// Needs over time, one for each of several windows of equal length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Windows {
    /// Where the first one begins.
    pub(super) from: Elapsed,
    /// How long each is.
    pub(super) length: Elapsed,
    /// The middle need of each, in bytes.
    pub(super) needs: Vec<f64>,
}

impl Windows {
    /// How long all are together.
    pub(super) fn whole(&self) -> Elapsed {
        times(self.length, u64::try_from(self.needs.len()).unwrap_or(u64::MAX))
    }
}

impl Default for Series {
    fn default() -> Self {
        Self { width: FIRST_WIDTH, bins: Vec::new() }
    }
}

impl Series {
    /// A need in bytes, so long after the beginning.
    pub(super) fn sample(&mut self, after: Elapsed, need: f64) {
        let bin = self.bin(after);
        bin.samples += 1;
        bin.sum += need;
    }

    /// A request that came.
    pub(super) fn request(&mut self, after: Elapsed) {
        self.bin(after).requests += 1;
    }

    /// A socket that was open from then to then.
    pub(super) fn socket(&mut self, from: Elapsed, to: Elapsed) {
        self.bin(to);
        let width = self.width;
        for (at, bin) in (0_u64..).zip(&mut self.bins) {
            let begin = times(width, at);
            let inside = to.min(begin + width).since(from.max(begin));
            bin.open += inside.secs_f64();
        }
    }

    /// The last of the bins between two moments, as `count` windows of as many bins each as there are. `None` where a
    /// window has no sample.
    pub(super) fn windows(&self, from: Elapsed, to: Elapsed, count: usize) -> Option<Windows> {
        let end = self.bins.len().min(self.place(to).saturating_add(1));
        let each = end.saturating_sub(self.place(from)) / count.max(1);
        let begin = end - each * count;
        let windows = self.bins[begin..end].chunks(each.max(1));
        let needs: Option<Vec<f64>> = windows.map(|bins| middle(bins.iter().filter_map(Bin::mean).collect())).collect();
        let from = times(self.width, u64::try_from(begin).unwrap_or(u64::MAX));
        let length = times(self.width, u64::try_from(each).unwrap_or(u64::MAX));
        needs.filter(|needs| needs.len() == count).map(|needs| Windows { from, length, needs })
    }

    /// Requests that came between two moments.
    pub(super) fn requests(&self, from: Elapsed, to: Elapsed) -> u64 {
        self.between(from, to).map(|bin| bin.requests).sum()
    }

    /// How many sockets were open between two moments, on average.
    pub(super) fn sockets(&self, from: Elapsed, to: Elapsed) -> f64 {
        let open: f64 = self.between(from, to).map(|bin| bin.open).sum();
        open / to.since(from).secs_f64().max(1e-6)
    }

    /// Bins whose middle lies between two moments.
    fn between(&self, from: Elapsed, to: Elapsed) -> impl Iterator<Item = &Bin> {
        let half = Elapsed::from_micros(self.width.micros() / 2);
        let inside = move |at: u64| (from..to).contains(&(times(self.width, at) + half));
        (0_u64..).zip(&self.bins).filter(move |(at, _)| inside(*at)).map(|(_, bin)| bin)
    }

    fn bin(&mut self, after: Elapsed) -> &mut Bin {
        while self.place(after) >= BINS {
            self.halve();
        }
        let place = self.place(after);
        if self.bins.len() <= place {
            self.bins.resize(place + 1, Bin::default());
        }
        &mut self.bins[place]
    }

    fn place(&self, after: Elapsed) -> usize {
        usize::try_from(after.micros() / self.width.micros()).unwrap_or(usize::MAX)
    }

    fn halve(&mut self) {
        self.width = self.width + self.width;
        self.bins = self.bins.chunks(2).map(|pair| pair.iter().copied().fold(Bin::default(), Bin::and)).collect();
    }
}

impl Bin {
    fn mean(&self) -> Option<f64> {
        (self.samples > 0).then(|| self.sum / f64::from(self.samples))
    }

    fn and(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sum: self.sum + other.sum,
            requests: self.requests + other.requests,
            open: self.open + other.open,
        }
    }
}

fn times(width: Elapsed, count: u64) -> Elapsed {
    Elapsed::from_micros(width.micros().saturating_mul(count))
}

/// The middle one; the lower of two.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Elapsed {
        Elapsed::from_secs(secs)
    }

    #[test]
    fn a_day_takes_the_room_of_four_minutes_and_keeps_its_shape() {
        let mut series = Series::default();
        (0..86_400_u32).for_each(|at| series.sample(secs(at.into()), f64::from(at)));
        assert!(series.bins.len() <= BINS);
        let windows = series.windows(Elapsed::ZERO, secs(86_400), 4).unwrap();
        for (at, found) in (0_u32..).zip(&windows.needs) {
            let length = windows.length.secs_f64();
            let meant = windows.from.secs_f64() + length * (f64::from(at) + 0.5);
            assert!((found - meant).abs() < 600.0, "window {at}: {found}, not {meant}");
        }
    }

    #[test]
    fn requests_and_sockets_are_counted_where_they_were() {
        let mut series = Series::default();
        (0..600).for_each(|at| series.request(secs(at)));
        series.socket(secs(100), secs(200));
        assert_eq!(series.requests(secs(0), secs(600)), 600);
        assert!((series.sockets(secs(100), secs(200)) - 1.0).abs() < 0.05);
        assert!(series.sockets(secs(300), secs(400)).abs() < f64::EPSILON);
    }

    #[test]
    fn a_window_without_samples_says_nothing() {
        let mut series = Series::default();
        (0..30).chain(60..90).for_each(|at| series.sample(secs(at), 1.0));
        assert_eq!(series.windows(secs(0), secs(90), 3), None);
        assert_eq!(series.windows(secs(0), secs(90), 100), None);
    }
}
