use std::fmt;

use prost::Message;

use super::drift::Version;
use super::page::Page;
use super::proto::{Exception, FileUrlsResponse, ForwardMsg, Metadata, NewSession, finished};

/// A session of a user, as the messages of the server have made it: the page, and whether the script runs.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    /// What the user sees.
    pub page: Page,
    /// The version of the server; the newest until it has said it.
    pub version: Version,
    /// What the server calls this session; empty until it has said it.
    pub session: String,
    /// What the server calls the page that is open; empty until it has said it.
    pub hash: String,
    run: Option<Run>,
    /// The script does not compile; why may come behind.
    broken: bool,
    why: Option<Raised>,
}

/// A run of the script that has not ended.
#[derive(Debug, Clone, Default)]
struct Run {
    id: String,
    fragments: Vec<String>,
}

/// Something that a message has brought to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The script has run to its end, and showed no exception.
    Finished,
    /// It has run to its end, or to an exception, which it shows.
    Raised(Raised),
    /// The script does not compile.
    NotCompiled(Raised),
    /// Files may be put there.
    Files(FileUrlsResponse),
}

/// An exception of an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Raised {
    /// Its class: `ValueError`.
    pub kind: String,
    /// What it says.
    pub message: String,
}

/// What came is no message of Streamlit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what came is no message of Streamlit: {0}")]
pub struct NotAMessage(String);

impl Tab {
    /// A tab of which nothing is known yet.
    pub fn new() -> Self {
        Self { version: Version::read(""), ..Self::default() }
    }

    /// Takes in a message. Says what has ended with it, if anything has.
    pub fn hear(&mut self, bytes: &[u8]) -> Result<Option<End>, NotAMessage> {
        let message = ForwardMsg::decode(bytes).map_err(|error| NotAMessage(error.to_string()))?;
        let metadata = message.metadata.unwrap_or_default();
        if let Some(new) = message.new_session {
            self.begins(new, metadata);
            return Ok(None);
        }
        if let Some(navigation) = message.navigation {
            self.page.has_pages(navigation.app_pages);
            if !navigation.page_script_hash.is_empty() {
                self.hash = navigation.page_script_hash;
            }
        }
        if let Some(status) = message.script_finished {
            return Ok(self.ends(status, &metadata));
        }
        if let Some(delta) = message.delta {
            self.page.change(metadata.delta_path, delta);
        }
        if let Some(error) = message.session_event.and_then(|event| event.script_compilation_exception) {
            self.why = Some(Raised::of(&error));
            return Ok(self.not_compiled());
        }
        Ok(message.file_urls_response.map(End::Files))
    }

    fn begins(&mut self, new: NewSession, metadata: Metadata) {
        if let Some(initialize) = new.initialize {
            self.session = initialize.session_id;
            self.version = Version::read(&initialize.environment.unwrap_or_default().streamlit_version);
        }
        let run = metadata.run.unwrap_or_default();
        let id = if run.script_run_id.is_empty() { new.script_run_id } else { run.script_run_id };
        let fragments = if run.fragment_ids.is_empty() { new.fragment_ids } else { run.fragment_ids };
        self.page.has_pages(new.app_pages);
        self.hash = new.page_script_hash;
        self.page.begins();
        self.broken = false;
        self.run = Some(Run { id, fragments });
    }

    fn ends(&mut self, status: i32, metadata: &Metadata) -> Option<End> {
        let run = self.run.as_ref()?;
        let id = metadata.run.as_ref().map(|run| run.script_run_id.as_str()).unwrap_or_default();
        let other = !id.is_empty() && !run.id.is_empty() && id != run.id;
        if other || status == finished::EARLY_FOR_RERUN {
            return None;
        }
        let run = self.run.take()?;
        if status == finished::COMPILE_ERROR {
            self.broken = true;
            return self.not_compiled();
        }
        self.why = None;
        self.page.ended(&run.fragments);
        Some(self.page.raised().map_or(End::Finished, |raised| End::Raised(raised.clone())))
    }

    /// The exception comes behind the end that it caused, or before it.
    fn not_compiled(&mut self) -> Option<End> {
        if self.broken { self.why.take().map(End::NotCompiled) } else { None }
    }
}

impl Raised {
    pub(super) fn of(exception: &Exception) -> Self {
        Self { kind: exception.kind.clone(), message: exception.message.clone() }
    }
}

/// `ValueError: no such order`
impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() { f.write_str(&self.kind) } else { write!(f, "{}: {}", self.kind, self.message) }
    }
}
