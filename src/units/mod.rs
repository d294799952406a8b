//! Memory, CPU, time and money as types: parsed once, printed in one way, compared safely.
//!
//! Nobody else in the program parses a size or a duration. Every type reads the spellings people
//! use in configuration files, and prints one canonical spelling that it can read back.

mod elapsed;
mod memory;
mod millicores;
mod money;
mod number;

pub use elapsed::Elapsed;
pub use memory::Memory;
pub use millicores::Millicores;
pub use money::Money;
pub use number::UnitError;
