//! What a user of a Streamlit app says to its server and what they see: messages, the page, and when a run is over.
//!
//! Functions of their input: bytes of a message in, a page and its news out; a wish in, the bytes of a message out.
//! The generator of load carries them over a websocket.

mod ask;
mod drift;
mod elements;
mod page;
mod proto;
mod refusal;
#[cfg(test)]
mod tests;
mod turn;
mod widget;

pub use ask::{Put, file_urls, navigate, open, rerun};
pub use drift::Version;
pub use page::Page;
pub use proto::{FileUrls, FileUrlsResponse};
pub use refusal::Refusal;
pub use turn::{End, NotAMessage, Raised, Tab};
pub use widget::{Kind, Widget};
