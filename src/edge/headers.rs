use std::collections::BTreeMap;

use super::buffer::Buffer;
use super::http::fields::Fields;
use super::template::{Facts, Template};

/// The header that keeps what it had: each proxy appends the client it saw.
const APPENDS: &str = "x-forwarded-for";

/// Headers that the platform's router adds. They take the place of headers with the same name, so
/// that a client cannot pretend to be the platform.
#[derive(Debug)]
pub(super) struct Headers {
    list: Vec<Header>,
    /// A bit for every length that a name in the list has. Most names are told apart by it.
    lengths: u64,
}

#[derive(Debug)]
struct Header {
    name: String,
    value: Template,
}

impl Headers {
    pub(super) fn new(rules: &BTreeMap<String, String>) -> Self {
        let list =
            rules.iter().map(|(name, value)| Header { name: name.clone(), value: Template::new(&one_line(value)) });
        let lengths = rules.keys().fold(0, |bits, name| bits | bit(name.len()));
        Self { list: list.collect(), lengths }
    }

    /// Whether a header with this name is among them.
    pub(super) fn names(&self, name: &[u8]) -> bool {
        self.lengths & bit(name.len()) != 0
            && self.list.iter().any(|header| header.name.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Writes the lines whose names are not among `others`.
    pub(super) fn write_without(&self, out: &mut Buffer, facts: &Facts<'_>, others: &Self) {
        for header in self.list.iter().filter(|header| !others.names(header.name.as_bytes())) {
            header.write(out, facts);
        }
    }

    /// Writes their lines. `given` is the head they are added to.
    pub(super) fn write(&self, out: &mut Buffer, facts: &Facts<'_>, given: &Fields) {
        for header in &self.list {
            if header.name.eq_ignore_ascii_case(APPENDS) {
                header.begin(out);
                let same = given.iter().filter(|(_, name, _)| name.eq_ignore_ascii_case(APPENDS.as_bytes()));
                for (_, _, value) in same {
                    out.append(value);
                    out.append(b", ");
                }
                header.end(out, facts);
            } else {
                header.write(out, facts);
            }
        }
    }
}

impl Header {
    fn write(&self, out: &mut Buffer, facts: &Facts<'_>) {
        self.begin(out);
        self.end(out, facts);
    }

    fn begin(&self, out: &mut Buffer) {
        out.append(self.name.as_bytes());
        out.append(b": ");
    }

    fn end(&self, out: &mut Buffer, facts: &Facts<'_>) {
        self.value.write(out, facts);
        out.append(b"\r\n");
    }
}

fn bit(length: usize) -> u64 {
    1 << (length % 64)
}

/// A value that ended its line would end the head.
fn one_line(value: &str) -> String {
    value.replace(|char: char| char.is_control(), " ")
}
