use std::fmt;

/// The version of a server: the first two numbers of what it says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Version {
    /// `1` in `1.40.0`.
    pub major: u32,
    /// `40` in `1.40.0`.
    pub minor: u32,
}

/// From this version on a message of a chat has room for files.
pub(super) const CHAT_WITH_FILES: Version = Version::of(1, 43);
/// From here on a select box tells what is chosen, not its place.
pub(super) const SELECT_BY_TEXT: Version = Version::of(1, 45);
/// The same for radio buttons and for a choice that is drawn as a slider.
pub(super) const RADIO_BY_TEXT: Version = Version::of(1, 54);
/// The same for pills and segments.
pub(super) const PILLS_BY_TEXT: Version = Version::of(1, 55);

impl Version {
    pub(super) const fn of(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Reads `1.40.0`, `1.51.1.dev20251101`; what cannot be read is taken for the newest.
    pub fn read(text: &str) -> Self {
        let mut numbers = text.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Self { major, minor },
            _ => Self::of(u32::MAX, u32::MAX),
        }
    }
}

/// `1.40`
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order() {
        assert_eq!(Version::read("1.28.0"), Version::of(1, 28));
        assert_eq!(Version::read("1.51.1.dev20251101"), Version::of(1, 51));
        assert!(Version::read("1.9.0") < Version::read("1.28.0"));
        assert!(Version::read("nightly") > Version::read("2.0"));
        assert_eq!(Version::of(1, 40).to_string(), "1.40");
    }
}
