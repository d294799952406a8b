//! What tells one build from another.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Build;

/// The form of what is hashed; another one when what is made of the same files changes.
const FORM: &str = "1";
/// So many digits are enough to tell builds of one machine apart.
const DIGITS: usize = 16;

/// A hash over everything that a build is made from.
#[derive(Debug, Clone)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Of the Dockerfile and of what is said beside it. The bundle of certificates is not among it: it
    /// leaves nothing in the image.
    pub fn of(build: &Build) -> Self {
        let mut fingerprint = Self(Sha256::new());
        fingerprint.part(FORM.as_bytes());
        fingerprint.part(build.dockerfile.as_bytes());
        fingerprint.part(build.target.as_deref().unwrap_or_default().as_bytes());
        for (name, value) in &build.arguments {
            fingerprint.part(name.as_bytes());
            fingerprint.part(value.as_bytes());
        }
        fingerprint
    }

    /// Adds a file, whether it can be executed, and its content. The order counts.
    pub fn file(&mut self, path: &str, executable: bool, content: &[u8]) {
        self.part(path.as_bytes());
        self.part(&[u8::from(executable)]);
        self.part(content);
    }

    /// The tag of the image.
    pub fn tag(self) -> String {
        let mut tag = String::new();
        for byte in self.0.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.truncate(DIGITS);
        tag
    }

    /// The length goes before, so that two parts are never read as one.
    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}
