use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::secretive::password_in;

/// A shorter value is not looked for in texts: it would be found everywhere.
const SHORTEST: usize = 4;
/// The same for a value that is a number.
const SHORTEST_NUMBER: usize = 6;
/// A shorter value is found only where no letter and no digit stands next to it.
const SHORTEST_WITHIN_WORDS: usize = 8;
/// A shorter piece of base64 says too little to be looked for.
const SHORTEST_ENCODED: usize = 8;

/// Values that are in every text, and are nobody's secret.
const EVERYDAY: &[&str] = &[
    "true",
    "false",
    "none",
    "null",
    "auto",
    "info",
    "debug",
    "warning",
    "error",
    "localhost",
    "127.0.0.1",
    "0.0.0.0",
    "http",
    "https",
    "postgres",
    "postgresql",
    "mysql",
    "redis",
    "sqlite",
    "test",
    "production",
    "development",
    "staging",
    "default",
    "admin",
    "root",
    "user",
    "password",
    "utf-8",
];

/// Takes secret values out of texts: as they are, as they stand in addresses and in JSON, and as base64.
#[derive(Clone, Default)]
pub struct Redactor {
    finder: Option<AhoCorasick>,
    /// For each pattern of the finder: what the value is called, and where it counts.
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    name: String,
    /// Found only where no letter and no digit stands next to it.
    whole_words: bool,
}

impl Redactor {
    /// For these values, each with its name.
    pub fn of<'v>(values: impl Iterator<Item = (&'v str, &'v str)>) -> Self {
        let mut forms: BTreeMap<String, Pattern> = BTreeMap::new();
        for (name, value) in values {
            for form in forms_of(value) {
                let whole_words = form.chars().count() < SHORTEST_WITHIN_WORDS;
                forms.entry(form).or_insert_with(|| Pattern { name: name.to_owned(), whole_words });
            }
        }
        // Only an absurd amount of text is refused; nothing is told then rather than something secret.
        let finder = (!forms.is_empty()).then(|| AhoCorasick::new(forms.keys()).ok()).flatten();
        Self { finder, patterns: forms.into_values().collect() }
    }

    /// Whether there is nothing to take out.
    pub fn is_idle(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The text without the values: `[redacted NAME]` stands in their place.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(finder) = &self.finder else {
            return if self.is_idle() { Cow::Borrowed(text) } else { Cow::Borrowed("[redacted]") };
        };
        let found = self.found(finder, text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut rest = 0;
        let mut shown = String::with_capacity(text.len());
        for (span, name) in found {
            shown.push_str(&text[rest..span.start]);
            shown.push_str(&marker(name));
            rest = span.end;
        }
        shown.push_str(&text[rest..]);
        Cow::Owned(shown)
    }

    /// Takes the values out of a text of one's own.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(shown) = self.text(text) {
            *text = shown;
        }
    }

    /// Where values stand, in order; what overlaps is one place, named after its longest value.
    fn found(&self, finder: &AhoCorasick, text: &str) -> Vec<(Range<usize>, &str)> {
        let all = finder.find_overlapping_iter(text).map(|one| (one.range(), &self.patterns[one.pattern()]));
        let counts = |(span, pattern): &(Range<usize>, &Pattern)| !pattern.whole_words || stands_alone(text, span);
        let mut all: Vec<_> = all.filter(counts).collect();
        all.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut merged: Vec<(Range<usize>, &str)> = Vec::new();
        let mut longest = 0;
        for (span, pattern) in all {
            let Some((last, name)) = merged.last_mut().filter(|(last, _)| span.start < last.end) else {
                longest = span.len();
                merged.push((span, &pattern.name));
                continue;
            };
            last.end = last.end.max(span.end);
            if span.len() > longest {
                (longest, *name) = (span.len(), &pattern.name);
            }
        }
        merged
    }
}

/// The values stay where they are when somebody prints this.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

/// What stands in the place of a value.
pub(super) fn marker(name: &str) -> String {
    format!("[redacted {name}]")
}

fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// Everything that shows a value.
fn forms_of(value: &str) -> Vec<String> {
    let password = password_in(value);
    // A key of several lines is printed line by line; its first and last line are in every key.
    let lines = value.lines().filter(|_| value.contains('\n')).filter(|line| !line.starts_with("-----"));
    let lines = lines.map(str::trim).filter(|line| line.len() >= SHORTEST_WITHIN_WORDS);
    let decoded = password.map(percent_decoded);
    let values = [Some(value), Some(value.trim()), password, decoded.as_deref()].into_iter().flatten().chain(lines);
    let mut forms: Vec<String> = values.filter(|value| is_worth_it(value)).flat_map(encodings).collect();
    forms.sort();
    forms.dedup();
    forms
}

fn is_worth_it(value: &str) -> bool {
    let number = value.chars().all(|one| one.is_ascii_digit() || matches!(one, '.' | '-' | '+'));
    let shortest = if number { SHORTEST_NUMBER } else { SHORTEST };
    value.chars().count() >= shortest && !EVERYDAY.contains(&value.to_ascii_lowercase().as_str())
}

fn encodings(value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).unwrap_or_default();
    let json = json.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned();
    let percent = [percent_encoded(value, "%20"), percent_encoded(value, "+")];
    let lower = percent.clone().map(|text| lower_case_escapes(&text));
    let mut forms = vec![value.to_owned(), json];
    forms.extend(percent.into_iter().chain(lower));
    forms.extend(base64_of(value.as_bytes()));
    forms.retain(|form| !form.is_empty());
    forms
}

