//! What would fail after the push: checks over a project's folder. Pure: whoever walks the disk hands
//! over a [`Folder`](crate::project::Folder).
//!
//! A [`Check`] is data and a function. [`CHECKS`] holds all of them, [`look`] asks those that are wanted
//! about a [`Subject`], and the [`Report`] is written as text, JSON or SARIF by others.

mod finding;
mod ignore;
mod json;
mod paths;
mod reference;
mod registry;
mod report;
mod sarif;
mod subject;
mod toml_file;

mod docker;
mod node;
mod plan;
mod python;
mod secrets;
mod start;
mod streamlit;

pub use finding::{Finding, Severity};
pub use json::{SCHEMA, json};
pub use reference::reference;
pub use registry::{CHECKS, Check, find, nearest};
pub use report::{Report, Selection, look};
pub use sarif::sarif;
pub use secrets::is_secrets_file;
pub use subject::{SecretsFile, Subject};

#[cfg(test)]
mod tests;
