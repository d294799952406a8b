//! A CPU share, and a choice of CPUs, in the kernel's words.

use crate::units::{Elapsed, Millicores};

/// The kernel takes no quota below a millisecond and no period above a second.
const QUOTA_MIN: u64 = 1_000;
const PERIOD_MAX: u64 = 1_000_000;

/// Quota and period in microseconds (CFS bandwidth control). A share too small for the plan's period gets a longer one.
pub(super) fn quota(share: Millicores, period: Elapsed) -> (u64, u64) {
    let share = u64::from(share.get()).max(1);
    let period = period.micros().max(QUOTA_MIN * 1_000 / share).clamp(QUOTA_MIN, PERIOD_MAX);
    ((period * share / 1_000).max(QUOTA_MIN), period)
}

/// The first CPUs. Nothing when that is all of them.
pub(super) fn cpuset(wanted: u32, there: u32) -> Option<String> {
    match wanted {
        0 => None,
        all if all >= there => None,
        1 => Some("0".to_owned()),
        some => Some(format!("0-{}", some - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_pinned_only_where_some_are_left_out() {
        assert_eq!(cpuset(1, 4).as_deref(), Some("0"));
        assert_eq!(cpuset(2, 4).as_deref(), Some("0-1"));
        assert_eq!(cpuset(4, 4), None);
    }

    #[test]
    fn a_tiny_share_gets_a_longer_period_not_a_larger_share() {
        assert_eq!(quota(Millicores::new(5), Elapsed::from_millis(100)), (1_000, 200_000));
        assert_eq!(quota(Millicores::new(1), Elapsed::from_millis(100)), (1_000, 1_000_000));
    }
}
