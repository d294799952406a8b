use toml::de::DeValue;

use crate::scenario::key::Key;
use crate::scenario::reading::{Reading, Table};

/// How somebody uses an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// With requests.
    #[default]
    Http,
    /// With a session of a Streamlit app, in a tab.
    Streamlit,
}

/// The kind under a key; `None` where nothing is said, or something wrong, which is told.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>, key: &Key) -> Option<Kind> {
    reading.take(table, key, |value| match value {
        DeValue::String(text) if text == "http" => Some(Kind::Http),
        DeValue::String(text) if text == "streamlit" => Some(Kind::Streamlit),
        _ => None,
    })
}
