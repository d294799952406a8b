//! Everything that drives the binary or an engine, linked once.

#![expect(clippy::expect_used, reason = "a failed precondition of a test fails the test")]

mod background;
mod bad_input;
mod browser;
mod check;
mod chromium;
mod cli;
mod compare;
mod compare_bad_input;
mod contract;
mod docker;
mod driver;
mod edge;
mod engines;
mod fit_users;
mod folders;
mod gauges;
mod interrupts;
mod live;
mod mimic;
mod native;
mod prices;
mod profiles;
mod programs;
mod runs;
mod scenario;
mod schema;
mod secrets;
mod sessions;
mod shares;
mod shim;
mod steps;
mod streamlit;
mod support;
mod trends;
mod users;
mod v2;
mod view;
mod words;