/// The value as base64, whatever stands before and behind it in what was encoded: a group of three bytes may
/// begin at its first, second or third.
fn base64_of(value: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(value.iter().copied()).collect();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&bytes);
            // Letters that neighbours have a part in.
            let first = (before * 8).div_ceil(6);
            let whole = bytes.len() * 8 / 6;
            forms.push(text[first..].to_owned());
            forms.push(text[first..whole.max(first)].to_owned());
        }
    }
    forms.retain(|form| form.len() >= SHORTEST_ENCODED);
    forms
}

fn percent_encoded(value: &str, blank: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' => text.push_str(blank),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            other => text.extend(['%', hex(other >> 4), hex(other & 15)]),
        }
    }
    text
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default().to_ascii_uppercase()
}

fn lower_case_escapes(text: &str) -> String {
    let mut left = 0;
    let lower = |one: char| {
        let escaped = left > 0;
        left = if one == '%' { 2 } else { usize::saturating_sub(left, 1) };
        if escaped { one.to_ascii_lowercase() } else { one }
    };
    text.chars().map(lower).collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    fn redactor(pairs: &[(&str, &str)]) -> Redactor {
        Redactor::of(pairs.iter().copied())
    }

    fn shown(pairs: &[(&str, &str)], text: &str) -> String {
        redactor(pairs).text(text).into_owned()
    }

    #[test]
    fn a_value_is_replaced_by_its_name() {
        let pairs = [("API_KEY", "sk-12345"), ("DB", "hunter22")];
        assert_eq!(shown(&pairs, "a sk-12345 b hunter22"), "a [redacted API_KEY] b [redacted DB]");
        assert!(matches!(redactor(&pairs).text("nothing here"), Cow::Borrowed("nothing here")));
        assert_eq!(shown(&[], "sk-12345"), "sk-12345");
    }

    #[test]
    fn values_in_addresses_json_and_base64_are_found() {
        let value = "p@ss \"wörd/1";
        let pairs = [("P", value)];
        let texts = [
            "/q?p=p%40ss%20%22w%C3%B6rd%2F1&x=1",
            "/q?p=p%40ss+%22w%C3%B6rd%2F1",
            "/q?p=p%40ss%20%22w%c3%b6rd%2f1",
            r#"{"p":"p@ss \"wörd/1"}"#,
        ];
        for text in texts {
            let found = shown(&pairs, text);
            assert!(found.contains("[redacted P]") && !found.contains("ss"), "{text}: {found}");
        }
        for before in ["", "a", "ab", "user:"] {
            for behind in ["", "x", "xy"] {
                let whole = format!("{before}{value}{behind}");
                for text in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
                    let found = shown(&pairs, &format!("Basic {text}"));
                    assert!(found.contains("[redacted P]") && found.len() < 40, "{before}_{behind}: {found}");
                }
            }
        }
    }

    #[test]
    fn the_password_of_an_address_is_hidden_alone_as_well() {
        let pairs = [("DATABASE_URL", "postgres://me:hun%40ter22@db.example.com/shop")];
        for text in ["login of me with hun@ter22 failed", "hun%40ter22", pairs[0].1] {
            let found = shown(&pairs, text);
            assert!(found.contains("[redacted DATABASE_URL]") && !found.contains("ter22"), "{found}");
        }
        assert_eq!(shown(&pairs, "db.example.com"), "db.example.com");
    }

    #[test]
    fn a_key_of_several_lines_is_hidden_line_by_line() {
        let pairs =
            [("KEY", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n")];
        assert_eq!(shown(&pairs, "  kqhkiG9w0BAQEF"), "  [redacted KEY]");
        assert_eq!(shown(&pairs, "-----BEGIN PRIVATE KEY-----"), "-----BEGIN PRIVATE KEY-----");
    }

    #[test]
    fn what_is_too_short_or_too_common_is_left_alone() {
        for value in ["", "abc", "8501", "10000", "true", "False", "localhost", "production"] {
            let text = format!("x {value} y");
            assert_eq!(shown(&[("X", value)], &text), text);
        }
        assert_eq!(shown(&[("X", "123456")], "pin 123456"), "pin [redacted X]");
        assert_eq!(shown(&[("X", "abcd")], "abcd abcde,abcd"), "[redacted X] abcde,[redacted X]");
    }

    #[test]
    fn values_that_overlap_leave_nothing_of_each_other() {
        let pairs = [("A", "abcd1234"), ("B", "1234xyz98765")];
        assert_eq!(shown(&pairs, "<abcd1234xyz98765>"), "<[redacted B]>");
        assert_eq!(shown(&[("A", "hunter22"), ("B", "hunter22more")], "hunter22more"), "[redacted B]");
    }

    #[test]
    fn nothing_of_it_is_shown_by_debug() {
        assert!(!format!("{:?}", redactor(&[("A", "hunter22")])).contains("hunter"));
    }

    proptest! {
        #[test]
        fn no_value_is_left(value in "[!-~]{8,40}", before in ".{0,9}", behind in ".{0,9}") {
            let found = shown(&[("N", &value)], &format!("{before}{value}{behind}"));
            prop_assert!(!found.contains(&value) || "[redacted N]".contains(&value), "{found}");
        }

        #[test]
        fn any_value_and_text_are_taken(value in ".{0,20}", text in ".{0,60}") {
            let _ = shown(&[("N", &value)], &text);
            let _ = shown(&[("N", &value), ("M", &text)], &format!("{text}{value}"));
        }
    }
}
