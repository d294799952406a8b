//! Memory, CPU, time, money and metered use as types: parsed once, printed in one way, compared safely.
//!
//! Nobody else in the program parses a size or a duration. Every type reads the spellings people
//! use in configuration files, and prints one canonical spelling that it can read back.

mod amount;
mod elapsed;
mod memory;
mod meter;
mod millicores;
mod money;
mod number;
mod portion;
mod rate;

pub use amount::Amount;
pub use elapsed::Elapsed;
pub use memory::Memory;
pub use meter::{Meter, MeterUnit};
pub use millicores::Millicores;
pub use money::Money;
pub use number::UnitError;
pub use portion::Portion;
pub use rate::Rate;
