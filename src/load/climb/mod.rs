//! Users who come one by one, until the app gives way.

mod party;
mod person;
mod recognise;

pub(super) use party::go;
pub use recognise::recognise;
