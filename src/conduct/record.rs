use crate::edge::Epoch;
use crate::event::{Event, Kind};

/// Numbers and dates every event, and hands it on.
pub(super) struct Record<F> {
    epoch: Epoch,
    next: u64,
    publish: F,
}

impl<F: FnMut(Event)> Record<F> {
    pub fn new(epoch: Epoch, publish: F) -> Self {
        Self { epoch, next: 0, publish }
    }

    pub fn write(&mut self, kind: Kind) {
        let seq = self.next;
        self.next += 1;
        (self.publish)(Event { seq, at: self.epoch.now(), kind });
    }
}
