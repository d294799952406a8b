//! The question somebody asks of an app: how it is loaded, in which phases, and what it must live up to.
//!
//! Text becomes values here: the short form of `--load`, scenario files, and the project's `emu.toml`.
//! Pure: files that a scenario names are read through a function that the caller gives.

mod values;

pub use values::{Body, Call, Expect, Model, Phase, Rate, Scenario, Think};
