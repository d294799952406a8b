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
    /// On a WebSocket.
    Websocket,
    /// With a session of a Gradio app.
    Gradio,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Http, Self::Streamlit, Self::Websocket, Self::Gradio];

    /// How it is written in a scenario.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Streamlit => "streamlit",
            Self::Websocket => "websocket",
            Self::Gradio => "gradio",
        }
    }

    /// How it is said in a sentence.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Streamlit => "Streamlit",
            Self::Websocket => "WebSocket",
            Self::Gradio => "Gradio",
        }
    }
}

/// The kind under a key; `None` where nothing is said, or something wrong, which is told.
pub(super) fn read(reading: &mut Reading<'_>, table: &Table<'_, '_>, key: &Key) -> Option<Kind> {
    let named = |text: &str| Kind::ALL.into_iter().find(|kind| kind.name() == text);
    reading.take(table, key, |value| if let DeValue::String(text) = value { named(text) } else { None })
}
