//! What is known of Python's packages: which package an import comes from, which modules are Python's own,
//! and which packages are too large for a small plan. Data, not code.

mod brings;
mod heavy;
mod names;
mod standard;

pub use brings::brought_by;
pub use heavy::{HEAVY, Heavy, heavy};
pub use names::{normalized, packages_of};
pub use standard::{gone_in, is_standard};
