//! Walks a project's folder, and reads what lies there.

mod decode;
mod git;
#[cfg(test)]
mod tests;
mod walk;

pub use walk::{FolderError, folder};
