//! Everything that drives the binary or an engine, linked once.

mod cli;
mod driver;
mod mimic;
mod profiles;
