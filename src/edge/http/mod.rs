//! HTTP/1.1 as bytes: heads are parsed once, strictly, and copied with as few changes as a proxy must make.
//!
//! Everything here is a function of its input. What could be read in two ways is refused.

pub(super) mod answer;
pub(super) mod fields;
pub(super) mod frames;
pub(super) mod request;
pub(super) mod rewrite;
