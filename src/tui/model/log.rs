use std::collections::VecDeque;

use crate::event::Event;
use crate::report::{Detail, Line, Lines};

/// Lines kept: more than the tallest terminal shows.
const KEPT: usize = 400;

/// The last lines of a run, as they are printed where there is no view.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Log {
    fold: Lines,
    kept: VecDeque<Line>,
}

impl Default for Log {
    fn default() -> Self {
        Self { fold: Lines::new(Detail::Normal), kept: VecDeque::new() }
    }
}

impl Log {
    pub(super) fn add(&mut self, event: &Event) {
        self.kept.extend(self.fold.add(event));
        let over = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..over);
    }

    /// The last lines, at most `rows`, the oldest first.
    pub(in crate::tui) fn tail(&self, rows: u16) -> impl Iterator<Item = &Line> {
        self.kept.iter().skip(self.kept.len().saturating_sub(usize::from(rows)))
    }
}
