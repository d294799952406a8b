//! The smallest memory limit under which an app survives a load, and the plan that has it.
//!
//! [`Search`] only decides which limit to try next; somebody else makes the run and tells how it went.

mod offer;
mod search;
#[cfg(test)]
mod tests;
pub mod users;

pub use offer::{Offer, cheapest};
pub use search::{Death, Found, Probe, Search};
