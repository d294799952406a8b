//! Keys of our files. One table drives reading, what is said of a slip, and the reference page.

/// One key: what its value may be, what it means, and what holds without it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What its value may be, in words, with an example.
    pub(super) value: &'static str,
    /// What it means, as a sentence.
    pub(super) doc: &'static str,
    /// What holds where it is not said.
    pub(super) without: &'static str,
}

pub(super) const fn key(name: &'static str, value: &'static str, doc: &'static str, without: &'static str) -> Key {
    Key { name, value, doc, without }
}

/// The word among `known` that somebody who wrote `found` may have meant.
pub(super) fn nearest<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // One slip, or letters that look alike; among those the one with the fewest slips.
    let slips = |word: &str| strsim::damerau_levenshtein(found, word);
    let alike = known.into_iter().filter(|word| slips(word) <= 1 || strsim::jaro_winkler(found, word) > 0.8);
    alike.min_by_key(|word| slips(word))
}

/// `did you mean …?`, where a word is near enough.
pub(super) fn meant<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(found, known).map(|word| format!("did you mean `{word}`?"))
}

/// `a`, `b`, each between backticks and separated by commas.
pub(super) fn in_backticks<'k>(words: impl IntoIterator<Item = &'k str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_finds_the_word_that_was_meant() {
        assert_eq!(nearest("rat", ["rate", "users"]), Some("rate"));
        assert_eq!(nearest("fro", ["form", "for"]), Some("for"));
        assert_eq!(nearest("colour", ["rate", "users"]), None);
    }
}
