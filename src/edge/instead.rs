use crate::spec::{Cause, StandIn};

/// What a visitor gets in place of the app's answer. Layers return it; one place makes bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Instead {
    /// The platform's answer for this cause.
    Platform(Cause),
    /// The answer for an app that wakes, to a visitor that leaves it asleep.
    LeftAsleep,
    /// The platform's own file.
    StandIn(StandIn),
    /// The wake button was pressed: on to this page.
    See(String),
    /// Nothing more: the answer had begun.
    Cut(Cause),
    /// Nothing: nobody is there.
    ClientLeft,
}
