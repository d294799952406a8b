use super::draw::Draw;
use crate::scenario::Call;

/// Chooses among calls, each as often as its weight says.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// The weights of the calls up to and with each.
    sums: Vec<u64>,
}

impl Choice {
    pub(super) fn new(calls: &[Call]) -> Self {
        let mut sum = 0;
        let add = |call: &Call| {
            sum += u64::from(call.weight);
            sum
        };
        Self { sums: calls.iter().map(add).collect() }
    }

    /// The place of the chosen call among those given.
    pub(super) fn pick(&self, draw: &mut Draw) -> usize {
        if self.sums.len() < 2 {
            return 0;
        }
        let drawn = draw.below(self.sums.last().copied().unwrap_or_default());
        self.sums.partition_point(|sum| *sum <= drawn).min(self.sums.len() - 1)
    }
}
