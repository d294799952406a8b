//! The part of Streamlit's protocol that a user needs, as messages of protobuf.
//!
//! Numbers and types are those of the `.proto` files that Streamlit 1.28 to 1.67 ship; what is not named here is
//! skipped when it is read. A choice between fields (`oneof`) is written as fields that may be absent: on the wire
//! that is the same.

use prost::Message;

pub use super::elements::*;

/// What a browser tells the server. One field is set.
#[derive(Clone, PartialEq, Message)]
pub struct BackMsg {
    /// Run the script.
    #[prost(message, optional, tag = "11")]
    pub rerun_script: Option<ClientState>,
    /// Where may these files be put?
    #[prost(message, optional, tag = "16")]
    pub file_urls_request: Option<FileUrlsRequest>,
}

/// What the script is run with.
#[derive(Clone, PartialEq, Message)]
pub struct ClientState {
    #[prost(string, tag = "1")]
    pub query_string: String,
    #[prost(message, optional, tag = "2")]
    pub widget_states: Option<WidgetStates>,
    #[prost(string, tag = "3")]
    pub page_script_hash: String,
    #[prost(string, tag = "4")]
    pub page_name: String,
    #[prost(string, tag = "5")]
    pub fragment_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct WidgetStates {
    #[prost(message, repeated, tag = "1")]
    pub widgets: Vec<WidgetState>,
}

/// The value of a widget. One field beside the id is set; which one depends on the widget and on the server's version.
#[derive(Clone, PartialEq, Message)]
pub struct WidgetState {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(bool, optional, tag = "2")]
    pub trigger: Option<bool>,
    #[prost(bool, optional, tag = "3")]
    pub flag: Option<bool>,
    #[prost(double, optional, tag = "4")]
    pub number: Option<f64>,
    #[prost(sint64, optional, tag = "5")]
    pub place: Option<i64>,
    #[prost(string, optional, tag = "6")]
    pub text: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub numbers: Option<Numbers>,
    #[prost(message, optional, tag = "8")]
    pub places: Option<Places>,
    #[prost(message, optional, tag = "9")]
    pub texts: Option<Texts>,
    #[prost(message, optional, tag = "13")]
    pub files: Option<Files>,
    #[prost(message, optional, tag = "14")]
    pub said: Option<Said>,
    #[prost(message, optional, tag = "15")]
    pub chat: Option<Said>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Numbers {
    #[prost(double, repeated, tag = "1")]
    pub data: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Places {
    #[prost(sint64, repeated, tag = "1")]
    pub data: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Texts {
    #[prost(string, repeated, tag = "1")]
    pub data: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Said {
    #[prost(string, tag = "1")]
    pub data: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Files {
    #[prost(message, repeated, tag = "2")]
    pub files: Vec<File>,
}

#[derive(Clone, PartialEq, Message)]
pub struct File {
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(uint64, tag = "3")]
    pub size: u64,
    #[prost(string, tag = "4")]
    pub id: String,
    #[prost(message, optional, tag = "5")]
    pub urls: Option<FileUrls>,
}

/// Where a file is put, as a path of the app.
#[derive(Clone, PartialEq, Message)]
pub struct FileUrls {
    /// What the server calls the file.
    #[prost(string, tag = "1")]
    pub id: String,
    /// Where it is put.
    #[prost(string, tag = "2")]
    pub upload_url: String,
    /// Where it is deleted.
    #[prost(string, tag = "3")]
    pub delete_url: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct FileUrlsRequest {
    #[prost(string, tag = "1")]
    pub request_id: String,
    #[prost(string, repeated, tag = "2")]
    pub file_names: Vec<String>,
    #[prost(string, tag = "3")]
    pub session_id: String,
}

/// Where files may be put.
#[derive(Clone, PartialEq, Message)]
pub struct FileUrlsResponse {
    /// What the request was called.
    #[prost(string, tag = "1")]
    pub response_id: String,
    /// One place for each file.
    #[prost(message, repeated, tag = "2")]
    pub file_urls: Vec<FileUrls>,
    /// Why there is none; empty when there is.
    #[prost(string, tag = "3")]
    pub error: String,
}

/// What the server tells a browser. One field beside the metadata is set.
#[derive(Clone, PartialEq, Message)]
pub struct ForwardMsg {
    #[prost(message, optional, tag = "2")]
    pub metadata: Option<Metadata>,
    #[prost(message, optional, tag = "4")]
    pub new_session: Option<NewSession>,
    #[prost(message, optional, tag = "5")]
    pub delta: Option<Delta>,
    /// See [`finished`].
    #[prost(int32, optional, tag = "6")]
    pub script_finished: Option<i32>,
    #[prost(message, optional, tag = "10")]
    pub session_event: Option<SessionEvent>,
    #[prost(message, optional, tag = "19")]
    pub file_urls_response: Option<FileUrlsResponse>,
    #[prost(message, optional, tag = "23")]
    pub navigation: Option<Navigation>,
}

/// How a script ended.
pub mod finished {
    /// It does not compile. What is wrong with it comes behind, as an event of the session.
    pub const COMPILE_ERROR: i32 = 1;
    /// It asked to be run again, and is.
    pub const EARLY_FOR_RERUN: i32 = 2;
}

#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    /// Where on the page an element stands.
    #[prost(uint32, repeated, tag = "2")]
    pub delta_path: Vec<u32>,
    /// Which run of the script the message belongs to. Since 1.6x.
    #[prost(message, optional, tag = "6")]
    pub run: Option<Run>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Run {
    #[prost(string, tag = "1")]
    pub script_run_id: String,
    #[prost(string, repeated, tag = "2")]
    pub fragment_ids: Vec<String>,
}

/// A run of the script begins.
#[derive(Clone, PartialEq, Message)]
pub struct NewSession {
    #[prost(message, optional, tag = "1")]
    pub initialize: Option<Initialize>,
    /// Which run it is; empty where the metadata says it.
    #[prost(string, tag = "2")]
    pub script_run_id: String,
    #[prost(message, repeated, tag = "8")]
    pub app_pages: Vec<AppPage>,
    #[prost(string, tag = "9")]
    pub page_script_hash: String,
    #[prost(string, repeated, tag = "10")]
    pub fragment_ids: Vec<String>,
    #[prost(string, tag = "11")]
    pub main_script_hash: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Initialize {
    #[prost(message, optional, tag = "3")]
    pub environment: Option<Environment>,
    #[prost(string, tag = "6")]
    pub session_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Environment {
    #[prost(string, tag = "1")]
    pub streamlit_version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct SessionEvent {
    /// The script does not compile.
    #[prost(message, optional, tag = "3")]
    pub script_compilation_exception: Option<Exception>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Navigation {
    #[prost(message, repeated, tag = "2")]
    pub app_pages: Vec<AppPage>,
    #[prost(string, tag = "4")]
    pub page_script_hash: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct AppPage {
    #[prost(string, tag = "1")]
    pub page_script_hash: String,
    #[prost(string, tag = "2")]
    pub page_name: String,
}

/// A change of the page.
#[derive(Clone, PartialEq, Message)]
pub struct Delta {
    #[prost(message, optional, boxed, tag = "3")]
    pub new_element: Option<Box<Element>>,
    #[prost(string, tag = "8")]
    pub fragment_id: String,
}
