#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;

#[cfg(target_os = "linux")]
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep_until};

/// Wakes its waiter at a moment.
///
/// Tokio's own timer counts in whole milliseconds and rounds up, which would make every second request
/// late. The kernel's timer counts in nanoseconds.
#[derive(Debug)]
pub(super) enum Alarm {
    #[cfg(target_os = "linux")]
    Fine(AsyncFd<OwnedFd>),
    /// Tokio's: where the kernel has no such timer, and under the paused clock of a test.
    Coarse,
}

impl Alarm {
    /// The finest that this machine has. Must be made inside a runtime.
    #[cfg(target_os = "linux")]
    #[expect(deprecated, reason = "what it is blamed for needs a descriptor that closes early; this one is owned")]
    pub(super) fn fine() -> Self {
        let made = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC);
        let registered = made.ok().and_then(|timer| AsyncFd::new(timer).ok());
        registered.map_or(Self::Coarse, Self::Fine)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn fine() -> Self {
        Self::Coarse
    }

    /// Returns at `at`, or at once when it is past.
    pub(super) async fn until(&self, at: Instant) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Fine(timer) => fine(timer, at).await,
            Self::Coarse => sleep_until(at).await,
        }
    }
}

#[cfg(target_os = "linux")]
async fn fine(timer: &AsyncFd<OwnedFd>, at: Instant) {
    loop {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        let once = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            },
        };
        // Neither can fail with a timer that was made; if one does, the coarse one is better than none.
        let Ok(_) = timerfd_settime(timer.get_ref(), TimerfdTimerFlags::empty(), &once) else {
            return sleep_until(at).await;
        };
        // An old expiry may be left from a wait that was given up, hence the loop.
        match timer.readable().await {
            Ok(mut ready) => ready.clear_ready(),
            Err(_) => return sleep_until(at).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_never_rings_early_even_after_a_wait_that_was_given_up() {
        let alarm = Alarm::fine();
        let soon = Instant::now() + Duration::from_micros(300);
        tokio::select! {
            () = alarm.until(Instant::now() + Duration::from_secs(60)) => unreachable!("a minute has not passed"),
            () = alarm_of_another(soon) => {}
        }
        for micros in [1, 50, 700, 2_500] {
            let at = Instant::now() + Duration::from_micros(micros);
            alarm.until(at).await;
            assert!(Instant::now() >= at);
        }
    }

    async fn alarm_of_another(at: Instant) {
        Alarm::fine().until(at).await;
    }
}
