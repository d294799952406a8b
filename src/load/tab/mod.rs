//! Users of Streamlit apps: a websocket each, a session, a page.

pub(super) mod crowd;
mod socket;
mod trouble;
mod visitor;

pub(super) use visitor::{Door, Visitor};
