//! What an app tells of itself: the text of Prometheus and OpenMetrics 1.0, and what is picked from it.
//!
//! [`Wanted`] says what to pick and where to ask; [`parse`] reads an answer; [`Wanted::pick`] makes a
//! [`Told`] of it. Some kinds of apps are known ([`known()`]): of these it is known where they tell what.

mod known;
mod pick;
mod select;
#[cfg(test)]
mod tests;
mod text;
mod wanted;

pub use known::{Known, known};
pub use pick::{Amount, Held, Told, Value};
pub use select::{Select, SelectError};
pub use text::{Exposition, Point, Slip, parse};
pub use wanted::{Asked, EVERY, LEAST_EVERY, Wanted};
