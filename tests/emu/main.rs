//! Everything that drives the binary or an engine, linked once.

#![expect(clippy::expect_used, reason = "a failed precondition of a test fails the test")]

mod cli;
mod driver;
mod mimic;
mod profiles;
