//! Pitfalls of a Dockerfile that show only on a platform.

mod architecture;
mod expose;
pub(super) mod file;
mod root;
mod secret_value;
mod secrets;
mod shell_form;

pub(super) use architecture::CHECK as ARCHITECTURE;
pub(super) use expose::CHECK as EXPOSE;
pub(super) use root::CHECK as ROOT;
pub(super) use secret_value::CHECK as SECRET_VALUE;
pub(super) use secrets::CHECK as COPIES_SECRETS;
pub(super) use shell_form::CHECK as SHELL_FORM;

pub(super) use file::{Instruction, last_stage};

use super::Subject;
use crate::project::{Place, Recipe};

/// A Dockerfile that is built.
#[derive(Debug)]
pub(super) struct Dockerfile {
    /// Its path from the project's folder.
    pub(super) path: String,
    /// The instructions of its last stage.
    pub(super) stage: Vec<Instruction>,
}

impl Dockerfile {
    /// Where an instruction stands.
    pub(super) fn place(&self, instruction: &Instruction) -> Place {
        Place::line(&self.path, instruction.line)
    }
}

/// The Dockerfile that the project is built with; where nobody says which, the one in its folder.
pub(super) fn dockerfiles(subject: &Subject<'_>) -> Vec<Dockerfile> {
    let path = match subject.found.map(|found| &found.recipe) {
        Some(Recipe::Dockerfile { file, .. }) => file.file.as_str(),
        _ => "Dockerfile",
    };
    let text = subject.folder.text(path);
    text.map(|text| Dockerfile { path: path.to_owned(), stage: last_stage(text) }).into_iter().collect()
}
