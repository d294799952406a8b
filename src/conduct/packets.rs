use std::sync::atomic::Ordering::Relaxed;

use crate::edge::Meter;
use crate::event::{InstanceId, Sample};
use crate::units::Elapsed;

/// What the instance of now was seen to have sent.
#[derive(Debug, Default)]
pub(super) struct Packets(Option<(InstanceId, u64)>);

impl Packets {
    /// Where a sample shows more than the last one, the app has sent something by `now`.
    pub(super) fn look(&mut self, sample: &Sample, now: Elapsed, meter: &Meter) {
        let Some(sent) = sample.sent else { return };
        let before = self.0.replace((sample.instance, sent));
        let same = before.filter(|(instance, _)| *instance == sample.instance);
        // An instance that was started again counts from zero.
        if same.is_none_or(|(_, before)| sent != before) && sent > 0 {
            meter.last_outbound.store(now.micros(), Relaxed);
        }
    }
}
