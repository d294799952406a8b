use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::project::{Place, Said};

/// A TOML file as flat keys: `server.port`.
pub(super) type Table = BTreeMap<String, Said<toml::Value>>;

/// Reads a TOML file into flat keys with their lines. What cannot be read is told as a line and what is wrong
/// with it, never with the text that stands there.
pub(super) fn read(path: &str, text: &str) -> (Table, Vec<(u32, String)>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut table = Table::new();
    flatten(path, text, root.get_ref(), "", &mut table);
    let told =
        |error: &toml::de::Error| (error.span().map_or(1, |span| line(text, span.start)), error.message().to_owned());
    (table, errors.iter().map(told).collect())
}

fn flatten(path: &str, text: &str, table: &DeTable<'_>, at: &str, into: &mut Table) {
    for (name, value) in table {
        let key = if at.is_empty() { name.get_ref().to_string() } else { format!("{at}.{}", name.get_ref()) };
        if let DeValue::Table(inner) = value.get_ref() {
            flatten(path, text, inner, &key, into);
        } else if let Some(plain) = plain(value.get_ref()) {
            into.insert(key, Said::at(Place::line(path, line(text, name.span().start)), plain));
        }
    }
}

fn plain(value: &DeValue<'_>) -> Option<toml::Value> {
    Some(match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => toml::Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => toml::Value::Float(number.as_str().parse().ok()?),
        DeValue::Boolean(flag) => toml::Value::Boolean(*flag),
        DeValue::Datetime(date) => toml::Value::Datetime(*date),
        DeValue::Array(_) => toml::Value::Array(Vec::new()),
        DeValue::Table(_) => return None,
    })
}

/// The line of a byte of a text, from one.
pub(super) fn line(text: &str, offset: usize) -> u32 {
    let before = text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}
