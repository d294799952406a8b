//! `emu` runs an app under a hosting plan's limits and behaviour, on your own machine,
//! records what happened, and says whether the app lives on that plan.
//!
//! The rooms, from the pure ones to the ones that touch the world. What may use what is written
//! down in `docs/architecture.md` and held by `tests/house.rs`.
//!
//! - [`units`]: memory, CPU, time and money; the only parser of sizes.
//! - [`profile`]: a hosting plan as data: TOML in, [`profile::Profile`] out.
//! - [`spec`]: profile + app + machine + overrides, fully resolved, with its fidelity list.
//! - [`event`]: the vocabulary of a run, and the gate that stands between visitors and the app.
//! - [`lifecycle`]: the state machine of an instance. The only place that decides.
//! - [`report`]: folds over events: summary, tables, JSON.
//! - [`scenario`]: how an app is loaded, in which phases, and what it must live up to.
//! - [`pace`]: when the next request of a load is due, and what it asks for.
//! - [`streamlit`]: what a user of a Streamlit app says to its server, and what they see.
//! - [`metrics`]: what an app tells of itself, as Prometheus and OpenMetrics have it.
//! - [`http1`]: where a message of HTTP/1.1 ends.
//! - [`compare`]: several runs side by side: differences, verdicts, advice.
//! - [`project`]: a project folder, and what it turns out to be.
//! - [`check`]: what would fail after the push.
//! - [`app`]: what the user asked to run.
//! - [`background`]: apps that go on when the command has returned.
//! - [`engine`]: where instances live: Docker, and a scripted fake for tests.
//! - [`edge`]: the front door.
//! - [`load`]: the generator of load.
//! - [`conduct`]: the loop. The only place that acts.
//! - [`tour`]: the demonstration, told as it plays.
//! - [`store`]: the record of every run, in SQLite.
//! - [`mimic`]: the obedient, misbehaving app inside the binary.
//! - [`tui`]: a run as one screen.
//! - [`cli`]: arguments, terminal, environment, exit codes.

pub mod app;
pub mod background;
pub mod build;
pub mod check;
pub mod cli;
pub mod compare;
pub mod conduct;
pub mod edge;
pub mod engine;
pub mod event;
pub mod http1;
pub mod lifecycle;
pub mod load;
pub mod metrics;
pub mod mimic;
pub mod pace;
pub mod profile;
pub mod project;
pub mod report;
pub mod scenario;
pub mod spec;
pub mod store;
pub mod streamlit;
pub mod tour;
pub mod trial;
pub mod tui;
pub mod units;
