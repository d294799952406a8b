//! Where a message of HTTP/1.1 ends: what the front door and the generator of load both must know.
//!
//! Functions of their input. What could be read in two ways is refused.

mod body;
mod chunks;
#[cfg(test)]
mod tests;

pub use body::{Body, Taken};
pub use chunks::{BadChunk, Chunks};

/// Reads a length. Digits only, and few enough that no reader overflows.
pub fn length(value: &[u8]) -> Option<u64> {
    let digits = (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    digits.then(|| value.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}
