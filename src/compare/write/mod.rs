//! A comparison for people and for machines, all from the one value.

mod cells;
mod sections;

pub use sections::{Width, sections};
