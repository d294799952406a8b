use crate::units::Elapsed;

/// Stretches of time in rising order, none of which touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Spans(Vec<(Elapsed, Elapsed)>);

impl Spans {
    /// Adds one, wherever it lies.
    pub(super) fn add(&mut self, from: Elapsed, to: Elapsed) {
        let first = self.0.partition_point(|span| span.1 < from);
        let behind = self.0.partition_point(|span| span.0 <= to);
        let met = &self.0[first..behind.max(first)];
        let from = met.first().map_or(from, |span| span.0.min(from));
        let to = met.last().map_or(to, |span| span.1.max(to));
        self.0.splice(first..behind.max(first), [(from, to)]);
    }

    pub(super) fn length(&self) -> Elapsed {
        self.0.iter().fold(Elapsed::ZERO, |sum, (from, to)| sum + to.since(*from))
    }

    /// What lies in both.
    pub(super) fn within(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (from, to) in &self.0 {
            let first = other.0.partition_point(|span| span.1 <= *from);
            for (begin, end) in other.0[first..].iter().take_while(|span| span.0 < *to) {
                both.add((*begin).max(*from), (*end).min(*to));
            }
        }
        both
    }

    pub(super) fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(from, to)| self.add(*from, *to));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(list: &[(u64, u64)]) -> Spans {
        let mut spans = Spans::default();
        for (from, to) in list {
            spans.add(Elapsed::from_secs(*from), Elapsed::from_secs(*to));
        }
        spans
    }

    fn seconds(list: &[(u64, u64)]) -> Vec<bool> {
        (0..40).map(|at| list.iter().any(|(from, to)| (*from..*to).contains(&at))).collect()
    }

    fn many() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0..30_u64, 1..10_u64).prop_map(|(from, long)| (from, from + long)), 0..8)
    }

    proptest! {
        #[test]
        fn they_are_what_the_seconds_say(one in many(), other in many()) {
            let count = |seconds: Vec<bool>| Elapsed::from_secs(seconds.into_iter().filter(|there| *there).count() as u64);
            prop_assert_eq!(spans(&one).length(), count(seconds(&one)));
            let both = seconds(&one).into_iter().zip(seconds(&other)).map(|(one, other)| one && other);
            prop_assert_eq!(spans(&one).within(&spans(&other)).length(), count(both.collect()));
        }
    }
}
