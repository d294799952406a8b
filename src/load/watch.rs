use tokio::time::Instant;

use crate::units::Elapsed;

/// Tells how long ago something began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch(Instant);

impl Watch {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(self) -> Elapsed {
        self.0.elapsed().into()
    }

    /// The moment on tokio's clock.
    pub(super) fn instant(self, at: Elapsed) -> Instant {
        self.0 + at.duration()
    }
}

/// CPU time that this thread has used so far.
pub(super) fn thread_cpu() -> Elapsed {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let micros = used.tv_sec * 1_000_000 + used.tv_nsec / 1_000;
    Elapsed::from_micros(u64::try_from(micros).unwrap_or(0))
}
