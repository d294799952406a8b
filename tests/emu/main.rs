//! Everything that drives the binary or an engine, linked once.

#![expect(clippy::expect_used, reason = "a failed precondition of a test fails the test")]

mod bad_input;
mod browser;
mod chromium;
mod cli;
mod compare;
mod compare_bad_input;
mod contract;
mod docker;
mod driver;
mod edge;
mod interrupts;
mod live;
mod mimic;
mod prices;
mod profiles;
mod runs;
mod scenario;
mod schema;
mod streamlit;
mod support;
mod words;
