//! The question somebody asks of an app: how it is loaded, in which phases, and what it must live up to.
//!
//! Text becomes values here: the short form of `--load`, scenario files, and the project's `emu.toml`.
//! Pure: files that a scenario names are read through a function that the caller gives.

mod budget;
mod climb;
mod defaults;
mod encode;
mod file;
mod key;
mod keys;
mod metrics;
mod problem;
mod project;
mod rate;
mod reading;
mod reference;
mod short;
mod stay;
mod target;
#[cfg(test)]
mod tests;
mod think;
mod values;
mod what;

pub use budget::Budget;
pub use climb::{Climb, Stay, Who};
pub use encode::{form, multipart};
pub use problem::{FileError, Problem};
pub use project::{Choice, Load, Project};
pub use reading::ReadFile;
pub use reference::{project_reference, scenario_reference};
pub use short::{FORMS, ShortError, names_a_file};
pub use values::{
    Act, Body, Call, Coming, Deed, Expect, Form, Gradio, Line, Model, Phase, Rate, Scenario, Setting, Step, Think,
    Touch, Upload,
};
