use serde::Serialize;

use crate::compare::statistics::median;
use crate::report::{Start, StartKind, Summary};
use crate::units::Elapsed;

/// What the first visitor of a sleeping app would wait: the platform's own delay and the app's boot.
///
/// The engine's time is left out: it is this machine's, and the platform's delay holds the platform's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ColdStart {
    /// Delay and boot together.
    #[serde(rename = "total_us")]
    pub total: Elapsed,
    /// The platform's own delay, by the profile. Zero where the plan never sleeps.
    #[serde(rename = "platform_us")]
    pub platform: Elapsed,
    /// From the start of the process to the first healthy answer: the middle one of the first start and
    /// all wakes.
    #[serde(rename = "boot_us")]
    pub boot: Elapsed,
    /// Whether the platform's delay was not waited out, but added.
    pub added: bool,
    /// Whether the plan puts apps to sleep. Where it does not, only a new version makes visitors wait.
    pub sleeps: bool,
}

impl ColdStart {
    /// `None` when the app never served.
    pub(super) fn of(summary: &Summary) -> Option<Self> {
        let boots: Vec<f64> =
            summary.starts.iter().filter(|start| start.kind != StartKind::Restart).filter_map(boot).collect();
        let boot = whole_micros(median(&boots)?);
        let sleeps = summary.run.sleep_after.is_some();
        let left_out = summary.run.part.as_ref().map_or(Elapsed::ZERO, |part| part.platform_delay);
        let delay = left_out.max(summary.run.platform_delay);
        let platform = if sleeps { delay } else { Elapsed::ZERO };
        let added = sleeps && left_out > Elapsed::ZERO;
        Some(Self { total: platform + boot, platform, boot, added, sleeps })
    }
}

/// From the process to the first healthy answer, in microseconds; `None` when that never came.
#[expect(clippy::cast_precision_loss, reason = "53 bits of microseconds are 285 years")]
fn boot(start: &Start) -> Option<f64> {
    start.total?;
    let boot = start.boot? + start.answer.unwrap_or(Elapsed::ZERO);
    Some(boot.micros() as f64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative")]
fn whole_micros(micros: f64) -> Elapsed {
    Elapsed::from_micros(micros.round() as u64)
}
