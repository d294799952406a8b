//! The very moment a main process ends.
//!
//! The engine tells of an end some 50 ms later, when the control group is gone already, and with it
//! the kernel's last word. Woken at the moment itself, one is in time to read it.

use std::future::pending;

#[cfg(target_os = "linux")]
type Handle = tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>;
#[cfg(not(target_os = "linux"))]
type Handle = std::convert::Infallible;

/// Waits for the end of one process.
#[derive(Debug)]
pub(super) struct Departure(Option<Handle>);

impl Departure {
    /// Of process `pid`; of nobody when it is not visible from here.
    pub(super) fn of(pid: Option<u32>) -> Self {
        Self(pid.and_then(handle))
    }

    /// Returns at the end, once. Waits for ever when that was told already, or cannot be seen.
    pub(super) async fn ended(&mut self) {
        if !wait(self.0.as_ref()).await {
            pending::<()>().await;
        }
        self.0 = None;
    }
}

#[cfg(target_os = "linux")]
#[expect(deprecated, reason = "its successor is unsafe to call; an owned descriptor keeps all that it demands")]
fn handle(pid: u32) -> Option<Handle> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    let process = pidfd_open(pid, PidfdFlags::NONBLOCK).ok()?;
    Handle::with_interest(process, tokio::io::Interest::READABLE).ok()
}

#[cfg(target_os = "linux")]
async fn wait(handle: Option<&Handle>) -> bool {
    match handle {
        Some(handle) => handle.readable().await.is_ok(),
        None => false,
    }
}

#[cfg(not(target_os = "linux"))]
fn handle(_: u32) -> Option<Handle> {
    None
}

#[cfg(not(target_os = "linux"))]
async fn wait(_: Option<&Handle>) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::Departure;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_end_of_a_process_is_told_once() {
        let mut child = tokio::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("a process that waits for its input");
        let mut departure = Departure::of(child.id());
        assert!(timeout(Duration::from_millis(20), departure.ended()).await.is_err(), "it lives");
        drop(child.stdin.take());
        assert!(timeout(Duration::from_secs(10), departure.ended()).await.is_ok(), "it ended");
        assert!(timeout(Duration::from_millis(20), departure.ended()).await.is_err(), "told before");
        child.wait().await.expect("reaped");
    }
}
