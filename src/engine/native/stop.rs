//! Ending an instance's process: asked politely, or killed.

use std::sync::atomic::Ordering;

use super::core::Core;
use super::shim::Ask;
use crate::engine::EngineError;
use crate::units::Elapsed;

/// After a kill, the end is told within this time.
const KILL_MAX: Elapsed = Elapsed::from_secs(30);

/// Sends `signal`, waits for `grace`, then kills. Returns whether the grace was enough.
pub(super) async fn stop(core: &Core, signal: &str, grace: Elapsed) -> Result<bool, EngineError> {
    if !core.runs() {
        return Ok(true);
    }
    let number = number(signal).ok_or_else(|| EngineError::Failed {
        doing: "stop the instance".to_owned(),
        reason: format!("`{signal}` is no signal that this engine knows"),
    })?;
    core.asked_for.store(true, Ordering::Relaxed);
    if let Some(line) = core.line.lock().await.as_mut() {
        line.ask(Ask::Signal(number)).await;
    }
    if core.ended_within(grace).await {
        return Ok(true);
    }
    kill(core).await?;
    Ok(false)
}

/// Kills everything in the instance, and waits until the end was told.
pub(super) async fn kill(core: &Core) -> Result<(), EngineError> {
    if !core.runs() {
        return Ok(());
    }
    core.asked_for.store(true, Ordering::Relaxed);
    core.group().empty().await?;
    if core.ended_within(KILL_MAX).await {
        return Ok(());
    }
    Err(EngineError::Failed {
        doing: "kill the instance".to_owned(),
        reason: format!("it still runs after {}", KILL_MAX.human()),
    })
}

/// The number of a signal, from its name with or without `SIG`.
fn number(name: &str) -> Option<i32> {
    use rustix::process::Signal;
    let signal = match name.strip_prefix("SIG").unwrap_or(name) {
        "HUP" => Signal::HUP,
        "INT" => Signal::INT,
        "QUIT" => Signal::QUIT,
        "KILL" => Signal::KILL,
        "USR1" => Signal::USR1,
        "USR2" => Signal::USR2,
        "TERM" => Signal::TERM,
        "CONT" => Signal::CONT,
        "STOP" => Signal::STOP,
        "WINCH" => Signal::WINCH,
        other => return other.parse().ok().filter(|number| (1..=64).contains(number)),
    };
    Some(signal.as_raw())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn signals_have_names_and_numbers() {
        assert_eq!(
            (number("SIGTERM"), number("TERM"), number("SIGINT"), number("9")),
            (Some(15), Some(15), Some(2), Some(9))
        );
        assert_eq!((number("SIGNAL"), number("65"), number("0")), (None, None, None));
    }
}
