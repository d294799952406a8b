//! The obedient, misbehaving app: a small web server that does to itself what apps do by accident.
//!
//! It uses memory, leaks, burns CPU, answers late, falls silent, ignores signals and crashes, each
//! exactly when and as much as it is told: at the start by [`Knobs`], later over HTTP, from its
//! front page or with any client. It ships inside the binary, so that a demo and the tests of an
//! engine need no image from anywhere.
//!
//! It prints nothing by itself: whoever starts it hands it a [`Log`] and the environment.

mod answer;
mod app;
mod babble;
mod body;
mod burn;
mod crowd;
mod disk;
mod files;
mod front;
mod health;
mod held;
mod knobs;
mod life;
mod metrics;
mod offspring;
mod route;
mod session;
mod sight;
mod socket;
mod wish;

#[cfg(test)]
mod tests;

pub use files::serve_files;
pub use health::Mood;
pub use knobs::Knobs;

use std::sync::Arc;

/// Takes one line of the app's log, without its line end.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// What the app is given by whoever starts it, since it neither reads the environment nor prints.
#[derive(Clone)]
pub struct Surroundings {
    /// The value of the variable `PORT`, if it is set.
    pub port: Option<String>,
    /// The names of all variables; the values may be secrets, and stay where they are.
    pub environment: Vec<String>,
    /// Where log lines go.
    pub log: Log,
}

/// Lives one life, and returns the exit status to leave with.
pub fn run(knobs: Knobs, surroundings: Surroundings) -> u8 {
    let log = Arc::clone(&surroundings.log);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log(&format!("cannot start: {error}"));
            return life::CANNOT_START;
        }
    };
    let status = runtime.block_on(life::live(knobs, surroundings));
    // Threads that still burn or write must not keep a crashing app alive.
    runtime.shutdown_background();
    log(&format!("leaving with exit status {status}"));
    status
}
