//! Asks a serving app about itself, straight at its own address: the question is nobody's visit, wakes
//! nothing and is not among the requests.

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::probe::{Probe, Unwell};
use crate::event::Gate;
use crate::metrics::{Told, Wanted, parse};
use crate::units::Elapsed;

/// An answer that takes longer is not waited for: the app has better things to do.
const PATIENCE: Elapsed = Elapsed::from_secs(5);

/// What came of a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// The app told this.
    Told(Told),
    /// The app does not serve, so nothing that it told holds any more.
    Away,
    /// It answered, and not with what was asked for. Told once, by a half sentence.
    Strange(String),
}

/// Asks while the app serves, until nobody wants to know any more, or it answers strangely.
pub(super) async fn inquire(probe: impl Probe, mut gate: watch::Receiver<Gate>, wanted: Wanted, tell: impl Fn(Answer)) {
    while let Ok(open) = gate.wait_for(|gate| matches!(gate, Gate::Open(_))).await.map(|gate| *gate) {
        let Gate::Open(address) = open else { continue };
        let asked = timeout(PATIENCE.duration(), probe.read(address, &wanted.path)).await;
        match asked.map(|answer| understood(answer, &wanted)) {
            Ok(Some(Answer::Strange(why))) => return tell(Answer::Strange(why)),
            Ok(Some(answer)) => tell(answer),
            // Busy, or gone: the next question will show.
            Ok(None) | Err(_) => {}
        }
        tokio::select! {
            () = sleep(wanted.every.duration()) => {}
            _ = gate.wait_for(|gate| *gate != open) => tell(Answer::Away),
        }
    }
}

/// `None` where there was no answer at all.
fn understood(answer: Result<String, Unwell>, wanted: &Wanted) -> Option<Answer> {
    match answer {
        Ok(text) => Some(match parse(&text) {
            Ok(told) => Answer::Told(wanted.pick(&told)),
            Err(slip) => Answer::Strange(format!("`{}` answers with no metrics: {slip}", wanted.path)),
        }),
        Err(Unwell { status: Some(status), .. }) => {
            Some(Answer::Strange(format!("`{}` answers with status {status}", wanted.path)))
        }
        Err(_) => None,
    }
}
