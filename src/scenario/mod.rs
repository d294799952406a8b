//! The question somebody asks of an app: how it is loaded, in which phases, and what it must live up to.
//!
//! Text becomes values here: the short form of `--load`, scenario files, and the project's `emu.toml`.
//! Pure: files that a scenario names are read through a function that the caller gives.

mod defaults;
mod rate;
mod short;
mod target;
#[cfg(test)]
mod tests;
mod think;
mod values;
mod what;

pub use short::{FORMS, ShortError};
pub use values::{Body, Call, Expect, Model, Phase, Rate, Scenario, Think};
