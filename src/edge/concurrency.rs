use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::instead::Instead;
use crate::spec::Cause;

/// The requests that the plan lets in at once.
#[derive(Debug)]
pub(super) struct Seats {
    taken: AtomicU32,
    most: Option<u32>,
}

/// One of them; free again when dropped.
#[derive(Debug)]
pub(super) struct Seat<'a>(&'a AtomicU32);

impl Seats {
    pub(super) fn new(most: Option<u32>) -> Self {
        Self { taken: AtomicU32::new(0), most }
    }

    /// A seat, or [`Cause::Overload`].
    pub(super) fn take(&self) -> Result<Seat<'_>, Instead> {
        // Counted first and given back by the guard, so that no count is ever lost.
        let before = self.taken.fetch_add(1, Relaxed);
        let seat = Seat(&self.taken);
        if self.most.is_some_and(|most| before >= most) { Err(Instead::Platform(Cause::Overload)) } else { Ok(seat) }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
