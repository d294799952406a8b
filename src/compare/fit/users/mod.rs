//! How many users a plan carries: what a climb of users, and those who then stayed, say about it.
//!
//! Runs are made elsewhere. [`next`] says which one is due, and [`carried`] what all of them came to.

mod carried;
mod course;
mod fall;
mod line;
#[cfg(test)]
mod tests;

pub use carried::{Carried, Closed, Stall, carried};
pub use course::{Due, next};
pub use fall::{Cause, Fall};
pub use line::Line;
