use std::hint::black_box;
use std::thread;

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::oneshot;

use crate::units::Elapsed;

/// Uses CPU time in a thread of its own, and returns when it is used up. Counted in CPU time, so
/// under a tenth of a core it takes ten times as long on the wall.
pub(super) async fn burn(time: Elapsed) {
    let (done, finished) = oneshot::channel();
    let spawned = thread::Builder::new().name("burn".to_owned()).stack_size(64 << 10).spawn(move || {
        spin(time);
        // Nobody waits any more when the visitor has left.
        let _ = done.send(());
    });
    if spawned.is_ok() {
        // The sender lives until the thread has ended, so an error means "ended" too.
        let _ = finished.await;
    }
}

fn spin(time: Elapsed) {
    let mut number: u64 = 1;
    while thread_cpu_time() < time {
        for _ in 0..20_000 {
            number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}

fn thread_cpu_time() -> Elapsed {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let secs = u64::try_from(time.tv_sec).unwrap_or(0);
    Elapsed::from_secs(secs) + Elapsed::from_micros(u64::try_from(time.tv_nsec / 1_000).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_uses_the_cpu_time_it_was_asked_for() {
        let before = clock_gettime(ClockId::ProcessCPUTime);
        burn(Elapsed::from_millis(200)).await;
        let after = clock_gettime(ClockId::ProcessCPUTime);
        let used = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1_000_000;
        assert!(used >= 199, "used {used} ms of 200 ms");
    }
}
