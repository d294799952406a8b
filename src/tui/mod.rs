//! The live view: a run as one screen.
//!
//! [`Model`] is a fold over events, [`draw`] lays it out on a terminal of any size, [`intent`] turns a key into
//! what is wanted. A [`Row`] is one of several runs that are watched at once. None of them knows whether the run is live or stored, and none touches a terminal: that is
//! left to `cli`.

mod apps;
mod keys;
mod model;
mod view;

pub use apps::Row;
pub use keys::{Controls, Intent, intent};
pub use model::Model;
pub use view::{SMALLEST, Screen, draw};

#[cfg(test)]
mod tests;
