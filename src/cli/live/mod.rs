//! The live view on a terminal: what [`crate::tui`] draws, shown, and the keys of whoever looks at it.

mod hands;
mod replay;
mod stage;
mod top;
mod view;

pub(super) use hands::Hands;
pub(super) use replay::{Playback, replay};
pub(super) use stage::lower;
pub(super) use top::{Top, Watched, top};
pub(super) use view::{View, watch};

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};

use super::{Exit, Printer, Surroundings};

/// Whether a person looks at both streams and can be shown a screen: on a terminal that moves its cursor, not in
/// the background of a shell, and not while diagnostics are written over it.
pub(super) fn possible(printer: &Printer, surroundings: &Surroundings) -> bool {
    let moves = surroundings.get("TERM").is_some_and(|term| term != "dumb");
    let quiet = surroundings.get("EMU_LOG").is_none();
    let foreground = tcgetpgrp(std::io::stderr()).is_ok_and(|group| group == getpgrp());
    printer.talks_to_terminal() && printer.data_room().is_some() && moves && quiet && foreground
}

/// Whether colour is wanted.
pub(super) fn coloured(surroundings: &Surroundings) -> bool {
    surroundings.get("NO_COLOR").is_none()
}

/// Shows a view that ends nothing when it ends: a signal ends it at once, and the terminal is given back.
pub(super) async fn interruptible(view: impl Future<Output = std::io::Result<()>>) -> std::io::Result<Exit> {
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        ended = view => ended.map(|()| Exit::Done),
        _ = interrupt.recv() => Ok(Exit::Interrupted),
        _ = terminate.recv() => Ok(Exit::Interrupted),
        _ = hangup.recv() => Ok(Exit::Interrupted),
    }
}
