//! The helper that becomes an instance: a process of one thread, made from this very binary.
//!
//! emu starts it as `emu __shim` with a socket as its standard input. The first line on the socket is
//! an assignment; the helper carries it out, starts the app, answers with words, and hears
//! requests. The end of the socket is the lifeline: when emu is gone, the app goes too.

#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod channel;
#[cfg(target_os = "linux")]
mod end;
#[cfg(target_os = "linux")]
mod helper;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod raw;
#[cfg(target_os = "linux")]
mod rights;
#[cfg(target_os = "linux")]
mod room;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod user;
#[cfg(target_os = "linux")]
mod visit;
mod wire;

#[cfg(target_os = "linux")]
pub(super) use probe::sandbox_works;
#[cfg(target_os = "linux")]
pub(super) use room::written;
pub(super) use wire::{Ask, Assignment, Room, Word};

/// Is the helper, until its app has ended. Returns the helper's own exit status: 0 when everything of
/// the app is gone, else 70.
pub fn run() -> u8 {
    #[cfg(target_os = "linux")]
    return helper::run();
    #[cfg(not(target_os = "linux"))]
    70
}
