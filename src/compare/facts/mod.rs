//! What the runs of one arm came to: round by round, and together.

mod arm;
mod cold;
mod errors;
mod latency;
mod round;
#[cfg(test)]
mod tests;

pub(super) use arm::sample;
pub use arm::{ArmFacts, Measure};
pub use cold::ColdStart;
pub use errors::Errors;
pub use latency::{Rate, SeenBy};
pub use round::RoundFacts;

pub(super) use latency::loaded;
