//! Whether a process is about to end.

/// Whether a kill is on its way to this process: the signal is pending, or it is a corpse already.
pub(super) fn is_dying(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status")).map_or(true, |status| dies_by(&status))
}

fn dies_by(status: &str) -> bool {
    const SIGKILL: u64 = 1 << 8;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let pending = |name: &str| field(name).and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
    let corpse = field("State:").is_some_and(|state| state.starts_with(['Z', 'X']));
    corpse || (pending("SigPnd:") | pending("ShdPnd:")) & SIGKILL != 0
}

#[cfg(test)]
mod tests {
    use super::dies_by;

    #[test]
    fn a_pending_kill_means_dying() {
        assert!(dies_by("State:\tS (sleeping)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\n"));
        assert!(dies_by("State:\tZ (zombie)\n"));
    }

    #[test]
    fn other_signals_do_not() {
        assert!(!dies_by("State:\tR (running)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000004000\n"));
    }
}
