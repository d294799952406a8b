//! The generator of load: sends what a scenario asks for, when its pace says, and counts what comes of it.
//!
//! It works on a thread of its own and knows nothing of engines and runs: it is given an address, and
//! tells phases and reports. Latency counts from the moment a request was due, not from when it was
//! sent, so an app that stalls cannot hide it by keeping its visitors from asking.

mod alarm;
mod answer;
mod check;
mod climb;
mod command;
mod cookies;
mod desk;
mod drive;
mod exchange;
mod expect;
mod form;
mod gates;
mod hand;
mod judge;
mod phase;
mod progress;
mod request;
mod session;
mod shell;
mod start;
mod tab;
mod tally;
#[cfg(test)]
mod tests;
mod troubles;
mod walk;
mod watch;
mod wire;

pub use check::{Got, Mismatch};
pub use climb::recognise;
pub use command::{Program, command};
pub use progress::{Progress, Standing};
pub use start::{ClimbOrder, Generator, Order, climb, start};

use std::net::SocketAddr;

use tokio::sync::watch::Receiver;

use crate::event::{Gate, LoadReport, Phase};

/// Where the load goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// The front door.
    pub address: SocketAddr,
    /// The value of the header `host`.
    pub host: String,
    /// Whether the app is there. What is asked for while it is not counts as cold.
    pub gate: Receiver<Gate>,
}

/// What the generator tells while it works.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A phase begins.
    Phase(Phase),
    /// The phase that began last is over, its last answer is in.
    Load(LoadReport),
    /// Something the user should know, as a sentence.
    Note(String),
    /// A line that a program printed which drives the load in our place.
    Line(String),
}

/// How the work of the generator ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Every phase was carried out.
    Done,
    /// It was told to stop before.
    Stopped,
    /// The app does not answer as the scenario expects; nothing but the check was sent. Never empty.
    DoesNotHold(Vec<Mismatch>),
    /// So many steps of a phase did not come out as expected; each was told. Nothing behind that phase was sent.
    StepsFailed(u64),
}
