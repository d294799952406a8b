//! The most open files that a process can allow its children.

use std::path::Path;

/// What the process of this folder of `/proc` can allow: its own hard limit, or the kernel's where it
/// may go above its own. `None` where that cannot be seen.
pub(super) fn most(process: &Path) -> Option<u32> {
    let read = |file: &str| std::fs::read_to_string(process.join(file)).ok();
    let kernels = || std::fs::read_to_string("/proc/sys/fs/nr_open").ok();
    let most =
        if may_raise(&read("status")?) { kernels()?.trim().parse().ok()? } else { hard_limit(&read("limits")?)? };
    Some(u32::try_from(most).unwrap_or(u32::MAX))
}

/// Whether the effective capabilities hold `CAP_SYS_RESOURCE` (bit 24 in the kernel's `capability.h`).
fn may_raise(status: &str) -> bool {
    const CAP_SYS_RESOURCE: u64 = 1 << 24;
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    held.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & CAP_SYS_RESOURCE != 0)
}

/// The third column of the line, behind its name and the soft limit.
fn hard_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().nth(1)? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_to_raise_limits_is_one_bit() {
        assert!(may_raise("Name:\tx\nCapEff:\t000001ffffffffff\n"));
        assert!(!may_raise("CapEff:\t000001fffeffffff\n"));
        assert!(!may_raise(""));
    }

    #[test]
    fn the_hard_limit_is_read_behind_the_soft_one() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 20000                files     \n";
        assert_eq!(hard_limit(limits), Some(20_000));
        assert_eq!(hard_limit(&limits.replace("20000", "unlimited")), Some(u64::MAX));
        assert_eq!(hard_limit("Max processes 1 2 processes\n"), None);
    }

    #[test]
    fn a_process_that_cannot_be_seen_tells_nothing() {
        assert_eq!(most(Path::new("/proc/0")), None);
        assert!(most(Path::new("/proc/self")).is_some_and(|most| most > 0));
    }
}
