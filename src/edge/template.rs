use std::io::Write;

use super::buffer::Buffer;

/// Text of a profile with the places to fill in.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(Box<[u8]>),
    Slot(Slot),
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Client,
    Path,
    Port,
    RequestId,
    UnixMs,
    WakePath,
}

const SLOTS: &[(&str, Slot)] = &[
    ("{client}", Slot::Client),
    ("{path}", Slot::Path),
    ("{port}", Slot::Port),
    ("{request_id}", Slot::RequestId),
    ("{unix_ms}", Slot::UnixMs),
    ("{wake_path}", Slot::WakePath),
];

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) client: &'a str,
    pub(super) id: u64,
    pub(super) unix_ms: u64,
    pub(super) port: u16,
    /// Escaped for the text it goes into.
    pub(super) path: &'a str,
    pub(super) wake_path: &'a str,
}

impl Template {
    /// Braces around anything but a known name stay as they are: pages hold style sheets and scripts.
    pub(super) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((at, name, slot)) = first_slot(rest) {
            pieces.push(Piece::Text(rest.as_bytes()[..at].into()));
            pieces.push(Piece::Slot(slot));
            rest = &rest[at + name.len()..];
        }
        pieces.push(Piece::Text(rest.as_bytes().into()));
        Self(pieces)
    }

    pub(super) fn write(&self, out: &mut Buffer, facts: &Facts<'_>) {
        for piece in &self.0 {
            // A buffer takes everything that is written to it.
            let _ = match piece {
                Piece::Text(text) => out.write_all(text),
                Piece::Slot(Slot::Client) => out.write_all(facts.client.as_bytes()),
                Piece::Slot(Slot::Path) => out.write_all(facts.path.as_bytes()),
                Piece::Slot(Slot::Port) => write!(out, "{}", facts.port),
                Piece::Slot(Slot::RequestId) => write!(out, "{}", facts.id),
                Piece::Slot(Slot::UnixMs) => write!(out, "{}", facts.unix_ms),
                Piece::Slot(Slot::WakePath) => out.write_all(facts.wake_path.as_bytes()),
            };
        }
    }
}

fn first_slot(text: &str) -> Option<(usize, &'static str, Slot)> {
    let found = SLOTS.iter().filter_map(|(name, slot)| text.find(name).map(|at| (at, *name, *slot)));
    found.min_by_key(|(at, ..)| *at)
}

/// The text with everything that means something to HTML written as references.
pub(super) fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// The text as it may stand inside a JSON string.
pub(super) fn escape_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The text as the value of a query parameter.
pub(super) fn escape_query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // A string takes everything that is written to it.
            let _ = std::fmt::Write::write_fmt(&mut escaped, format_args!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(text: &str) -> String {
        let facts = Facts { client: "::1", id: 7, unix_ms: 9, port: 80, path: "/p", wake_path: "/w" };
        let mut out = Buffer::default();
        Template::new(text).write(&mut out, &facts);
        String::from_utf8(out.filled().to_vec()).unwrap()
    }

    #[test]
    fn known_names_are_filled_in_and_other_braces_stay() {
        assert_eq!(filled("{path} p{margin:0} {request_id}{client}"), "/p p{margin:0} 7::1");
        assert_eq!(filled("{{port}} {unix_ms} {wake_path} {"), "{80} 9 /w {");
    }

    #[test]
    fn a_path_cannot_leave_the_text_it_stands_in() {
        assert_eq!(escape_html(r#"/<b a="1">'&"#), "/&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
        assert_eq!(escape_json("/\"\\x"), "/\\\"\\\\x");
        assert_eq!(escape_query("/a b?c&d"), "/a%20b%3Fc%26d");
    }

    proptest! {
        #[test]
        fn text_without_known_names_comes_back(text in "[a-z{} ]{0,40}") {
            prop_assume!(SLOTS.iter().all(|(name, _)| !text.contains(name)));
            prop_assert_eq!(filled(&text), text);
        }
    }
}
