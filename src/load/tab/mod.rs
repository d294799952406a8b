//! Users with a session each: of Streamlit apps in a tab, on a WebSocket, of Gradio apps.

mod board;
pub(super) mod crowd;
mod gradio;
mod line;
mod socket;
mod trouble;
mod visitor;

pub(super) use visitor::{Door, Visitor};
