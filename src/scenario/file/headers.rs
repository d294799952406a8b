use http::{HeaderName, HeaderValue};
use toml::de::DeValue;

use crate::scenario::key::Key;
use crate::scenario::reading::{Reading, Table, describe};

/// Names in lower case, with their values.
pub(super) type Headers = Vec<(String, String)>;

/// What the generator of load says itself, because it is about the connection or follows from the body.
const RESERVED: &[&str] =
    &["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive"];

const NAME: &str = "letters, digits and `-`, without spaces";
const VALUE: &str = "a text that HTTP allows: printable ASCII in one line";
const OURS: &str = "any other";
const ONCE: &str = "it once: names are the same in upper and lower case";

/// The headers under `key`, those that are wrong left out and told.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>, key: &Key) -> Headers {
    let Some(leaf) = table.get(key) else { return Vec::new() };
    let DeValue::Table(fields) = leaf.get_ref() else {
        reading.wrong(table, key, describe(leaf.get_ref()), key.value);
        return Vec::new();
    };
    let mut headers: Headers = Vec::new();
    for (name, value) in fields {
        let read = header(name.get_ref(), value.get_ref()).and_then(|(name, value)| {
            let twice = headers.iter().any(|(other, _)| *other == name);
            if twice { Err(("a second one of this name".into(), ONCE)) } else { Ok((name, value)) }
        });
        match read {
            Ok(header) => headers.push(header),
            Err((found, expected)) => {
                let at = table.key(key.name);
                reading.wrong_entry((&at, name.get_ref()), name.span().start, &found, expected);
            }
        }
    }
    headers
}

fn header(name: &str, value: &DeValue<'_>) -> Result<(String, String), (String, &'static str)> {
    let name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| ("a name that HTTP does not allow".to_owned(), NAME))?;
    if RESERVED.contains(&name.as_str()) {
        return Err(("a header that emu says itself".into(), OURS));
    }
    let allowed = value.as_str().filter(|text| text.is_ascii() && HeaderValue::from_str(text).is_ok());
    let text = allowed.ok_or_else(|| (describe(value), VALUE))?;
    Ok((name.as_str().to_owned(), text.to_owned()))
}

/// What `headers` says of `name`.
pub(super) fn get<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Layers of headers as one. The later layer goes before the earlier one, name by name.
pub(super) fn layered(layers: [&[(String, String)]; 3]) -> Headers {
    let mut all: Headers = Vec::new();
    for (name, value) in layers.into_iter().flatten() {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => old.clone_from(value),
            None => all.push((name.clone(), value.clone())),
        }
    }
    all
}
