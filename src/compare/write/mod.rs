//! A comparison for people and for machines, all from the one value. As JSON, it writes itself.

mod cells;
mod csv;
mod junit;
mod markdown;
mod phases;
mod sections;
#[cfg(test)]
mod tests;

pub use csv::csv;
pub use junit::junit;
pub use markdown::markdown;
pub use sections::{Width, sections};
