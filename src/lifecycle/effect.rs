use std::net::SocketAddr;

use super::Line;
use crate::event::{Finish, Gate, InstanceId, Kind};
use crate::units::Millicores;

/// What shall be done. Operations on instances are answered by inputs; never two at once, but for a
/// kill that overtakes a stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make this instance, without running it.
    Create(InstanceId),
    /// Run its process.
    Start(InstanceId),
    /// Ask it to stop as the host would: signal, grace, kill.
    Stop(InstanceId),
    /// Kill it now.
    Kill(InstanceId),
    /// Remove it with its disk.
    Remove(InstanceId),
    /// See why it cannot be reached. Answered by [`super::Turn::Diagnosed`].
    Diagnose(InstanceId),
    /// Probe it from now on: its port, its first healthy answer, its health.
    Watch {
        /// Which.
        instance: InstanceId,
        /// Where to dial it.
        address: SocketAddr,
    },
    /// Probe it no more.
    Unwatch(InstanceId),
    /// Give it this CPU share while it runs. Answered by [`super::Turn::Shared`]; beside all other operations.
    Share {
        /// Which.
        instance: InstanceId,
        /// How much.
        share: Millicores,
    },
    /// Read the meter and answer with [`super::Input::Busy`] or [`super::Input::QuietSince`].
    ReadActivity,
    /// Let visitors in, hold or refuse them from now on.
    Gate(Gate),
    /// A fact for the record.
    Publish(Kind),
    /// An occasion for a line of the platform's own.
    Line(Line),
    /// The run is over. The last effect.
    Over(Finish),
}
