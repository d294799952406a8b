use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::profile::Cause;

/// What stands between visitors and the app. Decided by the lifecycle, watched by the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Visitors go through to this address.
    Open(SocketAddr),
    /// The app is not there but may come: the wake rules say what a visitor gets.
    Hold(Hold),
    /// Visitors get the platform's answer for this cause.
    Refuse(Cause),
}

/// Why visitors are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// The app sleeps and nobody asked for it.
    Asleep,
    /// The app was asked for and is on its way.
    Waking,
    /// The first start of the run.
    Booting,
}
