//! What a handful of rounds can tell: spread, intervals, and how many rounds would do.

mod noise;
mod student;
mod welch;

pub use noise::{median, pooled};
pub use student::reach;
pub use welch::{Interval, Sample, interval, rounds_for};
