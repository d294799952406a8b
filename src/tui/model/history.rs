use std::collections::VecDeque;

use crate::event::{Kind, State};
use crate::units::{Elapsed, Memory, Millicores};

/// Pieces of time kept. Twice the width of a wide terminal, so that a full history still fills it after its
/// pieces were joined in pairs.
const BUCKETS: usize = 400;
/// The length of a piece at the start of a run.
const FIRST_WIDTH: Elapsed = Elapsed::from_millis(100);
/// Landmarks kept; the oldest go first.
const LANDMARKS: usize = 256;

/// What one piece of time came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) struct Bucket {
    /// The greatest need.
    pub(in crate::tui) need: Memory,
    /// The greatest CPU share; `None` while it cannot be told.
    pub(in crate::tui) cpu: Option<Millicores>,
    /// The greatest part of throttled periods, in percent; `None` while it cannot be told.
    pub(in crate::tui) throttled_percent: Option<f64>,
}

impl Bucket {
    fn join(self, other: Self) -> Self {
        let throttled = [self.throttled_percent, other.throttled_percent].into_iter().flatten().reduce(f64::max);
        Self { need: self.need.max(other.need), cpu: self.cpu.max(other.cpu), throttled_percent: throttled }
    }
}

/// Something that a reader of the chart looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Landmark {
    pub(in crate::tui) at: Elapsed,
    pub(in crate::tui) what: What,
}

/// What happened there. In the order of weight: where two fall on one column, the later one is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tui) enum What {
    /// A phase of the load, or a mark of the user or the tour.
    Phase,
    /// The app went to sleep.
    Sleep,
    /// The app was asked to wake.
    Wake,
    /// A process was killed, or crashed.
    Kill,
}

impl What {
    pub(super) fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Phase(_) | Kind::Mark { .. } => Some(Self::Phase),
            Kind::State { from, to: State::Asleep, .. } if *from != State::Asleep => Some(Self::Sleep),
            Kind::WakeAsked { .. } => Some(Self::Wake),
            Kind::ChildOutOfMemory { .. } => Some(Self::Kill),
            Kind::Exited(exit) if exit.cause != crate::event::ExitCause::Stopped => Some(Self::Kill),
            _ => None,
        }
    }

    /// Its letter below the chart.
    pub(in crate::tui) fn letter(self) -> &'static str {
        match self {
            Self::Phase => "M",
            Self::Sleep => "S",
            Self::Wake => "W",
            Self::Kill => "K",
        }
    }
}

/// The past in pieces of equal length. When there are too many, neighbours are joined and the pieces get twice
/// as long: an hour at twenty samples a second costs as much as a minute.
#[derive(Debug, Clone)]
pub(in crate::tui) struct History {
    width: Elapsed,
    buckets: Vec<Option<Bucket>>,
    landmarks: VecDeque<Landmark>,
    /// What was last sampled still holds, until the instance is gone.
    holds: Option<Bucket>,
}

impl Default for History {
    fn default() -> Self {
        Self { width: FIRST_WIDTH, buckets: Vec::new(), landmarks: VecDeque::new(), holds: None }
    }
}

impl History {
    /// How many pieces there are. Never more than a few hundred.
    #[cfg(test)]
    pub(in crate::tui) fn len(&self) -> usize {
        self.buckets.len()
    }

    pub(super) fn sample(&mut self, at: Elapsed, bucket: Bucket) {
        // Sampling slower than a piece is long leaves no holes.
        self.fill_to(at, self.holds);
        if let Some(last) = self.buckets.last_mut() {
            *last = Some(last.map_or(bucket, |before| before.join(bucket)));
        }
        self.holds = Some(bucket);
    }

    /// The instance is gone: from here on there is nothing, until the next sample.
    pub(super) fn gap(&mut self, at: Elapsed) {
        self.fill_to(at, self.holds);
        self.holds = None;
    }

    pub(super) fn landmark(&mut self, landmark: Landmark) {
        if self.landmarks.len() == LANDMARKS {
            self.landmarks.pop_front();
        }
        self.landmarks.push_back(landmark);
    }

    fn fill_to(&mut self, at: Elapsed, with: Option<Bucket>) {
        while self.index(at) >= BUCKETS {
            self.halve();
        }
        let wanted = self.index(at) + 1;
        if self.buckets.len() < wanted {
            self.buckets.resize(wanted, with);
            // The piece of the moment itself is for the next sample to say.
            if let Some(last) = self.buckets.last_mut() {
                *last = None;
            }
        }
    }

    fn halve(&mut self) {
        self.width = self.width + self.width;
        let joined = self.buckets.chunks(2).map(|pair| pair.iter().copied().flatten().reduce(Bucket::join));
        self.buckets = joined.collect();
    }

    fn index(&self, at: Elapsed) -> usize {
        usize::try_from(at.micros() / self.width.micros().max(1)).unwrap_or(usize::MAX)
    }

    /// The past up to `now` in `columns` pieces, each the greatest of what falls into it.
    pub(in crate::tui) fn columns(&self, now: Elapsed, columns: u16) -> Vec<Option<Bucket>> {
        let (all, count) = (self.index(now) + 1, usize::from(columns));
        (0..count)
            .map(|column| {
                let (from, to) = (column * all / count, ((column + 1) * all).div_ceil(count));
                let to = to.min(self.buckets.len()).max(from);
                let inside = self.buckets.get(from..to).unwrap_or_default();
                let found = inside.iter().copied().flatten().reduce(Bucket::join);
                found.or_else(|| self.holds.filter(|_| from >= self.buckets.len().saturating_sub(1)))
            })
            .collect()
    }

    /// What stands below each of `columns` columns, where there is something: the weightiest.
    pub(in crate::tui) fn landmarks(&self, now: Elapsed, columns: u16) -> Vec<Option<What>> {
        let mut row = vec![None; usize::from(columns)];
        let whole = (self.index(now) + 1) as u64 * self.width.micros();
        for landmark in &self.landmarks {
            let column = landmark.at.micros() * u64::from(columns) / whole.max(1);
            if let Some(place) = usize::try_from(column).ok().and_then(|column| row.get_mut(column)) {
                *place = (*place).max(Some(landmark.what));
            }
        }
        row
    }
}
