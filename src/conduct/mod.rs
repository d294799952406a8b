//! The loop: select over everything, ask the lifecycle, carry out its effects, publish events.

/// What the user, a script or a signal asks of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Ctrl-C. The first one stops the app as its host would, the second one kills it.
    Interrupt,
    /// The run's time is up, or its script has ended: stop the app as its host would.
    Finish,
    /// Wake the app if it sleeps.
    Wake,
    /// Put the app to sleep now.
    Sleep,
    /// Restart the instance, as the platform's own button does.
    Restart,
    /// Write a mark into the record.
    Mark(String),
}
