//! Setting keys: segments joined by points, a segment in quotes where TOML wants quotes.

/// Joins segments into the one spelling of a key: `wake.stand_ins."/robots.txt".status`.
pub fn join<S: AsRef<str>>(segments: &[S]) -> String {
    segments.iter().map(|segment| quoted(segment.as_ref())).collect::<Vec<_>>().join(".")
}

/// The segments of a key. `None` where a quote stays open or a segment is empty.
pub fn split(key: &str) -> Option<Vec<String>> {
    let mut segments = Vec::new();
    let mut rest = key;
    loop {
        let (segment, after) = if rest.starts_with('"') { quoted_segment(rest)? } else { bare_segment(rest) };
        if segment.is_empty() {
            return None;
        }
        segments.push(segment);
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None if after.is_empty() => return Some(segments),
            None => return None,
        }
    }
}

fn bare_segment(text: &str) -> (String, &str) {
    let (segment, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    (segment.to_owned(), rest)
}

fn quoted_segment(text: &str) -> Option<(String, &str)> {
    let mut segment = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((segment, &text[at + 1..])),
            '\\' => segment.push(characters.next()?.1),
            other => segment.push(other),
        }
    }
    None
}

fn quoted(segment: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !segment.is_empty() && segment.chars().all(bare) {
        return segment.to_owned();
    }
    format!("\"{}\"", segment.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The word among `known` that somebody who wrote `found` may have meant.
pub fn nearest<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let scored = known.into_iter().map(|word| (strsim::jaro_winkler(found, word), word));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 > 0.8).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{join, nearest, split};

    proptest! {
        #[test]
        fn a_joined_key_splits_into_the_same_segments(segments in prop::collection::vec("[ -~é]{1,12}", 1..5)) {
            prop_assert_eq!(split(&join(&segments)), Some(segments));
        }

        #[test]
        fn splitting_never_panics(key in ".*") {
            let _ = split(&key);
        }
    }

    #[test]
    fn an_open_quote_and_an_empty_segment_are_no_keys() {
        for key in ["", ".", "a.", "a..b", "\"a", "\"a\"b", "a.\"\""] {
            assert_eq!(split(key), None, "{key}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_finds_the_word_that_was_meant() {
        assert_eq!(nearest("limt", ["limit", "swap"]), Some("limit"));
        assert_eq!(nearest("colour", ["limit", "swap"]), None);
    }
}
