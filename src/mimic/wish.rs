//! What a visitor asks for in the query of a request.

use std::fmt::Display;
use std::str::FromStr;

use crate::units::{Elapsed, Memory};

/// The named values of a query, `size=100MB&for=2s`.
pub(super) struct Wish<'q>(&'q str);

/// A value that cannot be read, or a wish that cannot be granted. Shown to the visitor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// A value of the query makes no sense.
    #[error("`{name}`: {why}")]
    Unreadable {
        /// The name in the query.
        name: &'static str,
        /// What was found and what was expected.
        why: String,
    },
    /// The system said no.
    #[error("the system refused: {0}")]
    System(String),
}

impl<'q> Wish<'q> {
    /// From the part of an address after the question mark.
    pub(super) fn new(query: Option<&'q str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// An amount of memory.
    pub(super) fn size(&self, default: Memory) -> Result<Memory, Refusal> {
        self.value("size", default)
    }

    /// A length of time.
    pub(super) fn time(&self, name: &'static str, default: Elapsed) -> Result<Elapsed, Refusal> {
        self.value(name, default)
    }

    /// Anything that can be read from a word. The default when it is not named.
    pub(super) fn value<T>(&self, name: &'static str, default: T) -> Result<T, Refusal>
    where
        T: FromStr<Err: Display>,
    {
        let Some(text) = self.text(name) else { return Ok(default) };
        text.parse().map_err(|error: T::Err| Refusal::Unreadable { name, why: error.to_string() })
    }

    fn text(&self, name: &str) -> Option<String> {
        let pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| decode(value)).next_back()
    }
}

/// Undoes the encoding of a query: `+` is a space, `%2F` a slash. What is no encoding stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (decoded, after) = match (byte, hex(after)) {
            (b'+', _) => (b' ', after),
            (b'%', Some(value)) => (value, &after[2..]),
            _ => (byte, after),
        };
        bytes.push(decoded);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    if digits.starts_with('+') {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_of_several_equal_names_counts() {
        let wish = Wish::new(Some("size=1MB&for=2s&size=100+MB"));
        assert_eq!(wish.size(Memory::default()), Ok("100 MB".parse().unwrap()));
        assert_eq!(wish.time("for", Elapsed::ZERO), Ok(Elapsed::from_secs(2)));
    }

    #[test]
    fn what_is_not_named_takes_the_default() {
        assert_eq!(Wish::new(None).size(Memory::from_mib(5)), Ok(Memory::from_mib(5)));
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_with_what_was_expected() {
        let refusal = Wish::new(Some("size=much")).size(Memory::default()).unwrap_err();
        assert_eq!(refusal.to_string(), "`size`: found `much`, expected a size such as `512 MiB`, `1 GB` or `690 MB`");
    }

    #[test]
    fn encoded_values_are_decoded_and_broken_ones_kept() {
        assert_eq!(decode("a%20b+c%2Fd"), "a b c/d");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%+1%zz"), "% 1%zz");
    }

    proptest! {
        #[test]
        fn any_text_survives_being_encoded(text in ".{0,40}") {
            let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            prop_assert_eq!(decode(&encoded.concat()), text);
        }

        #[test]
        fn no_query_breaks_the_parser(query in ".{0,60}") {
            let _ = Wish::new(Some(&query)).size(Memory::default());
        }
    }
}
